"""`dataset.json`: what a folder of shards holds, so that nothing has to be counted or guessed again."""

import dataclasses
import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from ner import files
from ner.console import counted
from ner.data.label_counts import LabelCounts
from ner.data.tfrecord import COMPRESSIONS, DamagedShardError
from ner.errors import InputError
from ner.text.labels import Labels
from ner.text.sentence import SPACE_LABELS
from ner.text.spacing import AS_WRITTEN, BETWEEN_TOKENS, SPACINGS
from ner.text.vocabulary import Vocabulary

FILE_NAME = "dataset.json"
FORMAT_VERSION = 2
SPLITS = ("train", "validation", "test")


def shard_name(split: str, index: int, count: int) -> str:
    """`train-00000-of-00016.tfrecord`."""
    return f"{split}-{index:05d}-of-{count:05d}.tfrecord"


@dataclass(frozen=True, kw_only=True)
class Shard:
    """One TFRecord file: its name in the folder, records, bytes and checksum."""

    file: str
    records: int
    bytes: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Split:
    """One split: its shards in sentence order, its counts, and where it came from.

    `entities` counts entities by type, `not_annotated` the unannotated tokens, `longest` is the length of the
    longest sentence in characters, `sources` names the files (`ner.file_names.utf8_name`), in which a record's `source`
    is an index, and `dialect` says in plain words and numbers how they were read. `documents` counts documents by what
    began them: `{"-DOCSTART-": 946}`, or `{"file": 3}` where no line does.
    """

    shards: tuple[Shard, ...]
    sentences: int
    tokens: int
    characters: int
    entities: dict[str, int]
    longest: int
    sources: tuple[str, ...]
    dialect: dict[str, Any]
    documents: dict[str, int]
    not_annotated: int = 0

    @property
    def is_annotated(self) -> bool:
        """Whether any token is annotated."""
        return self.not_annotated < self.tokens

    @property
    def fingerprint(self) -> str:
        """A hash of the split's shards: the same sentences in the same order have the same."""
        checksums = " ".join(shard.sha256 for shard in self.shards)
        return hashlib.sha256(checksums.encode()).hexdigest()[:16]


_Entry = TypeVar("_Entry", Shard, Split)


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """The content of `dataset.json`. `flags` holds the build's flags that change what is written.

    `label_counts` are those of the training split, and `spacing` says where its texts have spaces (`ner.text.spacing`).
    `lone_marks` are those of `ner.text.tokenizer.KEPT_MARKS` that its tokens have by themselves alone.
    """

    vocabulary: Vocabulary
    labels: Labels
    splits: dict[str, Split]
    label_counts: LabelCounts
    spacing: str = BETWEEN_TOKENS
    lone_marks: str = ""
    space_label: str = "inside"
    compression: str = ""
    flags: dict[str, Any] = dataclasses.field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.spacing not in SPACINGS:
            raise InputError(f"spacing is {self.spacing!r}, not one of {SPACINGS}")
        if self.space_label not in SPACE_LABELS:
            raise InputError(f"space_label is {self.space_label!r}, not one of {SPACE_LABELS}")
        if self.compression not in COMPRESSIONS:
            raise InputError(f"compression is {self.compression!r}, not one of {COMPRESSIONS}")

    def to_json(self) -> str:
        """The text of `dataset.json`, the same for the same content."""
        content = {
            "format_version": FORMAT_VERSION,
            "spacing": self.spacing,
            "lone_marks": self.lone_marks,
            "space_label": self.space_label,
            "compression": self.compression,
            "labels": list(self.labels.names),
            "vocabulary": list(self.vocabulary.characters),
            "splits": {name: dataclasses.asdict(split) for name, split in self.splits.items()},
            "flags": self.flags,
            "label_counts": self.label_counts.to_json(),
        }
        return json.dumps(content, indent=1, ensure_ascii=True) + "\n"

    @classmethod
    def from_json(cls, text: str, where: str) -> "Dataset":
        """The dataset that `to_json` wrote. Raises `InputError` naming `where` if the text is no such file."""
        try:
            content = json.loads(text)
            version = content["format_version"]
            if version != FORMAT_VERSION:
                raise InputError(
                    f"{where}: format version {version}, but this program reads version {FORMAT_VERSION}: its "
                    "records name their document, file and line, and their labels are counted; build the records again "
                    "with data_tools.build"
                )
            return cls(
                vocabulary=Vocabulary(tuple(content["vocabulary"])),
                labels=Labels(tuple(content["labels"])),
                splits={name: _split_from_json(split) for name, split in content["splits"].items()},
                label_counts=LabelCounts.from_json(content["label_counts"]),
                spacing=content["spacing"] if "spacing" in content else _spacing_of_dialect(content),
                lone_marks=content.get("lone_marks", ""),
                space_label=content["space_label"],
                compression=content["compression"],
                flags=content["flags"],
            )
        except (KeyError, TypeError, AttributeError, RecursionError, json.JSONDecodeError) as error:
            raise InputError(f"{where}: not a dataset.json of this project ({error!r}); build it again") from None

    @property
    def is_partly_annotated(self) -> bool:
        """Whether some tokens of some split have no annotation."""
        return any(split.not_annotated for split in self.splits.values())

    @cached_property
    def fingerprint(self) -> str:
        """A hash of what the records hold, characters, labels and sentences, wherever they came from."""
        shards = {name: [shard.sha256 for shard in split.shards] for name, split in self.splits.items()}
        content = [self.vocabulary.characters, self.labels.names, self.space_label, shards]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16]

    def split(self, name: str) -> Split:
        """The split of that name. Raises `InputError` that lists those there are."""
        if name not in self.splits:
            raise InputError(f"the records have no split {name!r}, only {', '.join(self.splits)}")
        return self.splits[name]

    def shard_paths(self, folder: str, split: str) -> list[str]:
        """Paths of a split's shards in sentence order."""
        return [files.join(folder, shard.file) for shard in self.split(split).shards]


