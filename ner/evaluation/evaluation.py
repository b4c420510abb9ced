"""An evaluation: what is known of a tagger on a split once all of its sentences have been predicted."""

from dataclasses import dataclass

from ner.evaluation.analysis.bootstrap import Intervals, UnitCounts
from ner.evaluation.analysis.calibration import Calibration
from ner.evaluation.analysis.entity_strings import NUM_REPORTED, EntityString, entity_strings
from ner.evaluation.analysis.error_examples import KEPT_SENTENCES, ExampleCollector, Examples
from ner.evaluation.analysis.outcomes import OutcomeCollector, Outcomes
from ner.evaluation.metrics.scores import Scores
from ner.evaluation.metrics.slices import Slicer
from ner.evaluation.predictions import Predictions
from ner.evaluation.reports.report import Report
from ner.text.labels import Labels


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The report on a split, the outcome of each of its entities, the strings they have, and example sentences.

    `fingerprint` identifies the sentences: evaluations that share it can be compared sentence by sentence. `sources`
    are the names of its files.
    """

    report: Report
    outcomes: Outcomes
    strings: tuple[EntityString, ...]
    units: UnitCounts
    examples: Examples
    labels: Labels
    fingerprint: str
    sources: tuple[str, ...]


class EvaluationCollector:
    """Collects the predictions of a split in batches, which may come in any order.

    `kept_sentences` is the number of examples of each matrix cell; None: all sentences with an error are examples.
    """

    def __init__(
        self, labels: Labels, slicer: Slicer | None = None, kept_sentences: int | None = KEPT_SENTENCES
    ) -> None:
        self._labels = labels
        self._slicer = slicer
        self.scores = Scores.empty(labels)
        self._outcomes = OutcomeCollector(labels)
        num_slices = len(slicer.slices) if slicer else 0
        self._examples = ExampleCollector(labels, num_slices, kept_sentences)

    def add(self, predictions: Predictions) -> None:
        """Adds a batch."""
        batch = predictions.labelled(self._labels, self._slicer)
        self.scores += Scores.from_batch(batch)
        self._outcomes.add(predictions, batch.alignment)
        self._examples.add(predictions, batch)

    def evaluation(
        self, split: str, step: int, seconds: float, fingerprint: str, sources: tuple[str, ...]
    ) -> Evaluation:
        """All that was collected of `split`, which took `seconds`; for the others see `Report` and `Evaluation`."""
        outcomes, types = self._outcomes.outcomes(), self._labels.types
        strings = tuple(entity_strings(outcomes, types))
        units = UnitCounts.of_outcomes(outcomes)
        wrong = tuple(one for one in strings[:NUM_REPORTED] if one.wrong)
        intervals, calibration = Intervals.of_counts(units, types), Calibration.of_outcomes(outcomes, types)
        report = Report(split, step, self.scores, seconds, intervals, calibration, wrong)
        examples = self._examples.examples()
        return Evaluation(report, outcomes, strings, units, examples, self._labels, fingerprint, sources)
