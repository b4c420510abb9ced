"""Makes word vectors from plain text, for `ner.train --word_vectors`.

    python -m data_tools.word_vectors --text='text/*.txt.gz' --output=vectors.vec

Each line of the text is a paragraph. Words are those that taggers find in raw text, which in languages without spaces
are single letters: there name a file of word vectors that others have made. The file has word2vec's text format: a word
and its numbers in each line, the most frequent words first; or, where its name ends in `.bin`, word2vec's binary
format, which is read faster. It is compressed where the name ends in `.gz`.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from shlex import quote

import numpy as np

from data_tools.building.maps.processes import parallel_map, useful_workers
from data_tools.distributional.factorization import word_vectors
from data_tools.distributional.word_sequence import WordSequence, read_words
from data_tools.readers import word_vector_files
from data_tools.readers.formats import open_plain_text
from data_tools.readers.read_options import DEFAULT_ENCODING, ReadOptions
from data_tools.readers.sources import expand
from ner import files
from ner.cli import run_program
from ner.console import counted
from ner.errors import InputError
from ner.settings import check_settings, path_list, setting

_SHOWN_RANKS = (250, 500, 1_000, 2_000, 4_000)  # of words whose neighbours are shown
_NUM_NEAREST = 5


@dataclass(frozen=True, kw_only=True)
class Options:
    """What is read and written."""

    text: tuple[str, ...] = setting(
        (), "Plain text, one paragraph per line, also compressed: names and globs, with commas between them."
    )
    output: str = setting(
        "",
        "File for the vectors; a name in .bin: binary; in .gz: compressed.",
        missing="name a file for the vectors",
        path=True,
    )
    overwrite: bool = setting(False, "Replace an existing file.")
    size: int = setting(192, "Dimensions of a vector.", low=1)
    min_count: int = setting(3, "Leave out words that occur less often.", low=1)
    max_words: int = setting(200_000, "Words to keep at most, the most frequent ones.", low=1)
    encoding: str = setting(DEFAULT_ENCODING, "Encoding of the text.")
    lone_marks: str = setting("", "Marks at which text is cut, as the records for training are, where they are.")
    workers: int | None = setting(None, "Processes that read. Default: one for each core.", low=1)

    def __post_init__(self) -> None:
        check_settings(self)
        if not self.text:
            raise InputError("--text is missing: name files of plain text")
        ReadOptions(encoding=self.encoding, lone_marks=self.lone_marks)  # raises where there are no such ones


def main(options: Options) -> None:
    """Reads, counts, factorizes and writes; says what came out."""
    if options.output.endswith("/") or files.is_folder(options.output):
        example = files.join(options.output, "vectors.vec")
        raise InputError(f"--output={options.output}: a folder; name a file, such as {example}")
    if files.exists(options.output) and not options.overwrite:
        raise InputError(f"{options.output} is there already; add --overwrite to replace it, or name another file")
    start = time.monotonic()
    files.make_folders(files.parent(options.output))
    paths = expand(path_list(options.text))
    remedy = "name files of plain text"
    reader = open_plain_text(paths, options.encoding, remedy=remedy, lone_marks=options.lone_marks)
    with parallel_map(options.workers or useful_workers(sum(map(files.size_bytes, paths)))) as map_:
        sequence = read_words(reader, paths, options.min_count, options.max_words, map_)
    kept = len(sequence.words)
    often = f"occur {counted(options.min_count, 'time')} or more"
    if kept <= options.size:
        raise InputError(
            f"{kept:,} different words {often}, too few for vectors of {options.size} dimensions: name more --text, or "
            "a smaller --size"
        )
    print(f"{counted(sequence.num_tokens, 'word')} of text; {kept:,} different ones {often}")
    vectors = word_vectors(sequence, options.size)
    word_vector_files.write(options.output, sequence.words, vectors)
    for line in _nearest(sequence, vectors):
        print(line)
    seconds = time.monotonic() - start
    print(f"{options.output}: {kept:,} words x {options.size} dimensions, in {seconds:.0f} s")
    print(f"next: python -m ner.train --word_vectors={quote(options.output)} ...")


def _nearest(sequence: WordSequence, vectors: np.ndarray) -> Iterator[str]:
    """A line for some words, with the words whose vectors are most like theirs."""
    directions = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-30)
    for rank in _SHOWN_RANKS:
        if rank < len(vectors):
            likeness = directions @ directions[rank]
            likeness[rank] = -1
            others = np.argsort(-likeness)[:_NUM_NEAREST]
            yield f"  {sequence.words[rank]} is like {', '.join(sequence.words[other] for other in others)}"


def cli() -> None:
    """Entry point of the console script."""
    run_program(main, Options)


if __name__ == "__main__":
    cli()
