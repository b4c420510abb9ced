"""Records of further files with the characters and labels that a model already has, to evaluate it on them."""

from collections.abc import Sequence
from dataclasses import replace

from data_tools.building.maps.processes import parallel_map
from data_tools.building.mark_counts import marks_of_either
from data_tools.building.records import ScannedSplit, scan_splits, split_entry, write_splits
from data_tools.building.report import left_out
from data_tools.building.scan import Reading, SplitScan
from data_tools.building.shards import Encoding
from data_tools.readers.formats import expand_sources, open_reader, unpaired_files
from data_tools.readers.read_options import ReadOptions
from ner import files
from ner.data.dataset import Dataset
from ner.errors import InputError
from ner.text.labels import NOT_ANNOTATED, Labels
from ner.text.spacing import BETWEEN_TOKENS

MAX_CHARACTERS = 5_000  # of a sentence; longer ones are an error, as in a build


def build_split(
    name: str, sources: Sequence[str], folder: str, like: Dataset, read: ReadOptions
) -> tuple[Dataset, str]:
    """Writes the files `sources` as records into `folder`; returns these records, of which `name` is the only split.

    Also what reading has left out or changed, in words, empty where there is nothing.

    Characters, labels and the label of spaces are those of `like`. So are the marks at which texts with spans are cut,
    and the spaces (`ner.text.spacing`), as a model is given all texts: one between all tokens, or, of files that do not
    say where they stood, those of running text.
    Raises `InputError` on files that cannot be used, naming the line: one without sentences, with a sentence too long,
    or with a label that `like` lacks.
    """
    paths = expand_sources(tuple(sources))
    reader = open_reader(paths, replace(read, lone_marks=marks_of_either(read.lone_marks, like.lone_marks)))
    spaced = like.spacing == BETWEEN_TOKENS
    reading = Reading(
        reader=reader, max_characters=MAX_CHARACTERS, not_annotated=read.not_annotated, space_tokens=spaced
    )
    unpaired = tuple(unpaired_files(sources, paths))
    scanned = ScannedSplit(files=tuple(paths), unpaired=unpaired, reading=reading, scan=SplitScan())
    splits = {name: scanned}
    scratch = files.join(folder, "scratch")
    files.make_folders(scratch)
    with parallel_map(1) as map_:
        scan_splits(splits, scratch, map_)
        if splits[name].scan.spacing != like.spacing:
            splits = {name: scanned.read_as(detokenize=1.0)}
            scan_splits(splits, scratch, map_)
        _check(splits[name].scan, like, paths)
        encoding = Encoding(
            vocabulary=like.vocabulary, labels=like.labels, space_label=like.space_label, compression=""
        )
        written = write_splits(splits, 1, encoding, folder, map_)[name]
    files.remove_folder(scratch)
    entry = split_entry(splits[name], [one.shard for one in written])
    dataset = replace(like, splits={name: entry}, spacing=splits[name].scan.spacing, compression="")
    return dataset, left_out(splits[name], read)


def _check(scan: SplitScan, like: Dataset, paths: Sequence[str]) -> None:
    if scan.first_too_long:
        place, characters = scan.first_too_long
        raise InputError(f"{place}: a sentence of {characters:,} characters, more than {MAX_CHARACTERS:,}; split it")
    if not scan.sentences:
        what = "annotated sentences" if scan.counts.unannotated else "sentences"
        raise InputError(f"{', '.join(paths)}: no {what}; name a file that has some")
    for tag, place in scan.first_places.items():
        if tag not in like.labels.ids and tag != NOT_ANNOTATED:
            remedy = "rename or remove entities of types that it was not trained on"
            if f"B{tag[1:]}" in like.labels.ids:
                more = ",".join(Labels.from_tags((*like.labels.names, tag)).names)
                remedy = (
                    f"each {tag[2:]} it saw is one token: shorten this one, or train on a build with --labels={more}"
                )
            raise InputError(
                f"{place}: label {tag!r} is not one of the model's ({' '.join(like.labels.names)}); {remedy}"
            )
