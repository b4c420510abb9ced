"""Reads sentences back from the shards of a build, to score a model on records with other characters or labels."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from data_tools.readers.base import FormatReader, ReadCounts, SourceRange, SourceSentence
from data_tools.readers.faults import Fault, Faults, FaultyLinesError
from data_tools.readers.read_options import ReadOptions
from ner import files
from ner.data import dataset as records_dataset
from ner.data.example import decode
from ner.data.tfrecord import read_records

_SUFFIX = ".tfrecord"
DOCUMENT = "record"  # what begins a document, in the counts of a build


def is_shard(path: str, head: bytes) -> bool:
    """Whether a file is a shard with its `dataset.json` beside it."""
    return path.endswith(_SUFFIX) and files.exists(files.join(files.parent(path), records_dataset.FILE_NAME))


def is_records(folder: str) -> bool:
    """Whether a build wrote a folder."""
    return files.is_folder(folder) and files.exists(files.join(folder, records_dataset.FILE_NAME))


def open_reader(paths: Sequence[str], options: ReadOptions) -> "ShardReader":
    """The reader of these shards. Raises `InputError` where columns are named."""
    options.check_no_columns(f"{paths[0]}: a shard of records")
    return ShardReader()


@dataclass(frozen=True)
class ShardReader(FormatReader):
    """A line is a record; see `Reader`. Documents are those of the build, cut where a shard ends."""

    format = "records"
    in_words = "records of another build"

    def read(self, part: SourceRange, counts: ReadCounts) -> Iterator[SourceSentence]:
        """The sentences of a shard. Raises `FaultyLinesError` on bytes that are no record, `DamagedShardError`."""
        dataset = records_dataset.load(files.parent(part.path))
        faults: list[Fault] = []
        document, documents = None, 0
        for number, serialized in enumerate(read_records(part.path, dataset.compression)):
            counts.lines += 1
            try:
                record = decode(serialized)
                sentence = record.sentence(dataset.labels)
            except ValueError as error:
                faults.append(Fault(part.path, 0, number, f"not a record ({error}); build the records again"))
                continue
            if record.document != document:
                document = record.document
                documents += 1
                counts.documents[DOCUMENT] += 1
            counts.evidence.add_sentence(sentence.tags)
            yield SourceSentence(0, number, documents, (number,) * len(sentence.tokens), sentence)
        if faults:
            raise FaultyLinesError(Faults.of(faults))
