"""The evaluations in TensorBoard's log folder, read through its data provider."""

from dataclasses import dataclass
from typing import Any

from tensorboard.data import provider
from tensorboard.errors import NotFoundError

from ner.evaluation import bootstrap
from ner.tensorboard.plugin import payload
from ner.tensorboard.plugin.blob_cache import BlobCache, BlobKey
from ner.tensorboard.plugin.steps_kept import STEPS_KEPT


@dataclass(frozen=True)
class Stored:
    """One evaluation: its step, and the keys of its blobs, which identify their content."""

    step: int
    keys: tuple[BlobKey, ...]


class Evaluations:
    """All evaluations of one TensorBoard experiment, for one request; `blobs` is the cache that requests share."""

    def __init__(
        self, data_provider: provider.DataProvider, blobs: BlobCache, context: Any, experiment_id: str
    ) -> None:
        self._provider = data_provider
        self._blobs = blobs
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

    def blob(self, run: str, step: int, part: str) -> bytes:
        """One of `payload.PARTS`. Raises NotFoundError if there is no such evaluation."""
        index = payload.PARTS.index(part)
        for one in self._sequences(run):
            if one.step == step and len(one.keys) == len(payload.PARTS):
                return self._read([one.keys[index]])[0]
        raise NotFoundError(f"no evaluation of {run} at step {step}")

    def history(self, run: str, entities: list[int], sentences: list[int]) -> dict[str, Any]:
        """Outcomes of some gold entities and sentences at each step, one list a step.

        `entities` are their outcome bytes, `sentences` whether they are correct; None where not stored. Only
        evaluations of the same sentences as the last one are included.
        """
        read = [(one, header["fingerprint"]) for one, header in self._with_headers(run) if "fingerprint" in header]
        same = [one for one, fingerprint in read if fingerprint == read[-1][1]]
        outcomes = self._read([one.keys[1] for one in same]) if entities else []
        correct = self._read([one.keys[2] for one in same]) if sentences else []
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
            headers.append(payload.read_header([self.blob(name, at, "header")]))
            counts.append(payload.unit_counts(self.blob(name, at, "units"), len(headers[-1]["types"])))
        if len({(header["fingerprint"], *header["types"]) for header in headers}) > 1:
            raise NotFoundError("the two evaluations are not of the same sentences and types")
        return {**bootstrap.compare(*counts), "unit": headers[0]["intervals"]["unit"]}

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
