"""The evaluations in TensorBoard's log folder, read through its data provider."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from tensorboard.data import provider
from tensorboard.errors import NotFoundError

from ner.evaluation import bootstrap
from ner.tensorboard.plugin import listing, payload
from ner.tensorboard.plugin.blob_cache import BlobCache, BlobKey
from ner.tensorboard.plugin.data_map import DataMap, Region
from ner.tensorboard.plugin.download import Download, download
from ner.tensorboard.plugin.example_index import ExampleIndex, IndexCache
from ner.tensorboard.plugin.steps_kept import STEPS_KEPT


@dataclass(frozen=True)
class Stored:
    """One evaluation: its step, and the keys of its blobs, which identify their content."""

    step: int
    keys: tuple[BlobKey, ...]


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


class _Listed(NamedTuple):
    """The sentences that the tab lists: the evaluation whose they are, the other one, and what is told of them."""

    shown: Stored
    counterpart: Stored | None
    chosen: np.ndarray
    confidences: dict[int, float]
    kept: int
    changed: dict[str, int]


class Caches(NamedTuple):
    """What was read and parsed before."""

    blobs: BlobCache
    indices: IndexCache


class Evaluations:
    """All evaluations of one TensorBoard experiment, for one request; `caches` are what requests share."""

    def __init__(self, data_provider: provider.DataProvider, caches: Caches, context: Any, experiment_id: str) -> None:
        self._provider = data_provider
        self._blobs, self._indices = caches
        self._context = context
        self._experiment_id = experiment_id

    def runs(self) -> list[dict[str, Any]]:
        """Each run with evaluations: its `name` and `last` step."""
        found = self._provider.list_blob_sequences(
            self._context, experiment_id=self._experiment_id, plugin_name=payload.PLUGIN
        )
        return [
            {"name": run, "last": tags[payload.TAG].max_step}
            for run, tags in sorted(found.items())
            if payload.TAG in tags
        ]

    def overview(self) -> list[dict[str, Any]]:
        """The last evaluation of each run: `name`, `step`, `split`, `fingerprint` and the confusion matrix `entity`.

        Runs whose last evaluation cannot be read are left out.
        """
        found = self._stored(None)
        last = [(run, stored[-1]) for run, stored in sorted(found.items()) if stored and stored[-1].keys]
        blobs = self._read([one.keys[0] for _, one in last])
        headers = [(run, _header(one.step, [blob])) for (run, one), blob in zip(last, blobs, strict=True)]
        return [
            {"name": run, "entity": header["levels"]["entity"]}
            | {key: header[key] for key in ("step", "split", "fingerprint")}
            for run, header in headers
            if "error" not in header
        ]

    def headers(self, run: str) -> list[dict[str, Any]]:
        """The header of each evaluation of `run`, by step; `step` and `error` for one that cannot be read."""
        return [header for _, header in self._with_headers(run)]

    def strings(self, run: str, step: int) -> bytes:
        """Entities by their text, as JSON, gzip. Raises NotFoundError if there is no such evaluation."""
        return self._blob(self._evaluation(run, step), "strings")

    def page(self, run: str, step: int, query: listing.Query, against: Comparison | None = None) -> dict[str, Any]:
        """Sentences of one evaluation: `items`, how many are `matching`, and how many are `kept` in all.

        With an evaluation to compare with, each item has under `other` what that one predicted. If its `kind` is given,
        the sentences are those that are correct in one of the two only, and `changed` and `changed_entities` are the
        numbers of these. With a region of the data map, `region_entities` is the number of entities in it. Raises
        NotFoundError where an evaluation is missing, or where the two are not of the same sentences.
        """
        found = self._listed(run, step, query, against)
        answer = listing.page(self._index(found.shown), query, found.chosen, found.confidences)
        if found.counterpart and self._fingerprint(found.counterpart) == self._fingerprint(found.shown):
            correct = payload.sentence_bits(self._blob(found.counterpart, "sentences"))
            for item in answer["items"]:
                item["other"] = listing.predicted_otherwise(item["sentence"], self._index(found.counterpart), correct)
        return {**answer, "kept": found.kept, **found.changed}

    def download(
        self, form: str, run: str, step: int, query: listing.Query, against: Comparison | None = None
    ) -> Download:
        """All sentences that `page` lists, whatever page is asked for, as a file. Raises as `page` and `download`."""
        found = self._listed(run, step, query, against)
        index, header = self._index(found.shown), payload.read_header([self._blob(found.shown, "header")])
        return download(form, [index.sentence(one) for one in found.chosen.tolist()], header)

    def _listed(self, run: str, step: int, query: listing.Query, against: Comparison | None) -> "_Listed":
        one = self._evaluation(run, step)
        other = self._evaluation(against.run, against.step) if against else None
        shown, counterpart = one, other
        changed: dict[str, int] = {}
        confidences = None
        if against and other and against.kind:
            positions, changed = self._changed(one, other, against.kind)
            if against.kind == "fixed":  # shown is the one that has it wrong
                shown, counterpart = other, one
            index = self._index(shown)
            found = np.flatnonzero(np.isin(index.positions, positions))
            found = found[np.argsort(-index.rank(index.entities())[found], kind="stable")]
        elif query.region:
            index, inside = self._index(shown), self.data_map(run).inside(Region.from_text(query.region))
            found = index.with_gold(inside)
            changed = {"region_entities": int(inside.sum())}
        else:
            index = self._index(shown)
            num_slices = len(payload.read_header([self._blob(one, "header")])["slices"])
            found, confidences = listing.candidates(index, query, num_slices)
        known = dict(zip(found.tolist(), confidences.tolist(), strict=True)) if confidences is not None else {}
        chosen = listing.narrowed(index, query, found)
        if query.history != listing.ANY:
            before = self._correct_before(run, one, index, query, chosen)
            chosen = chosen[before == (query.history == "correct")]
        return _Listed(shown, counterpart, chosen, known, len(found), changed)

    def data_map(self, run: str) -> DataMap:
        """The map of a run's gold entities, over all of its evaluations of the same sentences as the last one."""
        same = self._of_same_sentences(run)
        confidences = map(payload.gold_confidences, self._read_all(same, "confidences"))
        return DataMap([*confidences], [*map(payload.entity_correct, self._read_all(same, "entities"))])

    def history(self, run: str, entities: list[int], sentences: list[int]) -> dict[str, Any]:
        """Outcomes of some gold entities and sentences at each step, one list a step.

        `entities` are their outcome bytes, `sentences` whether they are correct; None where not stored. Only
        evaluations of the same sentences as the last one are included.
        """
        same = self._of_same_sentences(run)
        outcomes = self._read_all(same, "entities") if entities else []
        correct = self._read_all(same, "sentences") if sentences else []
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
            one = self._evaluation(name, at)
            headers.append(payload.read_header([self._blob(one, "header")]))
            counts.append(payload.unit_counts(self._blob(one, "units"), len(headers[-1]["types"])))
        if len({(header["fingerprint"], *header["types"]) for header in headers}) > 1:
            raise NotFoundError("the two evaluations are not of the same sentences and types")
        return {**bootstrap.compare(*counts), "unit": headers[0]["intervals"]["unit"]}

    def _changed(self, one: Stored, other: Stored, kind: str) -> tuple[np.ndarray, dict[str, int]]:
        """Numbers of the sentences that are correct in one of two evaluations only, and counts of those."""
        if self._fingerprint(one) != self._fingerprint(other):
            raise NotFoundError("the two evaluations are not of the same sentences")
        header = payload.read_header([self._blob(one, "header")])
        correct, entities = (
            [read(self._blob(each, part)) for each in (one, other)]
            for part, read in (("sentences", payload.sentence_bits), ("entities", payload.entity_correct))
        )
        now, before = (0, 1) if kind == "fixed" else (1, 0)
        num_entities = min(map(len, entities))
        entity_change = entities[now][:num_entities] & ~entities[before][:num_entities]
        known = min(header["sentences"], header["history"])
        positions = np.flatnonzero(correct[now][:known] & ~correct[before][:known])
        return positions, {"changed": len(positions), "changed_entities": int(entity_change.sum()), "compared": known}

    def _correct_before(
        self, run: str, one: Stored, index: ExampleIndex, query: listing.Query, sentences: np.ndarray
    ) -> np.ndarray:
        """bool [N]: whether each sentence, or the entity of the open cell in it, was correct at an earlier step."""
        earlier = [each for each in self._of_same_sentences(run) if each.step < one.step]
        outcomes = np.frombuffer(self._blob(one, "entities"), np.uint8)
        followed = listing.followed_entities(index, query, sentences, outcomes)
        positions, found = index.positions[sentences], np.zeros(len(sentences), bool)
        for entities, bits in zip(*(self._read_all(earlier, part) for part in ("entities", "sentences")), strict=True):
            for known, numbers in (
                (payload.entity_correct(entities), followed),
                (payload.sentence_bits(bits), np.where(followed < 0, positions, -1)),
            ):
                stored = (numbers >= 0) & (numbers < len(known))
                found[stored] |= known[numbers[stored]]
        return found

    def _of_same_sentences(self, run: str) -> list[Stored]:
        """The evaluations of the same sentences as the last one, by step."""
        read = [(one, header["fingerprint"]) for one, header in self._with_headers(run) if "fingerprint" in header]
        return [one for one, fingerprint in read if fingerprint == read[-1][1]]

    def _index(self, one: Stored) -> ExampleIndex:
        examples, kept = (payload.PARTS.index(part) for part in ("examples", "kept"))
        key = (one.keys[examples], one.keys[kept])
        return self._indices.get(key, lambda: ExampleIndex(*self._read(list(key))))

    def _evaluation(self, run: str, step: int) -> Stored:
        for one in self._sequences(run):
            if one.step == step and len(one.keys) == len(payload.PARTS):
                return one
        raise NotFoundError(f"no evaluation of {run} at step {step}")

    def _fingerprint(self, one: Stored) -> str:
        return str(payload.read_header([self._blob(one, "header")])["fingerprint"])

    def _blob(self, one: Stored, part: str) -> bytes:
        return self._read_all([one], part)[0]

    def _read_all(self, evaluations: list[Stored], part: str) -> list[bytes]:
        return self._read([one.keys[payload.PARTS.index(part)] for one in evaluations])

    def _with_headers(self, run: str) -> list[tuple[Stored, dict[str, Any]]]:
        found = self._sequences(run)
        blobs = iter(self._read([one.keys[0] for one in found if one.keys]))
        return [(one, _header(one.step, [next(blobs)] if one.keys else [])) for one in found]

    def _sequences(self, run: str) -> list[Stored]:
        """Each evaluation of `run`, by step."""
        found = self._stored([run])
        if run not in found:
            raise NotFoundError(f"the run {run} is not in the log folder (any more)")
        return found[run]

    def _stored(self, runs: list[str] | None) -> dict[str, list[Stored]]:
        """Each evaluation of some runs, or of all, by step."""
        found = self._provider.read_blob_sequences(
            self._context,
            experiment_id=self._experiment_id,
            plugin_name=payload.PLUGIN,
            downsample=STEPS_KEPT,
            run_tag_filter=provider.RunTagFilter(runs=runs, tags=[payload.TAG]),
        )
        return {
            run: [
                Stored(one.step, tuple((reference.blob_key, one.wall_time) for reference in one.values))
                for one in tags[payload.TAG]
            ]
            for run, tags in found.items()
            if payload.TAG in tags
        }

    def _read(self, keys: list[BlobKey]) -> list[bytes]:
        return self._blobs.read(lambda key: self._provider.read_blob(self._context, blob_key=key), keys)


def _header(step: int, blobs: list[bytes]) -> dict[str, Any]:
    try:
        return {**payload.read_header(blobs), "step": step}
    except payload.UnreadableError as error:
        return {"step": step, "error": str(error)}
