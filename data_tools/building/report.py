"""What a build tells the user at its end."""

from collections.abc import Mapping
from shlex import quote
from textwrap import shorten

from data_tools.building.long_sentences import CUT
from data_tools.building.options import BuildOptions
from data_tools.building.origins import FILE
from data_tools.building.records import Built, ScannedSplit
from data_tools.building.scan import MANY_TOKENS
from data_tools.building.split_scan import SplitScan
from data_tools.readers.base import NAMED
from data_tools.readers.columns.dialect import KEEP, SPACE
from data_tools.readers.read_options import ReadOptions
from ner.console import counted
from ner.data.dataset import Dataset, Split
from ner.text.labels import OUTSIDE
from ner.text.sentence import Sentence
from ner.text.spacing import AS_WRITTEN, BETWEEN_TOKENS
from ner.text.tokenizer import is_token
from ner.text.vocabulary import Vocabulary

_EMPTY_TOKENS = {KEEP: "kept as U+FFFD", SPACE: "read as a space"}  # else they are dropped
_SHOWN_CHARACTERS = 100
_MIN_GAPS = 100  # between tokens: fewer do not tell running text from tokens with spaces between them


def describe(built: Built, options: BuildOptions, seconds: float) -> str:
    """Several lines: each split, the vocabulary and the labels, what was written where, and what to do next."""
    dataset = built.dataset
    preset = "--flagfile=launch/flags/pretrain.flags " if options.plain_text else ""
    lines = []
    for name, split in built.splits.items():
        lines += _split_lines(name, split, dataset.split(name), options)
        if other := _other_spaces(split.scan, built.splits["train"].scan):
            lines.append(_field("spaces", other))
        if name != "train":
            lines.append(_field("unknown", _unknown(split.scan, dataset.vocabulary)))
    num_bytes = sum(shard.bytes for split in dataset.splits.values() for shard in split.shards)
    lines += [
        f"vocabulary: {len(dataset.vocabulary)} ids ({len(dataset.vocabulary.characters)} characters of train)",
        f"labels: {' '.join(dataset.labels.names)}",
        f"spaces: {_spaces(built.splits['train'].scan)}",
        *_lone_marks(dataset),
        *_raw_tokens(built.splits["train"].scan, options),
        f"wrote {options.output_dir}: {num_bytes / 1e6:,.1f} MB in {seconds:.1f} s",
        f"next: python -m ner.train {preset}--records={quote(options.output_dir)} --workdir=WORKDIR",
    ]
    return "\n".join(lines)


def _split_lines(name: str, split: ScannedSplit, written: Split, options: BuildOptions) -> list[str]:
    scan = split.scan
    sizes = ", ".join(
        [counted(scan.sentences, "sentence"), counted(scan.tokens, "token"), counted(scan.num_characters, "character")]
    )
    entities = " ".join(f"{kind} {number:,}" for kind, number in scan.entities.items()) or "none"
    shards = f"{len(written.shards)}"
    if options.shards and len(written.shards) < options.shards:
        shards += f" instead of {options.shards}: one for each sentence"
    fields = {
        "files": _shortened(split.files),
        "format": split.reading.reader.describe(),
        "tags": scan.counts.evidence.describe(),
        "skipped": _skipped(split, options),
        "documents": _documents(written),
        "sentences": f"{sizes}, longest {scan.longest:,}",
        "entities": entities,
        "partial": scan.not_annotated and _partial(scan),
        "first": scan.first and _shown(scan.first),
        "random": scan.sample and _shown(scan.sample[1]),
        "warning": _many_tokens(scan) or _single_tokens(scan) or _type_outside(scan),
        "in train": _in_train(scan),
        "shards": shards,
    }
    if options.plain_text:
        fields["partial"] = "no token is annotated: text to pretrain on"
        for title in ("tags", "entities", "warning"):
            del fields[title]
    if name in options.hash_split.splits:  # read from the files of train, where all is reported
        units = "documents" if split.reading.by_document else "sentences"
        name = f"{name} ({units} taken from train by a hash)"
        for title in ("files", "format", "tags", "skipped", "documents"):
            del fields[title]
    return [name, *(_field(title, text) for title, text in fields.items() if text)]


