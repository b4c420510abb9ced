"""An evaluation: what is known of a tagger on a split once all of its sentences have been predicted."""

from dataclasses import dataclass

from ner.evaluation.error_examples import ExampleCollector, Examples
from ner.evaluation.metrics import Scores
from ner.evaluation.outcomes import OutcomeCollector, Outcomes
from ner.evaluation.predictions import Predictions
from ner.evaluation.report import Report
from ner.evaluation.slices import Slicer
from ner.text.labels import Labels


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The report on a split, the outcome of each of its entities, and example sentences.

    `fingerprint` identifies the sentences: evaluations that share it can be compared sentence by sentence. `sources`
    are the names of its files.
    """

    report: Report
    outcomes: Outcomes
    examples: Examples
    labels: Labels
    fingerprint: str
    sources: tuple[str, ...]


class EvaluationCollector:
    """Collects the predictions of a split in batches, which may come in any order."""

    def __init__(self, labels: Labels, slicer: Slicer | None = None) -> None:
        self._labels = labels
        self._slicer = slicer
        self.scores = Scores.empty(labels)
        self._outcomes = OutcomeCollector(len(labels.types))
        self._examples = ExampleCollector(labels, len(slicer.slices) if slicer else 0)

    def add(self, predictions: Predictions) -> None:
        """Adds a batch."""
        batch = predictions.labelled(self._labels, self._slicer)
        self.scores += Scores.from_batch(batch)
        self._outcomes.add(predictions, batch.alignment)
        self._examples.add(predictions, batch)

    def evaluation(self, report: Report, fingerprint: str, sources: tuple[str, ...]) -> Evaluation:
        """All that was collected, with the report on its scores."""
        outcomes, examples = self._outcomes.outcomes(), self._examples.examples()
        return Evaluation(report, outcomes, examples, self._labels, fingerprint, sources)
