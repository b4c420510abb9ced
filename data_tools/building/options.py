"""What a build is asked to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from data_tools.building.hash_split import HashSplitOptions
from data_tools.building.long_sentences import CUT
from data_tools.readers.columns.dialect import KEEP
from data_tools.readers.read_options import ReadOptions
from ner.errors import InputError
from ner.settings import setting, settings_of, values_of
from ner.text.labels import Labels
from ner.text.sentence import SPACE_LABELS

LONG_SENTENCES = ("error", "drop", CUT)
RUNNERS = ("local", "beam")


@dataclass(frozen=True, kw_only=True)
class RecordOptions:
    """What records hold of what was read; each is a flag of `data_tools.build`, and is recorded in `dataset.json`."""

    plain_text: bool = setting(
        False,
        "Read files as unannotated plain text, one paragraph per line, to pretrain on (ner.train --head=masked_words).",
        group="input format",
    )
    space_tokens: bool = setting(
        False,
        "With --plain_text, put a space between all tokens, as most corpora in columns have it.",
        group="input format",
    )

    drop_duplicates: bool = setting(
        False, "Leave sentences out of train that validation or test have too, word for word.", group="examples"
    )
    space_label: str = setting(
        "inside", "Label of a space inside an entity: the entity's, or O.", choices=SPACE_LABELS, group="examples"
    )
    max_characters: int = setting(5_000, "Length of the longest sentence that is accepted.", low=1, group="examples")
    long_sentences: str = setting(
        "error",
        "Whether a longer sentence is an error, is dropped, or is cut between tokens.",
        choices=LONG_SENTENCES,
        group="examples",
    )
    detokenize: float = setting(
        0.0,
        "Share of the sentences, chosen by their text, that get the spaces of running text, where the corpus does not "
        "say where they stood.",
        low=0,
        high=1,
        group="examples",
    )
    raw_tokens: float = setting(
        0.0,
        "Share of the training sentences, chosen by their text, that get the tokens that raw text is cut into: for "
        "languages without spaces, where these are single letters.",
        low=0,
        high=1,
        group="examples",
    )

    shards: int | None = setting(
        None, "Shards of each split. Default: 16, or fewer with at least 100 sentences each.", low=1, group="shards"
    )


@dataclass(frozen=True, kw_only=True)
class BuildOptions(RecordOptions):
    """What is built from which files, and how. `workers`, `runner` and `beam_options` decide nothing about the output.

    `sources` gives the file names and globs of each split; `labels` fixes the labels that train gives otherwise; None
    for the shards or the workers leaves the choice to the program. Raises `InputError` where no training
    files or no output folder are given, and on options that exclude each other.
    """

    sources: Mapping[str, tuple[str, ...]]
    output_dir: str
    read: ReadOptions = field(default_factory=ReadOptions)
    hash_split: HashSplitOptions = field(default_factory=HashSplitOptions)
    labels: Labels | None = None
    compression: str = ""
    workers: int | None = None
    runner: str = "local"
    beam_options: tuple[str, ...] = ()
    overwrite: bool = False

    def __post_init__(self) -> None:
        if not self.sources.get("train"):
            raise InputError("no training files: name annotated files or globs with --train=FILE,...")
        for split in self.hash_split.splits:
            if self.sources.get(split):
                raise InputError(f"--{split} names files, but {split} is to be a share of --train; give one of both")
        if self.hash_split.splits and self.read.docstart == KEEP:
            raise InputError(
                "--docstart=keep makes each -DOCSTART- line a sentence, and a hash of these would send all documents "
                "to one split; leave out --docstart=keep, or name files for each split"
            )
        if not self.output_dir:
            raise InputError("no output folder: name one with --output_dir=DIR")
        if self.plain_text:
            self._check_plain_text()
        elif self.space_tokens:
            raise InputError("--space_tokens is for --plain_text; other formats say where there are spaces")

    def _check_plain_text(self) -> None:
        """Raises `InputError` on other splits than train, and on what is said about tags: plain text has none."""
        given = {f"--{split}" for split in ("validation", "test") if self.sources.get(split)}
        for part in (self.read, self.hash_split):
            values = values_of(part)
            changed = {name for name, one in settings_of(type(part)).items() if values[name] != one.default}
            given |= {f"--{name}" for name in changed - {"encoding", "lone_marks"}}
        for name in ("labels", "drop_duplicates", "space_label", "detokenize", "raw_tokens"):
            if getattr(self, name) != getattr(BuildOptions, name):
                given.add(f"--{name}")
        if given:
            raise InputError(
                "--plain_text reads unannotated text, to pretrain on: it has no tags to read and nothing to "
                f"score; leave out {', '.join(sorted(given))}"
            )

    @property
    def recorded(self) -> dict[str, object]:
        """The flags that change what is written, for `dataset.json`."""
        return {
            **values_of(self.read),
            "label_names": list(self.read.names_of_labels),
            **values_of(self.hash_split),
            **{name: getattr(self, name) for name in settings_of(RecordOptions)},
            "labels": self.labels and list(self.labels.names),
            "compression": self.compression or "NONE",
        }
