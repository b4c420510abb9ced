"""The predictions for every sentence of a split as files: as columns, what is wrong as a table, and what to correct."""

from collections.abc import Sequence

from ner import files
from ner.evaluation import label_noise
from ner.evaluation.entity_scores import MISSED, SPURIOUS
from ner.evaluation.error_types import CORRECT, OUTCOMES, outcomes_of
from ner.evaluation.label_noise import Disagreement, UsualConfidence
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
        self._disagreements: list[Disagreement] = []
        self._usual = UsualConfidence()

    def add(self, predictions: Predictions) -> None:
        """Adds a batch."""
        for row in range(len(predictions.position)):
            self._blocks[int(predictions.position[row])] = self._block(predictions, row)
        alignment = predictions.labelled(self._labels).alignment
        outcomes = outcomes_of(alignment, len(self._labels.types))
        confidences = predictions.span_confidences(alignment.row, alignment.start, alignment.end)
        gold_types, predicted_types = (*self._labels.types, SPURIOUS), (*self._labels.types, MISSED)
        for entry in (outcomes == CORRECT).nonzero()[0].tolist():
            self._usual.add(gold_types[alignment.gold[entry]], float(confidences[entry]))
        outside = (predictions.gold_words == 0) & (predictions.predicted_words == 0)  # O, the first label
        self._usual.add(MISSED, float(predictions.word_confidences[outside].sum()), int(outside.sum()))
        wrong = (outcomes != CORRECT).nonzero()[0]
        for entry in sorted(wrong.tolist(), key=lambda index: (alignment.row[index], alignment.start[index])):
            row = int(alignment.row[entry])
            start, end = (
                predictions.starts[row, alignment.start[entry]],
                predictions.ends[row, alignment.end[entry] - 1],
            )
            text = predictions.text[row].decode()
            position = int(predictions.position[row])
            types = gold_types[alignment.gold[entry]], predicted_types[alignment.predicted[entry]]
            confidence = float(confidences[entry])
            place = (*self._place(predictions, row), OUTCOMES[outcomes[entry]])
            self._errors.setdefault(position, []).append((*place, *types, text[start:end], f"{confidence:.4f}", text))
            words = int(alignment.start[entry]), int(alignment.end[entry])
            self._disagreements.append(Disagreement(position, *words, text[start:end], *types, confidence))

    def to_conll(self) -> str:
        """Columns token, gold, predicted and confidence, tab-separated, with a comment above each sentence."""
        return "".join(self._blocks[position] for position in sorted(self._blocks))

    def to_csv(self) -> str:
        """One line for each wrong entity, in file order; a cell that starts like a formula gets an apostrophe."""
        return csv_table([_COLUMNS, *(row for position in sorted(self._errors) for row in self._errors[position])])

    def suspects_to_conll(self) -> str:
        """The sentences with likely annotation errors, the likeliest first, to correct."""
        return label_noise.to_conll(label_noise.suspects(self._disagreements, self._usual), self._blocks)

    def write(self, folder: str, split: str) -> None:
        """Writes `SPLIT.conll`, `SPLIT-errors.csv` and `SPLIT-suspects.conll` into `folder`."""
        for name, content in (
            (f"{split}.conll", self.to_conll()),
            (f"{split}-errors.csv", self.to_csv()),
            (f"{split}-suspects.conll", self.suspects_to_conll()),
        ):
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
        text, tags_of = predictions.text[row].decode(), self._labels.tags
        lines = [f"# sentence {number}: {name}:{line}, document {document}"]
        for word in predictions.is_word[row].nonzero()[0].tolist():
            token = text[predictions.starts[row, word] : predictions.ends[row, word]]
            gold, predicted = tags_of([predictions.gold_words[row, word], predictions.predicted_words[row, word]])
            lines.append(f"{token}\t{gold}\t{predicted}\t{predictions.word_confidences[row, word]:.4f}")
        return "\n".join([*lines, "", ""])
