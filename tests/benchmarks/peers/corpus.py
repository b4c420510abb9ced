"""A corpus as column files: one for each split, read as `data_tools.build` reads them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from data_tools.readers.columns.conll import read_sentences
from data_tools.readers.columns.dialect_detection import find_dialect
from ner.errors import InputError
from ner.text.labels import OUTSIDE, Labels, split_label
from ner.text.sentence import Sentence

SPLITS = ("train", "validation", "test")
_SHARED = Path(__file__).parents[3].parent / "shared" / "corpora"  # beside the repository


@dataclass(frozen=True)
class Corpus:
    """Sentences of each split, and the B- and I- labels of every entity type in any of them."""

    name: str
    splits: dict[str, list[Sentence]]
    labels: Labels


def load_corpus(name_or_dir: str) -> Corpus:
    """The corpus of a folder that holds one file `train.*`, `validation.*` and `test.*` each.

    A name without such a folder is looked up in `../shared/corpora`. Raises `InputError` where the folder or one of the
    three files is missing, where a split has several files, and as `read_sentences` does.
    """
    folder = next((one for one in (Path(name_or_dir), _SHARED / name_or_dir) if one.is_dir()), None)
    if folder is None:
        raise InputError(f"--corpus={name_or_dir}: no such folder, and none of that name in {_SHARED}")
    splits = {}
    for split in SPLITS:
        files = sorted(folder.glob(f"{split}.*"))
        if len(files) != 1:
            found = ", ".join(file.name for file in files) or "none"
            raise InputError(f"{folder}: one file {split}.* is wanted, found {found}")
        dialect = find_dialect(str(files[0]))
        splits[split] = [one.sentence for one in read_sentences(str(files[0]), dialect)]
    return Corpus(folder.resolve().name, splits, labels_of([one for split in splits.values() for one in split]))


def labels_of(sentences: Sequence[Sentence]) -> Labels:
    """O, and B- and I- of each entity type: a tagger may predict I-X where the corpus has nothing but B-X."""
    types = {split_label(tag)[1] for one in sentences for tag in one.tags if tag != OUTSIDE}
    return Labels.from_tags(f"{prefix}-{name}" for name in types for prefix in "BI")
