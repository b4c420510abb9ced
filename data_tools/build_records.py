"""Column files to a folder of TFRecord shards and their `dataset.json`."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from data_tools import conll
from data_tools.build_options import BuildOptions
from data_tools.progress import with_progress
from data_tools.shards import Encoding, ShardTask, shard_count, split_runs, write_shard
from data_tools.split_checks import check_sentences, choose_labels
from data_tools.survey import Reading, Survey, ranges_of, survey_range
from data_tools.workers import Map, parallel_map, useful_workers
from ner.records import files
from ner.records.dataset import FILE_NAME, SPLITS, Dataset, Shard, Split, shard_name
from ner.records.output_folder import new_folder
from ner.text.vocabulary import Vocabulary


@dataclass(frozen=True, kw_only=True)
class SurveyedSplit:
    """A split's files, how they are read, and what the first pass found in them."""

    files: tuple[str, ...]
    reading: Reading
    survey: Survey


@dataclass(frozen=True, kw_only=True)
class Built:
    """What a build wrote, and what it read."""

    dataset: Dataset
    splits: dict[str, SurveyedSplit]


def build_records(options: BuildOptions) -> Built:
    """Reads the corpus twice, once to count and once to write, and returns what was built.

    Shard k of n of a split holds its k-th part in file order, so the output does not depend on `workers`. Raises
    `InputError` on a corpus that cannot be used, naming the line, and OSError where the folder cannot be written.
    """
    splits = {name: _find_files(options, name) for name in SPLITS if options.sources.get(name)}
    num_bytes = sum(Path(path).stat().st_size for split in splits.values() for path in split.files)
    workers = options.workers or useful_workers(num_bytes)
    with new_folder(options.output_dir, FILE_NAME, options.overwrite) as folder, parallel_map(workers) as map_:
        _survey(splits, map_)
        surveys = {name: split.survey for name, split in splits.items()}
        for name, survey in surveys.items():
            check_sentences(name, survey, options)
        encoding = Encoding(
            vocabulary=Vocabulary(tuple(sorted(surveys["train"].characters))),
            labels=choose_labels(surveys, options.labels),
            space_label=options.space_label,
            compression=options.compression,
        )
        shards = _write(splits, options.shards, encoding, folder, map_)
        dataset = Dataset(
            vocabulary=encoding.vocabulary,
            labels=encoding.labels,
            splits={name: _entry(split, shards[name]) for name, split in splits.items()},
            space_label=options.space_label,
            compression=options.compression,
            flags=options.recorded,
        )
        files.write_atomically(str(folder / FILE_NAME), dataset.to_json().encode())
    return Built(dataset=dataset, splits=splits)


def _survey(splits: Mapping[str, SurveyedSplit], map_: Map) -> None:
    """First pass: fills in the surveys of the splits."""
    parts = [
        (split, part) for split in splits.values() for path in split.files for part in ranges_of(path, split.reading)
    ]
    surveys = map_(survey_range, [part for _, part in parts])
    steps = with_progress(
        zip(parts, surveys, strict=True),
        amount=lambda step: step[0][1].size_bytes / 1e6,
        total=sum(part.size_bytes for _, part in parts) / 1e6,
        message="surveyed {done:,.0f} of {total:,.0f} MB",
    )
    for (split, _), survey in steps:
        split.survey.add(survey)


def _find_files(options: BuildOptions, name: str) -> SurveyedSplit:
    paths = conll.expand(options.sources[name])
    reading = Reading(
        dialect=conll.find_dialect(paths[0], options.token_column, options.tag_column),
        docstart=options.docstart,
        max_characters=options.max_characters,
    )
    return SurveyedSplit(files=tuple(paths), reading=reading, survey=Survey())


def _write(
    splits: Mapping[str, SurveyedSplit], asked: int | None, encoding: Encoding, folder: Path, map_: Map
) -> dict[str, list[Shard]]:
    """Second pass: the shards of each split in order."""
    tasks: list[ShardTask] = []
    counts: dict[str, int] = {}
    for name, split in splits.items():
        counts[name] = shard_count(split.survey.sentences, asked)
        for index, runs in enumerate(split_runs(split.survey.marks, counts[name])):
            path = folder / shard_name(name, index, counts[name])
            tasks.append(ShardTask(str(path), runs, split.reading, encoding))
    shards = with_progress(
        map_(write_shard, tasks),
        amount=lambda shard: shard.records,
        total=sum(split.survey.sentences for split in splits.values()),
        message="wrote {done:,.0f} of {total:,.0f} sentences",
    )
    return {name: list(islice(shards, count)) for name, count in counts.items()}


def _entry(split: SurveyedSplit, shards: Sequence[Shard]) -> Split:
    """What `dataset.json` says about a split."""
    return Split(
        shards=tuple(shards),
        sentences=split.survey.sentences,
        tokens=split.survey.tokens,
        characters=split.survey.num_characters,
        entities=split.survey.entities,
        longest=split.survey.longest,
        sources=split.files,
        dialect=_dialect_entry(split),
    )


def _dialect_entry(split: SurveyedSplit) -> dict[str, Any]:
    """How the files were read, and what in them became no token."""
    counts = split.survey.counts
    return {
        **asdict(split.reading.dialect),
        "scheme": counts.evidence.name,
        "scheme_counts": counts.evidence.describe(),
        "comments": counts.comments,
        "docstarts": counts.docstarts,
        "multiword_tokens": counts.multiword_tokens,
        "empty_nodes": counts.empty_nodes,
        "too_long": split.survey.too_long,
    }
