"""Records of annotated texts and of tokens, in any order, to batches of sentences."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from data_tools.readers.annotated_text import AnnotatedText, align_texts
from data_tools.readers.base import FormatReader, ReadCounts, SourceRange, SourceSentence
from data_tools.readers.faults import Fault, Faults, FaultyLinesError
from data_tools.readers.json.json_records import RecordForm
from data_tools.readers.source_batch import BATCH_CHARACTERS, SourceBatch, read_one_by_one
from ner.text.sentence import Sentence


@dataclass(frozen=True, slots=True)
class PlacedRecord:
    """A text with its entities, or a sentence; both stand in one line.

    `part` is the number of the range; `line` counts from its beginning. `lines_below` is the number of lines between
    the byte that `path` and `offset` name and the record, where no byte can be named.
    """

    content: AnnotatedText | Sentence
    part: int
    path: str
    offset: int
    line: int
    lines_below: int = 0


class RecordReader(FormatReader):
    """What readers of records share; a subclass implements `_records`. See `Reader`."""

    form: RecordForm

    def read(self, part: SourceRange, counts: ReadCounts) -> Iterator[SourceSentence]:
        """The sentences of the records of a part. Raises `FaultyLinesError` where some cannot be read."""
        return read_one_by_one(self, part, counts)

    def read_batches(self, parts: Sequence[SourceRange], counts: Sequence[ReadCounts]) -> Iterator[SourceBatch]:
        """The same of several parts in order, as arrays."""
        faults: list[Fault] = []
        placed = (
            one for number, part in enumerate(parts) for one in self._records(number, part, counts[number], faults)
        )
        pending: list[PlacedRecord] = []
        characters = 0
        for record in placed:
            if pending and (characters >= BATCH_CHARACTERS or type(record.content) is not type(pending[0].content)):
                yield from self._batch(pending, counts[0], faults)
                pending, characters = [], 0
            pending.append(record)
            content = record.content
            characters += len(content.text) if isinstance(content, AnnotatedText) else sum(map(len, content.tokens))
        if pending:
            yield from self._batch(pending, counts[0], faults)
        if faults:
            raise FaultyLinesError(Faults.of(sorted(faults)))

    def _batch(self, records: Sequence[PlacedRecord], counts: ReadCounts, faults: list[Fault]) -> Iterator[SourceBatch]:
        """The sentences of records of one kind, as one batch; none where they have no tokens."""
        if isinstance(records[0].content, Sentence):
            sources = [
                SourceSentence(one.offset, one.line, 0, (one.lines_below,) * len(one.content.tokens), one.content)
                for one in records
                if isinstance(one.content, Sentence)
            ]
            yield SourceBatch.from_sources(sources, [one.part for one in records])
            return
        texts = [one.content for one in records if isinstance(one.content, AnnotatedText)]
        aligned = align_texts(texts, counts, self.form.lone_marks)
        for number, message in aligned.faults:
            faults.append(Fault(records[number].path, records[number].offset, records[number].lines_below, message))
        if len(aligned.sentences):
            places = np.array([(one.part, one.offset, one.line, one.lines_below) for one in records], np.int64)
            part, offset, line, lines_below = places[aligned.texts].T
            yield SourceBatch(
                sentences=aligned.sentences.placed(part, line),
                offsets=offset,
                line_offsets=np.repeat(lines_below, aligned.sentences.num_tokens),
            )

    def _records(
        self, number: int, part: SourceRange, counts: ReadCounts, faults: list[Fault]
    ) -> Iterator[PlacedRecord]:
        """The records of part `number`; lines are added to its counts, and what cannot be read to `faults`.

        Spans have passed `check_spans`. Bytes that are not in the encoding are a fault too.
        """
        raise NotImplementedError
