"""Records built from literal texts, in this process or by the program."""

import subprocess
import sys
from pathlib import Path

from data_tools.building.options import BuildOptions
from data_tools.building.records import Built, build_records
from ner.data import dataset, example
from ner.data.tfrecord import read_records
from tests.programs_without_tensorflow import run_without_tensorflow

TRAIN = "EU B-ORG\nrejects O\nGerman B-MISC\ncall O\n\nNew B-LOC\nYork I-LOC\n\nPeter B-PER\nBlackburn I-PER\n"


def build(folder: Path, *, train: str = TRAIN, **options) -> Built:
    """Builds from literal texts: `train`, `validation` and `test` are contents, anything else is an option."""
    contents = {"train": train} | {split: options.pop(split) for split in ("validation", "test") if split in options}
    sources = {}
    for split, text in contents.items():
        path = folder / f"{split}.txt"
        path.write_bytes(text.encode())
        sources[split] = (str(path),)
    defaults = {"sources": sources, "output_dir": str(folder / "records"), "workers": 1}
    return build_records(BuildOptions(**(defaults | options)))


def sentences(folder: Path, split: str = "train") -> list[str]:
    """`"New/B-LOC York/I-LOC"` for each sentence of a split, as the shards hold it."""
    found = dataset.load(str(folder))
    read = [
        example.decode(record).sentence(found.labels)
        for path in found.shard_paths(str(folder), split)
        for record in read_records(path, found.compression)
    ]
    return [
        " ".join(f"{token}/{tag}" for token, tag in zip(sentence.tokens, sentence.tags, strict=True))
        for sentence in read
    ]


def command(folder: Path, *flags: str) -> list[str]:
    return [sys.executable, "-m", "data_tools.build", f"--output_dir={folder / 'records'}", *flags]


def run(folder: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    return run_without_tensorflow("data_tools.build", f"--output_dir={folder / 'records'}", *flags, cwd=folder)
