"""Writes a small invented corpus in CoNLL columns, so that everything runs with no download.

    python -m data_tools.sample --output_dir=quickstart/corpus

writes `train.txt`, `validation.txt` and `test.txt` (80%, 10%, 10% of the sentences): a token, a space and its IOB2 tag
on each line, an empty line after each sentence, `-DOCSTART- O` before each document. Scores on this corpus say that the
programs work; they say nothing about real text.
"""

from absl import flags

from data_tools.synthetic.column_files import write_corpus
from data_tools.synthetic.corpus import invent
from ner.cli import run_program

_OUTPUT_DIR = flags.DEFINE_string("output_dir", None, "Folder for the three files.", required=True)
_SENTENCES = flags.DEFINE_integer("sentences", 4000, "Sentences in all three files together.", lower_bound=10)
_SEED = flags.DEFINE_integer("seed", 0, "Another seed, another corpus; the same seed, the same bytes everywhere.")
_OVERWRITE = flags.DEFINE_boolean("overwrite", False, "Replace files that are there.")


def main() -> None:
    """Invents the corpus, writes it and says what it is."""
    print(*write_corpus(_OUTPUT_DIR.value, invent(_SENTENCES.value, _SEED.value), _OVERWRITE.value), sep="\n")
    print("All names and sentences are invented by a grammar: scores on them say nothing about real text.")


def cli() -> None:
    """Entry point of the console script."""
    run_program(main)


if __name__ == "__main__":
    cli()
