"""Annotated files to a folder of TFRecord shards and their `dataset.json`."""

import contextlib
import functools
import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from data_tools.building.checks import check_sentences, choose_labels
from data_tools.building.hash_split import AUTO, DOCUMENT, Assignment, has_documents
from data_tools.building.maps.beam import beam_map, import_beam
from data_tools.building.maps.processes import Map, parallel_map, useful_workers
from data_tools.building.mark_counts import marks_of_either
from data_tools.building.options import BuildOptions
from data_tools.building.origins import OriginCounter
from data_tools.building.reading import Exclusion, Reading
from data_tools.building.scan import ScanTask, group_tasks, scan_group, scan_tasks
from data_tools.building.sentence_keys import count_shared
from data_tools.building.shards import Encoding, ShardTask, WrittenShard, shard_count, split_runs, write_shard
from data_tools.building.split_scan import SplitScan, check_faults
from data_tools.readers.base import Reader
from data_tools.readers.formats import expand_sources, files_of, open_plain_text, open_reader, unpaired_files
from ner import files
from ner.console import with_progress
from ner.data.dataset import FILE_NAME, SPLITS, Dataset, Shard, Split, shard_name
from ner.errors import InputError
from ner.file_names import utf8_name
from ner.output_folder import new_folder
from ner.text.vocabulary import Vocabulary

SCRATCH = "scratch"  # folder of what is needed only while building


@dataclass(frozen=True, kw_only=True)
class ScannedSplit:
    """A split's files, how they are read, and what the first pass found in them.

    `unpaired` are texts without annotations and annotations without a text in named folders of brat: they are not read.
    """

    files: tuple[str, ...]
    unpaired: tuple[str, ...] = ()
    reading: Reading
    scan: SplitScan
    origins: OriginCounter = field(default_factory=OriginCounter)

    def read_as(self, **changes: Any) -> "ScannedSplit":
        """The same files with some of `reading` changed, and nothing scanned yet."""
        reading = replace(self.reading, **changes)
        return replace(self, reading=reading, scan=SplitScan(), origins=OriginCounter())


@dataclass(frozen=True, kw_only=True)
class Built:
    """What a build wrote, and what it read."""

    dataset: Dataset
    splits: dict[str, ScannedSplit]


def build_records(options: BuildOptions) -> Built:
    """Reads the corpus once, counts and spools it, then writes the shards; returns what was built.

    Shard k of n of a split holds its k-th part in file order, so the output does not depend on `workers`. Raises
    `InputError` on a corpus that cannot be used, naming the line, and OSError where the folder cannot be written.
    """
    splits = find_files(options)
    if options.runner == "beam":
        import_beam()  # before anything is replaced
    with new_folder(options.output_dir, FILE_NAME, options.overwrite) as folder:
        scratch = files.join(folder, SCRATCH)
        files.make_folders(scratch)
        with _runner(options, splits, scratch) as map_:
            dataset = build_into(folder, scratch, splits, options, map_)
        files.remove_folder(scratch)
        write_dataset(folder, dataset)
    return Built(dataset=dataset, splits=splits)


def _runner(
    options: BuildOptions, splits: Mapping[str, ScannedSplit], scratch: str
) -> contextlib.AbstractContextManager[Map]:
    if options.runner == "beam":
        return contextlib.nullcontext(beam_map(scratch, options.beam_options))
    num_bytes = sum(files.size_bytes(path) for split in splits.values() for path in split.files)
    return parallel_map(options.workers or useful_workers(num_bytes))


def build_into(
    folder: str, scratch: str, splits: Mapping[str, ScannedSplit], options: BuildOptions, map_: Map
) -> Dataset:
    """Writes the shards to `folder`, the spools to `scratch`, and fills in the scans of `splits`.

    Everything that takes long is done by two calls of `map_`. Raises as `build_records` does.
    """
    scan_splits(splits, scratch, map_)
    scans = {name: split.scan for name, split in splits.items()}
    for name, scan in scans.items():
        check_sentences(name, scan, options)
        scan.in_train = 0 if name == "train" else count_shared(scans["train"], scan)
    encoding = Encoding(
        vocabulary=Vocabulary(tuple(sorted(scans["train"].characters))),
        labels=choose_labels(scans, options.labels, options.hash_split.splits),
        space_label=options.space_label,
        compression=options.compression,
    )
    shards = write_splits(splits, options.shards, encoding, folder, map_)
    label_counts = functools.reduce(operator.add, (written.label_counts for written in shards["train"]))
    return Dataset(
        vocabulary=encoding.vocabulary,
        labels=encoding.labels,
        splits={
            name: split_entry(split, [written.shard for written in shards[name]]) for name, split in splits.items()
        },
        label_counts=label_counts,
        spacing=scans["train"].spacing,
        lone_marks=marks_of_either(options.read.lone_marks, scans["train"].mark_counts.lone_marks),
        space_label=options.space_label,
        compression=options.compression,
        flags=options.recorded,
    )


def write_dataset(folder: str, dataset: Dataset) -> None:
    """Writes `dataset.json`, after which the folder is complete."""
    files.write_atomically(files.join(folder, FILE_NAME), dataset.to_json().encode())


