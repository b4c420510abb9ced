"""What the NER tab asks of evaluations: numbers of all steps, pages of sentences, their history, comparisons."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from tensorboard.errors import NotFoundError

from ner.evaluation.analysis import bootstrap
from ner.tensorboard.plugin import listing, payload
from ner.tensorboard.plugin.data_map import DataMap, Region
from ner.tensorboard.plugin.download import Download, download
from ner.tensorboard.plugin.evaluation_store import EvaluationStore, Stored
from ner.tensorboard.plugin.example_index import ExampleIndex


@dataclass(frozen=True)
class Comparison:
    """The evaluation to compare with. `kind` is "fixed" or "regressed" for the sentences that are correct in one only,
    else "".
    """

    run: str
    step: int
    kind: str = ""

    def __post_init__(self) -> None:
        if self.kind not in ("", "fixed", "regressed"):
            raise ValueError(self.kind)


@dataclass(frozen=True, eq=False)
class _Candidates:
    """Kept sentences, int64 [N], in the order of their ranks; their confidences in the open cell or slice, if one is
    open; the gold entities of the open region, bool [G]; and numbers that the answer has beside them.
    """

    sentences: np.ndarray
    confidences: np.ndarray | None = None
    gold: np.ndarray | None = None
    numbers: dict[str, int] = field(default_factory=dict)

    def by_sentence(self) -> dict[int, float]:
        """The confidences of the sentences that have one."""
        if self.confidences is None:
            return {}
        return dict(zip(self.sentences.tolist(), self.confidences.tolist(), strict=True))


class _Listed(NamedTuple):
    """The sentences that the tab lists, `chosen` of `candidates`: those of the evaluation `shown`, compared with those
    of its `counterpart`, if any.
    """

    shown: Stored
    counterpart: Stored | None
    candidates: _Candidates
    chosen: np.ndarray


class Evaluations:
    """Answers from the evaluations of `store`, for one request."""

    def __init__(self, store: EvaluationStore) -> None:
        self._store = store

    def runs(self) -> list[dict[str, Any]]:
        """Each run with evaluations: its `name`, its `last` step, and when the latest was `written` (wall time)."""
        return [
            {"name": run, "last": found.max_step, "written": found.max_wall_time}
            for run, found in self._store.time_series().items()
        ]

    def overview(self) -> list[dict[str, Any]]:
        """The last evaluation of each run: `name`, `step`, `split`, `fingerprint` and the confusion matrix `entity`.

        Runs whose last evaluation cannot be read are left out.
        """
        return [
            {"name": run, "entity": header["levels"]["entity"]}
            | {key: header[key] for key in ("step", "split", "fingerprint")}
            for run, header in self._store.last_headers().items()
            if "error" not in header
        ]

    def headers(self, run: str) -> list[dict[str, Any]]:
        """The header of each evaluation of `run`, by step; `step` and `error` for one that cannot be read."""
        return [header for _, header in self._store.with_headers(run)]

    def strings(self, run: str, step: int) -> bytes:
        """Entities by their text, as JSON, gzip. Raises NotFoundError if there is no such evaluation."""
        return self._store.blob(self._store.evaluation(run, step), "strings")

    def page(self, run: str, step: int, query: listing.Query, against: Comparison | None = None) -> dict[str, Any]:
        """Sentences of one evaluation: `items`, how many are `matching`, and how many are `kept` in all.

        With an evaluation to compare with, each item has under `other` what that one predicted. If its `kind` is given,
        the sentences are those that are correct in one of the two only, and `changed` and `changed_entities` are the
        numbers of these. With a region of the data map, `region_entities` is the number of entities in it, and of each
        item their numbers. Raises NotFoundError where an evaluation is missing, or where the two are not of the same
        sentences.
        """
        found = self._listed(run, step, query, against)
        known = found.candidates.by_sentence()
        answer = listing.page(self._store.index(found.shown), query, found.chosen, known)
        if found.counterpart and self._is_same(found.shown, found.counterpart):
            index = self._store.index(found.counterpart)
            as_gold = self._predicted_as_gold(found.counterpart, self._store.index(found.shown))
            for item in answer["items"]:
                is_gold = item["sentence"]["n"] in as_gold
                item["other"] = listing.predicted_otherwise(item["sentence"], index, is_gold)
        if found.candidates.gold is not None:
            index = self._store.index(found.shown)
            for item in answer["items"]:
                item["region_entities"] = index.gold_among(item["sentence"]["n"], found.candidates.gold)
        return {**answer, "kept": len(found.candidates.sentences), **found.candidates.numbers}

    def download(
        self, form: str, run: str, step: int, query: listing.Query, against: Comparison | None = None
    ) -> Download:
        """All sentences that `page` lists, whatever page is asked for, as a file. Raises as `page` and `download`."""
        found = self._listed(run, step, query, against)
        sentences = self._store.index(found.shown).sentences(found.chosen.tolist())
        return download(form, sentences, self._store.header(found.shown))

    def data_map(self, run: str, step: int) -> DataMap:
        """The map of a run's gold entities, over all of its evaluations of the same sentences as the one at `step`."""
        same = self._store.of_same_sentences(run, step)
        confidences = map(payload.gold_confidences, self._store.blobs(same, "confidences"))
        outcomes = self._store.blobs(same, "entities")
        correct, decided = (list(map(read, outcomes)) for read in (payload.entity_correct, payload.entity_decided))
        return DataMap([*confidences], correct, decided)

    def history(self, run: str, step: int, entities: list[int], sentences: list[int]) -> dict[str, Any]:
        """Outcomes of some gold entities and sentences at each step, one list a step.

        `entities` are their outcome bytes, `sentences` whether they are correct; None where not stored. Only
        evaluations of the same sentences as the one at `step` are included.
        """
        same = self._store.of_same_sentences(run, step)
        outcomes = self._store.blobs(same, "entities") if entities else []
        correct = self._store.blobs(same, "sentences") if sentences else []
        return {
            "steps": [one.step for one in same],
            "entities": [[blob[number] if number < len(blob) else None for number in entities] for blob in outcomes],
            "sentences": [
                [bool(bits[number]) if number < len(bits) else None for number in sentences]
                for bits in map(payload.sentence_bits, correct)
            ],
        }

    def compare(self, run: str, step: int, against_run: str, against_step: int) -> dict[str, Any]:
        """Change of micro F1 from one evaluation to another by paired bootstrap, and the `unit` that is drawn.

        Raises NotFoundError where one is missing, or they are not of the same sentences.
        """
        headers, counts = [], []
        for name, at in ((run, step), (against_run, against_step)):
            one = self._store.evaluation(name, at)
            headers.append(self._store.header(one))
            counts.append(payload.unit_counts(self._store.blob(one, "units"), len(headers[-1]["types"])))
        if len({(header["fingerprint"], *header["types"]) for header in headers}) > 1:
            raise NotFoundError("the two evaluations are not of the same sentences and types")
        return {**bootstrap.compare(*counts), "unit": headers[0]["intervals"]["unit"]}

    def _listed(self, run: str, step: int, query: listing.Query, against: Comparison | None) -> _Listed:
        one = self._store.evaluation(run, step)
        other = self._store.evaluation(against.run, against.step) if against else None
        kind = against.kind if against else ""
        shown, counterpart = (other, one) if other and kind == "fixed" else (one, other)  # shown has it wrong
        index = self._store.index(shown)
        if other and kind:
            candidates = self._changed(index, one, other, kind)
        elif query.region:
            candidates = self._in_region(index, run, step, query.region)
        else:
            candidates = _Candidates(*listing.candidates(index, query))
        chosen = listing.narrowed(index, query, candidates.sentences)
        if query.history != listing.ANY:
            before = self._correct_before(run, one, index, query, chosen)
            chosen = chosen[before == (query.history == "correct")]
        return _Listed(shown, counterpart, candidates, chosen)

    def _changed(self, index: ExampleIndex, one: Stored, other: Stored, kind: str) -> _Candidates:
        """The sentences that are correct in one of two evaluations only; `index` is that of the one with errors."""
        if not self._is_same(one, other):
            raise NotFoundError("the two evaluations are not of the same sentences")
        header = self._store.header(one)
        correct, entities, decided = (
            [read(self._store.blob(each, part)) for each in (one, other)]
            for part, read in (
                ("sentences", payload.sentence_bits),
                ("entities", payload.entity_correct),
                ("entities", payload.entity_decided),
            )
        )
        now, before = (0, 1) if kind == "fixed" else (1, 0)
        num_entities = min(map(len, entities))
        wrong_before = (decided[before] & ~entities[before])[:num_entities]
        entity_change = entities[now][:num_entities] & wrong_before
        known = min(header["sentences"], header["history"])
        positions = np.flatnonzero(correct[now][:known] & ~correct[before][:known])
        found = np.flatnonzero(np.isin(index.positions, positions))
        ranked = found[np.argsort(-index.rank(index.entities())[found], kind="stable")]
        numbers = {"changed": len(positions), "changed_entities": int(entity_change.sum()), "compared": known}
        return _Candidates(ranked, numbers=numbers)

    def _predicted_as_gold(self, one: Stored, index: ExampleIndex) -> set[int]:
        """Positions of the sentences of `index` of which an evaluation is known to have predicted the gold labels."""
        correct = np.flatnonzero(payload.sentence_bits(self._store.blob(one, "sentences")))
        undecided = index.with_gold(~payload.entity_decided(self._store.blob(one, "entities")))
        decided = np.delete(index.positions, undecided)
        return set(decided[np.isin(decided, correct)].tolist())

    def _in_region(self, index: ExampleIndex, run: str, step: int, region: str) -> _Candidates:
        """The sentences with a gold entity in a region of the run's data map."""
        inside = self.data_map(run, step).inside(Region.from_text(region))
        return _Candidates(index.with_gold(inside), gold=inside, numbers={"region_entities": int(inside.sum())})

    def _correct_before(
        self, run: str, one: Stored, index: ExampleIndex, query: listing.Query, sentences: np.ndarray
    ) -> np.ndarray:
        """bool [N]: whether each sentence, or the entity of the open cell in it, was correct at an earlier step."""
        earlier = [each for each in self._store.of_same_sentences(run, one.step) if each.step < one.step]
        outcomes = np.frombuffer(self._store.blob(one, "entities"), np.uint8)
        followed = listing.followed_entities(index, query, sentences, outcomes)
        positions, found = index.positions[sentences], np.zeros(len(sentences), bool)
        blobs = (self._store.blobs(earlier, part) for part in ("entities", "sentences"))
        for entities, bits in zip(*blobs, strict=True):
            for known, numbers in (
                (payload.entity_correct(entities), followed),
                (payload.sentence_bits(bits), np.where(followed < 0, positions, -1)),
            ):
                stored = (numbers >= 0) & (numbers < len(known))
                found[stored] |= known[numbers[stored]]
        return found

    def _is_same(self, one: Stored, other: Stored) -> bool:
        """Whether two evaluations are of the same sentences."""
        return bool(self._store.header(one)["fingerprint"] == self._store.header(other)["fingerprint"])
