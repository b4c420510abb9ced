"""The predictions for every sentence of a split as files: in several formats, what is wrong as a table, and what to
correct.
"""

from collections.abc import Sequence
from dataclasses import replace

from ner import files
from ner.evaluation.analysis import label_noise
from ner.evaluation.analysis.label_noise import ClassThresholds, Disagreement
from ner.evaluation.metrics import error_types
from ner.evaluation.metrics.entity_scores import MISSED, SPURIOUS
from ner.evaluation.metrics.tables import csv_table
from ner.evaluation.predictions import Predictions
from ner.evaluation.reports.predicted_sentence import PredictedSentence
from ner.evaluation.reports.prediction_formats import FORMATS
from ner.text.labels import Labels

_COLUMNS = ("sentence", "file", "line", "document", "error", "gold", "predicted", "entity", "confidence", "text")


class PredictionFiles:
    """Collects the predictions of batches, which may come in any order; `sources` are the split's file names.

    `formats` are those of `ner.evaluation.reports.prediction_formats` that are written.
    """

    def __init__(self, labels: Labels, sources: Sequence[str], formats: Sequence[str] = ("conll",)) -> None:
        self._labels = labels
        self._sources = sources
        self._formats = formats
        self._sentences: dict[int, PredictedSentence] = {}  # by position
        self._errors: dict[int, list[tuple[str, ...]]] = {}  # position -> rows of the table
        self._disagreements: list[Disagreement] = []
        self._thresholds = ClassThresholds()

    def add(self, predictions: Predictions) -> None:
        """Adds a batch."""
        for row in range(len(predictions.position)):
            sentence = PredictedSentence.from_row(predictions, row, self._labels, self._sources)
            self._sentences[int(predictions.position[row])] = sentence
        alignment = predictions.labelled(self._labels).alignment
        outcomes = error_types.outcomes_of(alignment, len(self._labels.types))
        confidences = predictions.span_confidences(alignment.row, alignment.start, alignment.end)
        gold_types, predicted_types = (*self._labels.types, SPURIOUS), (*self._labels.types, MISSED)
        for entry in (outcomes == error_types.CORRECT).nonzero()[0].tolist():
            self._thresholds.add(gold_types[alignment.gold[entry]], float(confidences[entry]))
        outside = (predictions.gold_words == 0) & (predictions.predicted_words == 0)  # O, the first label
        self._thresholds.add(MISSED, float(predictions.word_confidences[outside].sum()), int(outside.sum()))
        wrong = (outcomes != error_types.CORRECT).nonzero()[0]
        for entry in sorted(wrong.tolist(), key=lambda index: (alignment.row[index], alignment.start[index])):
            row = int(alignment.row[entry])
            position = int(predictions.position[row])
            sentence = self._sentences[position]
            text = sentence.text
            start, end = (
                predictions.starts[row, alignment.start[entry]],
                predictions.ends[row, alignment.end[entry] - 1],
            )
            types = gold_types[alignment.gold[entry]], predicted_types[alignment.predicted[entry]]
            confidence = float(confidences[entry])
            numbers = str(sentence.number), sentence.file, str(sentence.line), str(sentence.document)
            place = (*numbers, error_types.OUTCOMES[outcomes[entry]])
            self._errors.setdefault(position, []).append((*place, *types, text[start:end], f"{confidence:.4f}", text))
            if alignment.predicted[entry] == len(self._labels.types) and outcomes[entry] != error_types.MISSED:
                continue  # the confidence is not that of O: the predicted entity that overlaps this one is listed
            words = int(alignment.start[entry]), int(alignment.end[entry])
            self._disagreements.append(Disagreement(position, *words, text[start:end], *types, confidence))

    @property
    def sentences(self) -> list[PredictedSentence]:
        """All sentences in file order."""
        return [self._sentences[position] for position in sorted(self._sentences)]

    def to_csv(self) -> str:
        """One line for each wrong entity, in file order; a cell that starts like a formula gets an apostrophe."""
        return csv_table([_COLUMNS, *(row for position in sorted(self._errors) for row in self._errors[position])])

    @property
    def suspects(self) -> list[PredictedSentence]:
        """The sentences with likely annotation errors, the likeliest first, with notes that name them."""
        notes = label_noise.notes_by_sentence(label_noise.suspects(self._disagreements, self._thresholds))
        return [replace(self._sentences[position], notes=tuple(own)) for position, own in notes.items()]

    def write(self, folder: str, split: str) -> list[str]:
        """Writes `SPLIT-errors.csv`, and `SPLIT` and `SPLIT-suspects` in each format, into `folder`; returns the names.

        Raises `InputError` where a format cannot hold the annotation.
        """
        contents = {f"{split}-errors.csv": self.to_csv()}
        sentences, suspects = self.sentences, self.suspects
        for name in self._formats:
            contents |= FORMATS[name](split, sentences) | FORMATS[name](f"{split}-suspects", suspects)
        for name, content in contents.items():
            path = files.join(folder, name)
            files.make_folders(files.parent(path))
            files.write_atomically(path, content.encode("utf-8", "surrogatepass"))
        return list(contents)
