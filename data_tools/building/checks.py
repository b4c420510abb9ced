"""Whether what the first pass found can be built: sentences in every split, none too long, no unknown label."""

from collections.abc import Mapping, Sequence

from data_tools.building.options import BuildOptions
from data_tools.building.split_scan import SplitScan
from ner.console import counted
from ner.errors import InputError
from ner.text.labels import NOT_ANNOTATED, Labels


def check_sentences(split: str, scan: SplitScan, options: BuildOptions) -> None:
    """Raises `InputError` on a split without sentences and, unless they are to be dropped, on over-long ones."""
    if scan.first_too_long and options.long_sentences == "error":
        place, characters = scan.first_too_long
        more = f" ({scan.too_long} such sentences in {split})" if scan.too_long > 1 else ""
        raise InputError(
            f"{place}: a sentence of {characters:,} characters, more than --max_characters={options.max_characters}"
            f"{more}; split it, raise --max_characters, or give --long_sentences=drop or --long_sentences=cut"
        )
    if not scan.sentences:
        if split in options.hash_split.splits:
            raise InputError(f"{split}: no sentence falls to its share; give a larger one, or --split_by=sentence")
        if scan.too_long and not scan.counts.unannotated:
            which = "the only sentence is" if scan.too_long == 1 else f"all {scan.too_long} sentences are"
            raise InputError(
                f"{split}: {which} longer than --max_characters={options.max_characters} in "
                f"{', '.join(options.sources[split])}; raise it, or name other files with --{split}"
            )
        what = "no sentences"
        if scan.counts.unannotated:
            what = f"no annotated token in {counted(scan.counts.unannotated, 'sentence')}"
        raise InputError(f"{split}: {what} in {', '.join(options.sources[split])}; name other files with --{split}")
    if split == "train" and not scan.entities and options.labels is None and not options.plain_text:
        raise InputError(
            f"train: no entity in the {counted(scan.sentences, 'sentence')} of {', '.join(options.sources[split])}; "
            "name other files, another column with --tag_column where there are columns, or the labels with --labels"
        )


def choose_labels(scans: Mapping[str, SplitScan], fixed: Labels | None, one_corpus: Sequence[str] = ()) -> Labels:
    """The labels of the training split, or those that the user fixed.

    Splits of `one_corpus` were taken from the files of train, and a rare label may have gone there alone: it counts.

    A type that train knows may go on for longer elsewhere: I-X belongs to the labels where train has B-X alone. Raises
    `InputError`, naming the line, on any other label of a split that is not among them.
    """
    known = {tag for name in ("train", *one_corpus) for tag in scans[name].tags}
    longer = {tag for scan in scans.values() for tag in scan.tags if f"B{tag[1:]}" in known}
    labels = fixed or Labels.from_tags(known | longer)
    for split, scan in scans.items():
        for tag, place in scan.first_places.items():
            if tag in labels.ids or tag == NOT_ANNOTATED:
                continue
            everything = Labels.from_tags(tag for other in scans.values() for tag in other.tags)
            remedy = f"--labels={','.join(everything.names)}"
            if fixed:
                raise InputError(f"{place}: label {tag!r} is not one of --labels; correct the tag, or give {remedy}")
            raise InputError(
                f"{place}: label {tag!r} occurs in {split} but not in train; add training sentences that have it, or "
                f"fix the labels with {remedy}"
            )
    return labels
