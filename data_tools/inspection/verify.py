"""Reads shards back and names every damage that it finds."""

from dataclasses import dataclass, field

import numpy as np

from data_tools.building.maps.processes import Map, parallel_map, useful_workers
from data_tools.building.stats import SplitStats
from ner import files
from ner.console import with_progress
from ner.data import example
from ner.data.dataset import FILE_NAME, Dataset, Shard, load
from ner.data.integrity import shard_with_content, size_and_sha256
from ner.data.tfrecord import DamagedShardError, read_records
from ner.text.labels import NOT_ANNOTATED_ID
from ner.text.sentence import Sentence


@dataclass(frozen=True, slots=True)
class ShardCheck:
    """One shard to be read, and which of its records are to be shown."""

    folder: str
    shard: Shard
    dataset: Dataset
    shown: frozenset[int]


@dataclass(kw_only=True)
class Findings:
    """What shards hold, and what is wrong with them: a line for each damage."""

    stats: SplitStats = field(default_factory=SplitStats)
    shown: list[Sentence] = field(default_factory=list)
    damage: list[str] = field(default_factory=list)

    def add(self, other: "Findings") -> None:
        """Adds what was found in the shard that follows."""
        self.stats.add(other.stats)
        self.shown += other.shown
        self.damage += other.damage


@dataclass(frozen=True, kw_only=True)
class Inspection:
    """A folder of records: what `dataset.json` says, what the splits hold, and all damage, a line each."""

    dataset: Dataset
    found: dict[str, Findings]
    damage: list[str]


def inspect_records(
    folder: str, split: str | None = None, num_shown: int = 0, workers: int | None = None
) -> Inspection:
    """Reads every shard of one split, or of all, and whether others lie beside them; `num_shown` sentences are kept.

    Raises `InputError` where the folder, its `dataset.json` or the split is missing.
    """
    dataset = load(folder)
    entries = {name: dataset.split(name) for name in ([split] if split else dataset.splits)}
    num_bytes = sum(shard.bytes for entry in entries.values() for shard in entry.shards)
    with parallel_map(workers or useful_workers(num_bytes)) as map_:
        found = {name: _check_split(folder, dataset, name, num_shown, map_) for name in entries}
    damage = [line for findings in found.values() for line in findings.damage]
    return Inspection(dataset=dataset, found=found, damage=damage + _extra_shards(folder, dataset))


def _check_split(folder: str, dataset: Dataset, split: str, num_shown: int, map_: Map) -> Findings:
    """What all shards of a split hold, with `num_shown` sentences evenly spread over it."""
    entry = dataset.split(split)
    chosen = {(2 * index + 1) * entry.sentences // (2 * num_shown) for index in range(num_shown)}
    checks, first = [], 0
    for shard in entry.shards:
        shown = frozenset(number - first for number in chosen if first <= number < first + shard.records)
        checks.append(ShardCheck(folder, shard, dataset, shown))
        first += shard.records
    found = Findings()
    steps = with_progress(
        zip(checks, map_(_check_shard, checks), strict=True),
        amount=lambda step: step[0].shard.bytes / 1e6,
        total=sum(shard.bytes for shard in entry.shards) / 1e6,
        message=f"checked {{done:,.0f}} of {{total:,.0f}} MB of {split}",
    )
    for _, findings in steps:
        found.add(findings)
    if not found.damage:
        where = files.join(folder, FILE_NAME)
        found.damage += [f"{where}: {split}: {fault}" for fault in _wrong_counts(found.stats, dataset, split)]
    return found


def _extra_shards(folder: str, dataset: Dataset) -> list[str]:
    """A line for each TFRecord file of the folder that `dataset.json` does not name."""
    named = {shard.file for split in dataset.splits.values() for shard in split.shards}
    extra = [name for name in files.list_folder(folder) if name.endswith(".tfrecord") and name not in named]
    return [f"{files.join(folder, name)}: {FILE_NAME} names no such shard; is it of another build?" for name in extra]


def _check_shard(check: ShardCheck) -> Findings:
    """What one shard holds, and all that is wrong with it."""
    path = files.join(check.folder, check.shard.file)
    try:
        return _read_shard(path, check)
    except FileNotFoundError:
        return Findings(damage=[f"{path}: the shard is missing"])
    except OSError as error:
        return Findings(damage=[f"{path}: the shard cannot be read ({error.strerror or error})"])


def _read_shard(path: str, check: ShardCheck) -> Findings:
    found = Findings()
    faults = []
    try:
        for number, payload in enumerate(read_records(path, check.dataset.compression)):
            try:
                _add_record(number, payload, check, found)
            except ValueError as error:
                faults.append(f"{path}: record {number}: {error}")
    except DamagedShardError as error:
        found.damage.append(str(error).removesuffix("; build the records again"))
    if faults:
        found.damage.append(faults[0] + f" (and {len(faults) - 1:,} more records)" * (len(faults) > 1))
    fault = _wrong_content(path, check, found)
    if fault:
        found.damage.append(f"{path}: {fault}")
    return found


def _add_record(number: int, payload: bytes, check: ShardCheck, found: Findings) -> None:
    """Counts one record. Raises ValueError where it is not one of this dataset's."""
    record = example.decode(payload)
    dataset = check.dataset
    for name, ids, count in (
        ("label", record.label_ids[record.label_ids != NOT_ANNOTATED_ID], len(dataset.labels)),
        ("character", record.char_ids, len(dataset.vocabulary)),
    ):
        if ids.max(initial=0) >= count:
            raise ValueError(f"{name} id {ids.max()}, but {FILE_NAME} names {count}")
    if not np.array_equal(record.char_ids, dataset.vocabulary.encode(record.text)):
        raise ValueError("the character ids are not those of its text")
    found.stats.add_record(record)
    if number in check.shown:
        found.shown.append(record.sentence(dataset.labels))


def _wrong_content(path: str, check: ShardCheck, found: Findings) -> str | None:
    """What is wrong with the shard as a whole; None where nothing is, or where a damaged record says it all."""
    size_bytes, sha256 = size_and_sha256(path)
    shard = check.shard
    if sha256 == shard.sha256:
        counted = found.stats.sentences
        wrong = counted != shard.records and not found.damage
        return f"{counted:,} records, but {FILE_NAME} says {shard.records:,}" if wrong else None
    if (other := shard_with_content(check.dataset, sha256)) is not None:
        return f"it holds the content of {other}: shards were mixed up"
    if size_bytes != shard.bytes:
        return f"{size_bytes:,} bytes, but {FILE_NAME} says {shard.bytes:,}: cut short, or of another build"
    return None if found.damage else "every record is whole, but its SHA-256 differs: is it of another build?"


def _wrong_counts(stats: SplitStats, dataset: Dataset, split: str) -> list[str]:
    """Where the counts that `dataset.json` gives differ from those of whole shards."""
    entry = dataset.split(split)
    pairs = {
        "sentences": (entry.sentences, stats.sentences),
        "tokens": (entry.tokens, stats.tokens),
        "characters": (entry.characters, stats.characters),
        "tokens without annotation": (entry.not_annotated, stats.not_annotated),
        "entities": (entry.entities, stats.entities(dataset.labels)),
    }
    if split == "train":
        counted = stats.char_labels[: len(dataset.labels)].tolist()
        pairs["characters by label"] = (list(dataset.label_counts.characters), counted)
        pairs["as spaces"] = (dataset.spacing, stats.spacing)
    return [
        f"says {recorded} {name}, but the shards hold {found}"
        for name, (recorded, found) in pairs.items()
        if recorded != found
    ]
