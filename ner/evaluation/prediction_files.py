"""The predictions for every sentence of a split as files: CoNLL columns, and a CSV table of the entity errors."""

from collections.abc import Sequence

from ner import files
from ner.evaluation.entity_scores import MISSED, SPURIOUS
from ner.evaluation.error_types import CORRECT, OUTCOMES, outcomes_of
from ner.evaluation.predictions import Predictions
from ner.evaluation.tables import csv_table
from ner.text.labels import Labels

_COLUMNS = ("sentence", "file", "line", "document", "error", "gold", "predicted", "entity", "confidence", "text")


class PredictionFiles:
    """Collects the predictions of batches, which may come in any order; `sources` are the split's file names."""

    def __init__(self, labels: Labels, sources: Sequence[str]) -> None:
        self._labels = labels
        self._sources = sources
        self._blocks: dict[int, str] = {}  # position -> the sentence in columns
        self._errors: dict[int, list[tuple[str, ...]]] = {}  # position -> rows of the table

    def add(self, predictions: Predictions) -> None:
        """Adds a batch."""
        for row in range(len(predictions.position)):
            self._blocks[int(predictions.position[row])] = self._block(predictions, row)
        alignment = predictions.labelled(self._labels).alignment
        outcomes = outcomes_of(alignment, len(self._labels.types))
        confidences = predictions.span_confidences(alignment.row, alignment.start, alignment.end)
        gold_types, predicted_types = (*self._labels.types, SPURIOUS), (*self._labels.types, MISSED)
        wrong = (outcomes != CORRECT).nonzero()[0]
        for entry in sorted(wrong.tolist(), key=lambda index: (alignment.row[index], alignment.start[index])):
            row = int(alignment.row[entry])
            start, end = (
                predictions.starts[row, alignment.start[entry]],
                predictions.ends[row, alignment.end[entry] - 1],
            )
            text = predictions.text[row].decode()
            position = int(predictions.position[row])
            self._errors.setdefault(position, []).append(
                (
                    *self._place(predictions, row),
                    OUTCOMES[outcomes[entry]],
                    gold_types[alignment.gold[entry]],
                    predicted_types[alignment.predicted[entry]],
                    text[start:end],
                    f"{confidences[entry]:.4f}",
                    text,
                )
            )

    def to_conll(self) -> str:
        """Columns token, gold, predicted and confidence, tab-separated, with a comment above each sentence."""
        return "".join(self._blocks[position] for position in sorted(self._blocks))

    def to_csv(self) -> str:
        """One line for each wrong entity, in file order; a cell that starts like a formula gets an apostrophe."""
        return csv_table([_COLUMNS, *(row for position in sorted(self._errors) for row in self._errors[position])])

    def write(self, folder: str, split: str) -> None:
        """Writes `SPLIT.conll` and `SPLIT-errors.csv` into `folder`."""
        for name, content in ((f"{split}.conll", self.to_conll()), (f"{split}-errors.csv", self.to_csv())):
            files.write_atomically(files.join(folder, name), content.encode("utf-8", "surrogatepass"))

    def _place(self, predictions: Predictions, row: int) -> tuple[str, str, str, str]:
        """Number of the sentence, its file, line and number of the document; numbers from 1."""
        source = int(predictions.source[row])
        name = self._sources[source] if source < len(self._sources) else ""
        return (
            str(predictions.position[row] + 1),
            name,
            str(predictions.line[row]),
            str(predictions.document[row] + 1),
        )

    def _block(self, predictions: Predictions, row: int) -> str:
        number, name, line, document = self._place(predictions, row)
        text, names = predictions.text[row].decode(), self._labels.names
        lines = [f"# sentence {number}: {name}:{line}, document {document}"]
        for word in (predictions.gold_words[row] >= 0).nonzero()[0].tolist():
            token = text[predictions.starts[row, word] : predictions.ends[row, word]]
            gold, predicted = (ids[row, word] for ids in (predictions.gold_words, predictions.predicted_words))
            lines.append(f"{token}\t{names[gold]}\t{names[predicted]}\t{predictions.word_confidences[row, word]:.4f}")
        return "\n".join([*lines, "", ""])