def _shown(sentence: Sentence) -> str:
    """A sentence as it was read, shortened: `in New/B-LOC York/I-LOC`."""
    return shorten(sentence.tagged_text, _SHOWN_CHARACTERS, placeholder=" ...")


def _documents(written: Split) -> str:
    """`"946, begun by -DOCSTART-"`, `"2, each file is one"`."""
    begun = " and ".join(f"{number:,} by {what}" for what, number in written.documents.items())
    if len(written.documents) == 1:
        [begun] = [f"begun by {what}" for what in written.documents]
    number = sum(written.documents.values())
    return f"{number:,}, each file is one" if [*written.documents] == [FILE] else f"{number:,}, {begun}"


def _field(title: str, text: str) -> str:
    return f"  {title:<10} {text}"


def _shortened(paths: tuple[str, ...]) -> str:
    return ", ".join(paths) if len(paths) <= 3 else f"{paths[0]}, ... {paths[-1]} ({len(paths)} files)"


def _skipped(split: ScannedSplit, options: BuildOptions) -> str:
    """What stands in the files and folders and is no token of the records; empty where there is nothing."""
    scan, long = split.scan, "cut" if options.long_sentences == CUT else "dropped"
    chosen = {
        ("sentence", "", f"of more than {options.max_characters:,} characters {long}"): scan.too_long,
        ("token", "", f"of more than {options.max_characters:,} characters dropped"): scan.too_long_tokens,
        ("sentence", "", "also in validation or test dropped"): scan.duplicates,
    }
    return ", ".join(filter(None, (left_out(split, options.read), _counted(chosen))))


def left_out(split: ScannedSplit, read: ReadOptions) -> str:
    """What reading alone has left out or changed; empty where there is nothing."""
    counts = split.scan.counts
    unpaired = ", ".join(split.unpaired[:NAMED])
    cut = ", ".join(map(str, counts.cut_examples))
    if counts.cut_marks:
        cut += f" (they end there with --lone_marks={quote(''.join(sorted(counts.cut_marks)))})"
    return _counted({
        ("file", "", f"without a matching .txt or .ann dropped, as {unpaired}"): len(split.unpaired),
        ("-DOCSTART- line", "", "kept" if read.docstart == KEEP else "dropped"): counts.docstarts,
        ("header", "", "dropped"): counts.headers,
        ("comment", "", "dropped"): counts.comments,
        ("multiword token", "", "dropped"): counts.multiword_tokens,
        ("empty node", "", "dropped"): counts.empty_nodes,
        ("empty token", "", _EMPTY_TOKENS.get(read.empty_token, "dropped")): counts.empty_tokens,
        ("unannotated token", "", "taken for O"): counts.not_annotated,
        ("sentence", "", "with unannotated tokens dropped"): counts.partly_annotated,
        ("unannotated sentence", "", "dropped"): counts.unannotated,
        ("control character", "", "above U+007E kept"): counts.control_characters,
        ("byte order mark", "", "within a file dropped: sentences begin there"): counts.byte_order_marks,
        ("index", "indexes", "started again without a blank line before it: a sentence begins"): counts.index_restarts,
        ("sentence", "", "with a text of its own that is not that of the tokens"): counts.text_mismatches,
        ("entity boundary", "entity boundaries", f"moved to the ends of a token, as {cut}"): counts.cut_tokens,
        ("entity", "entities", "dropped because of an overlap with another"): counts.overlapping_spans,
        ("entity", "entities", "of several pieces dropped"): counts.discontinuous_spans,
        ("event trigger", "", "dropped"): counts.event_triggers,
        ("entity", "entities", "without a type dropped"): counts.untyped_spans,
        ("annotation", "", "by other annotators dropped"): counts.other_annotations,
        ("record", "", "rejected by an annotator dropped"): counts.refused_records,
    })  # fmt: skip


