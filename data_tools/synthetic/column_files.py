"""The invented corpus as column files, one for each split."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from data_tools.synthetic.corpus import Document
from ner import files
from ner.console import counted
from ner.errors import InputError
from ner.text.spans import spans_of


def columns(documents: Iterable[Document]) -> str:
    """The documents as lines `token tag`, with `-DOCSTART- O` before each and an empty line after each sentence."""
    blocks = []
    for document in documents:
        blocks.append("-DOCSTART- O\n")
        for sentence in document:
            pairs = zip(sentence.tokens, sentence.tags, strict=True)
            blocks.append("".join(f"{token} {tag}\n" for token, tag in pairs))
    return "\n".join(blocks)


def describe(documents: Iterable[Document]) -> str:
    """One line of counts: `3,200 sentences, 42,000 tokens, 7,100 entities (LOC 2,400, ORG 1,900, ...)`."""
    sentences = [sentence for document in documents for sentence in document]
    tokens = sum(len(sentence.tokens) for sentence in sentences)
    types = Counter(span.type for sentence in sentences for span in spans_of(sentence.tags))
    by_type = ", ".join(f"{name} {count:,}" for name, count in sorted(types.items(), key=lambda item: (-item[1], item)))
    return (
        f"{counted(len(sentences), 'sentence')}, {counted(tokens, 'token')}, "
        f"{counted(types.total(), 'entity', 'entities')} ({by_type})"
    )


def write_corpus(output_dir: str, corpus: dict[str, list[Document]], overwrite: bool = False) -> list[str]:
    """Writes `SPLIT.txt` for each split and returns a line about each.

    Raises `InputError` where one of the files exists, unless `overwrite` is set, and OSError where none can be written.
    """
    paths = {split: Path(output_dir) / f"{split}.txt" for split in corpus}
    existing = [str(path) for path in paths.values() if path.exists()]
    if existing and not overwrite:
        raise InputError(
            f"{', '.join(existing)}: the corpus would replace what is there; give --overwrite, or another --output_dir"
        )
    files.make_folders(output_dir)
    for split, documents in corpus.items():
        files.write_atomically(str(paths[split]), columns(documents).encode())
    return [f"{paths[split]}: {describe(documents)}" for split, documents in corpus.items()]