def find_files(options: BuildOptions) -> dict[str, ScannedSplit]:
    """The files of each split and how they are read, with nothing scanned yet. Raises `InputError`."""
    splits = {name: _find_split(options, name) for name in SPLITS if options.sources.get(name)}
    train = splits["train"]
    if options.hash_split.splits:
        by = options.hash_split.split_by
        by_document = by == DOCUMENT or (by == AUTO and has_documents(train.reading.reader, train.files))
        for name in ("train", *options.hash_split.splits):
            rule = Assignment(split=name, options=options.hash_split, by_document=by_document)
            splits[name] = train.read_as(assignment=rule)
    if options.drop_duplicates:
        others = (split for name, split in splits.items() if name != "train")
        sources = [(split.reading, path) for split in others for path in split.files]
        splits["train"] = splits["train"].read_as(exclusion=Exclusion(tuple(sources)))
    splits["train"] = splits["train"].read_as(raw_tokens=options.raw_tokens)
    return {name: splits[name] for name in SPLITS if name in splits}


def scan_splits(splits: Mapping[str, ScannedSplit], scratch: str, map_: Map) -> None:
    """First pass: fills in the scans of the splits."""
    read = {path for split in splits.values() for source in split.files for path in files_of(source)}
    signatures = {path: files.signature(path) for path in sorted(read)}
    groups = [(split, group) for name, split in splits.items() for group in _scan_groups(name, split, scratch)]
    found = map_(scan_group, [group for _, group in groups])
    steps = with_progress(
        zip(groups, found, strict=True),
        amount=lambda step: sum(task.part.size_bytes for task in step[0][1]) / 1e6,
        total=sum(task.part.size_bytes for _, group in groups for task in group) / 1e6,
        message="scanned {done:,.0f} of {total:,.0f} MB",
    )
    for (split, _), scan in steps:
        scan.set_origins(tuple(split.origins.add(*part) for part in scan.parts))
        split.scan.add(scan)
    check_faults(split.scan for split in splits.values())
    for path, signature in signatures.items():
        if files.signature(path) != signature:
            raise InputError(f"{path}: the file changed while it was read; build again when it is complete")


def _scan_groups(name: str, split: ScannedSplit, scratch: str) -> list[tuple[ScanTask, ...]]:
    """What is to be scanned of a split, in order."""
    tasks: list[ScanTask] = []
    for number, path in enumerate(split.files):
        tasks += scan_tasks(path, split.reading, files.join(scratch, f"{name}-{number:05d}"), number)
    return group_tasks(tasks)


def _open_reader(paths: list[str], options: BuildOptions) -> Reader:
    if options.plain_text:
        return open_plain_text(paths, options.read.encoding, lone_marks=options.read.lone_marks)
    return open_reader(paths, options.read)


def _find_split(options: BuildOptions, name: str) -> ScannedSplit:
    paths = expand_sources(options.sources[name])
    reading = Reading(
        reader=_open_reader(paths, options),
        max_characters=options.max_characters,
        long_sentences=options.long_sentences,
        not_annotated=options.read.not_annotated,
        keep_unannotated=options.plain_text,
        detokenize=options.detokenize,
        space_tokens=options.space_tokens,
        lone_marks=options.read.lone_marks,
    )
    unpaired = unpaired_files(options.sources[name], paths)
    return ScannedSplit(files=tuple(paths), unpaired=tuple(unpaired), reading=reading, scan=SplitScan())


def write_splits(
    splits: Mapping[str, ScannedSplit], asked: int | None, encoding: Encoding, folder: str, map_: Map
) -> dict[str, list[WrittenShard]]:
    """Second pass: the shards of each split in order."""
    tasks: list[ShardTask] = []
    counts: dict[str, int] = {}
    for name, split in splits.items():
        counts[name] = shard_count(split.scan.sentences, asked)
        for index, runs in enumerate(split_runs(split.scan.marks, counts[name])):
            path = files.join(folder, shard_name(name, index, counts[name]))
            tasks.append(ShardTask(path, runs, encoding, count_labels=name == "train"))
    shards = with_progress(
        map_(write_shard, tasks),
        amount=lambda written: written.shard.records,
        total=sum(split.scan.sentences for split in splits.values()),
        message="wrote {done:,.0f} of {total:,.0f} sentences",
    )
    return {name: list(islice(shards, count)) for name, count in counts.items()}


def split_entry(split: ScannedSplit, shards: Sequence[Shard]) -> Split:
    """What `dataset.json` says about a split."""
    return Split(
        shards=tuple(shards),
        sentences=split.scan.sentences,
        tokens=split.scan.tokens,
        characters=split.scan.num_characters,
        entities=split.scan.entities,
        longest=split.scan.longest,
        sources=tuple(map(utf8_name, split.files)),
        dialect=_dialect_entry(split),
        documents=dict(sorted(split.origins.documents.items())),
        not_annotated=split.scan.not_annotated,
    )


def _dialect_entry(split: ScannedSplit) -> dict[str, Any]:
    """How the files were read, and what in them became no token."""
    counts = split.scan.counts
    return {
        **split.reading.reader.recorded(),
        "scheme": counts.evidence.name,
        "scheme_counts": counts.evidence.describe(),
        **counts.recorded(),
        "unpaired_files": len(split.unpaired),
        "too_long": split.scan.too_long,
        "too_long_tokens": split.scan.too_long_tokens,
        "many_tokens": split.scan.many_tokens,
        "duplicates": split.scan.duplicates,
        "in_train": split.scan.in_train,
    }