def _spacing_of_dialect(content: dict[str, Any]) -> str:
    """The spacing of records whose spaces were not counted: of columns, only CoNLL-U's MISC said where spaces stood."""
    dialect = content["splits"]["train"]["dialect"]
    written = dialect["format"] != "columns" or dialect["misc_column"] is not None
    return AS_WRITTEN if written else BETWEEN_TOKENS


def _split_from_json(content: dict[str, Any]) -> Split:
    shards = tuple(_checked(Shard(**shard)) for shard in content["shards"])
    return _checked(Split(**{**content, "shards": shards, "sources": tuple(content["sources"])}))


def _checked(entry: _Entry) -> _Entry:
    """The same entry. Raises TypeError on a field of another type than `to_json` writes, or a negative number."""
    kinds = {"file": str, "sha256": str, "shards": tuple, "sources": tuple, "entities": dict, "dialect": dict}
    kinds["documents"] = dict
    for field in dataclasses.fields(entry):
        value, kind = getattr(entry, field.name), kinds.get(field.name, int)
        if type(value) is not kind or (kind is int and value < 0):
            raise TypeError(f"{field.name} is {value!r}")
    return entry


def load(folder: str) -> Dataset:
    """The dataset of a folder. Raises `InputError` where the folder or its `dataset.json` is missing or unreadable."""
    path = files.join(folder, FILE_NAME)
    if not files.exists(path):
        what = "no such folder" if not files.exists(folder) else f"no {FILE_NAME} in this folder"
        raise InputError(f"{folder}: {what}; name a folder that `python -m data_tools.build --output_dir` wrote")
    with files.open_file(path, "r") as file:
        try:
            text = file.read()
        except UnicodeDecodeError as error:
            raise InputError(f"{path}: not UTF-8 ({error}); build the records again") from None
    return Dataset.from_json(text, path)


def check_sizes(dataset: Dataset, folder: str, splits: tuple[str, ...]) -> None:
    """Raises `DamagedShardError`, naming the shard, unless every shard of `splits` is there in its full length."""
    for split in splits:
        records = sum(shard.records for shard in dataset.split(split).shards)
        if records != dataset.split(split).sentences:
            raise DamagedShardError(
                f"{files.join(folder, FILE_NAME)}: {split}: {counted(dataset.split(split).sentences, 'sentence')}, but "
                f"{counted(records, 'record')} in its shards; build the records again"
            )
        for shard, path in zip(dataset.split(split).shards, dataset.shard_paths(folder, split), strict=True):
            if not files.exists(path):
                raise DamagedShardError(f"{path}: the shard is missing; build the records again")
            found = files.size_bytes(path)
            if found != shard.bytes:
                raise DamagedShardError(
                    f"{path}: {found:,} bytes, but {FILE_NAME} says {shard.bytes:,}: the shard was cut short or "
                    "replaced; build the records again"
                )