def _counted(named: Mapping[tuple[str, str, str], int]) -> str:
    """`12 comments dropped, 1 header dropped`, of noun, its plural and what became of it -> number."""
    return ", ".join(
        f"{counted(number, noun, plural)} {what}" for (noun, plural, what), number in named.items() if number
    )


def _spaces(scan: SplitScan) -> str:
    """Where the training text has spaces, and what follows for other text."""
    if scan.spacing == BETWEEN_TOKENS:
        return f"{BETWEEN_TOKENS} (the corpus does not say where there were none); text to be tagged is given the same"
    return f"{AS_WRITTEN}, {100 * scan.spaces / (scan.tokens - scan.sentences):.0f}% of the places between tokens"


def _other_spaces(scan: SplitScan, train: SplitScan) -> str:
    """What to do where a split has other spaces than train; empty where one is too small to tell."""
    few = min(one.tokens - one.sentences for one in (scan, train)) < _MIN_GAPS
    if few or scan.spacing == train.spacing:
        return ""
    return f"{scan.spacing}, but train has {train.spacing}; --detokenize=1 gives both those of running text"


def _lone_marks(dataset: Dataset) -> list[str]:
    """A line where the training text cuts tokens at marks that raw text may have inside them."""
    if not dataset.lone_marks:
        return []
    marks = " ".join(dataset.lone_marks)
    return [f"tokens: end at each of {marks} in train, and so in text to be tagged"]


def _raw_tokens(scan: SplitScan, options: BuildOptions) -> list[str]:
    """A line where raw text is cut into letters, because its script has no spaces, but these records into words."""
    letters = {letter: number for letter, number in scan.characters.items() if letter.isalpha()}
    without_spaces = sum(number for letter, number in letters.items() if is_token(letter))
    if options.raw_tokens or options.plain_text or 2 * without_spaces <= sum(letters.values()):
        return []
    if scan.tokens >= without_spaces:  # each letter is a token there too
        return []
    return ["tokens: raw text is cut into letters in this script; add --raw_tokens=0.5 if raw text is to be tagged"]


def _partial(scan: SplitScan) -> str:
    share = 100 * scan.not_annotated / scan.tokens
    return f"{counted(scan.not_annotated, 'token')} ({share:.1f}%) not annotated (-): in no loss and no score"


def _many_tokens(scan: SplitScan) -> str:
    if not scan.many_tokens:
        return ""
    what = f"{counted(scan.many_tokens, 'sentence')} of more than {MANY_TOKENS} tokens, the first at"
    return f"{what} {scan.first_many_tokens}: is a blank line missing?"


def _single_tokens(scan: SplitScan) -> str:
    if not 1 < scan.tokens == scan.sentences:
        return ""
    return "each sentence is one token: is there a blank line after every line? If so, sed 'n;d' FILE leaves it out"


def _type_outside(scan: SplitScan) -> str:
    if scan.tags[OUTSIDE] or OUTSIDE not in scan.entities:
        return ""
    return "no tag is O, but one type is called O: if it means outside, replace the tags B-O and I-O by O"


def _in_train(scan: SplitScan) -> str:
    if not scan.in_train:
        return ""
    share = 100 * scan.in_train / scan.sentences
    what = f"{counted(scan.in_train, 'sentence')} ({share:.1f}%) also in train, word for word"
    return f"{what}; --drop_duplicates leaves them out there"


def _unknown(scan: SplitScan, vocabulary: Vocabulary) -> str:
    known = set(vocabulary.characters)
    unknown = {character: number for character, number in scan.characters.items() if character not in known}
    total = sum(unknown.values())
    share = 100 * total / scan.num_characters
    return f"{counted(total, 'character')} ({share:.3f}%), {len(unknown)} different ones, do not occur in train"
