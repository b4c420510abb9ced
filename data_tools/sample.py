"""Writes a small invented corpus in CoNLL columns, so that everything runs with no download.

    python -m data_tools.sample --output_dir=quickstart/corpus

writes `train.txt`, `validation.txt` and `test.txt` (80%, 10%, 10% of the sentences): a token, a space and its IOB2 tag
on each line, an empty line after each sentence, `-DOCSTART- O` before each document. Scores on this corpus say that the
programs work; they say nothing about real text.
"""

from dataclasses import dataclass

from data_tools.synthetic.column_files import write_corpus
from data_tools.synthetic.corpus import invent
from ner.cli import run_program
from ner.settings import check_settings, setting


@dataclass(frozen=True, kw_only=True)
class Options:
    """What is written, and where."""

    output_dir: str = setting("", "Folder for the three files.", missing="name a folder for the three files", path=True)
    sentences: int = setting(4000, "Sentences in all three files together.", low=10)
    seed: int = setting(0, "Random seed: the same seed gives the same bytes everywhere.")
    overwrite: bool = setting(False, "Replace existing files.")

    def __post_init__(self) -> None:
        check_settings(self)


def main(options: Options) -> None:
    """Invents the corpus, writes it and says what it is."""
    print(*write_corpus(options.output_dir, invent(options.sentences, options.seed), options.overwrite), sep="\n")
    print("All names and sentences are invented by a grammar: scores on them say nothing about real text.")


def cli() -> None:
    """Entry point of the console script."""
    run_program(main, Options)


if __name__ == "__main__":
    cli()
