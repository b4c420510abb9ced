"""The evaluations in the log folder that TensorBoard reads, asked through its data provider."""

from collections.abc import Sequence
from typing import Any

from tensorboard.data import provider
from tensorboard.errors import NotFoundError

from ner.dashboard import payload
from ner.dashboard.loader import STEPS_KEPT


class Evaluations:
    """All evaluations of one TensorBoard experiment, as one request sees it."""

    def __init__(self, data_provider: provider.DataProvider, context: Any, experiment_id: str) -> None:
        self._provider = data_provider
        self._context = context
        self._experiment_id = experiment_id

    def runs(self) -> list[dict[str, Any]]:
        """Each run that has evaluations: `name`, and its `last` step."""
        found = self._provider.list_blob_sequences(
            self._context, experiment_id=self._experiment_id, plugin_name=payload.PLUGIN
        )
        return [
            {"name": run, "last": tags[payload.TAG].max_step}
            for run, tags in sorted(found.items())
            if payload.TAG in tags
        ]

    def headers(self, run: str) -> list[dict[str, Any]]:
        """The header of each evaluation of `run` in the order of steps; `step` and `error` where it cannot be read."""
        return [_header(step, [self._read(blobs[0])] if blobs else []) for step, blobs in self._sequences(run)]

    def blob(self, run: str, step: int, part: str) -> bytes:
        """One of `payload.PARTS`. Raises NotFoundError where there is no such evaluation."""
        for found, blobs in self._sequences(run):
            if found == step and len(blobs) == len(payload.PARTS):
                return self._read(blobs[payload.PARTS.index(part)])
        raise NotFoundError(f"no evaluation of {run} at step {step}")

    def history(self, run: str, entities: Sequence[int], sentences: Sequence[int]) -> dict[str, Any]:
        """What became of some gold entities and sentences at each `step`, one list a step.

        `entities` are their bytes, `sentences` whether all was right, both None where not known. Only evaluations of
        the same sentences as the last one count.
        """
        read = [(step, blobs, _header(step, [self._read(blobs[0])])) for step, blobs in self._sequences(run) if blobs]
        fingerprint = read[-1][2].get("fingerprint") if read else None
        same = [(step, blobs) for step, blobs, header in read if header.get("fingerprint") == fingerprint is not None]
        outcomes = [self._read(blobs[1]) for _, blobs in same] if entities else []
        right = [payload.sentence_bits(self._read(blobs[2])) for _, blobs in same] if sentences else []
        return {
            "steps": [step for step, _ in same],
            "entities": [[one[number] if number < len(one) else None for number in entities] for one in outcomes],
            "sentences": [[bool(one[n]) if n < len(one) else None for n in sentences] for one in right],
        }

    def _sequences(self, run: str) -> list[tuple[int, list[str]]]:
        """Step and blob keys of each evaluation of `run`."""
        chosen = provider.RunTagFilter(runs=[run], tags=[payload.TAG])
        found = self._provider.read_blob_sequences(
            self._context,
            experiment_id=self._experiment_id,
            plugin_name=payload.PLUGIN,
            downsample=STEPS_KEPT,
            run_tag_filter=chosen,
        )
        if payload.TAG not in found.get(run, {}):
            raise NotFoundError(f"the run {run} is not in the log folder (any more)")
        sequences = found[run][payload.TAG]
        return [(one.step, [reference.blob_key for reference in one.values]) for one in sequences]

    def _read(self, key: str) -> bytes:
        return self._provider.read_blob(self._context, blob_key=key)


def _header(step: int, blobs: Sequence[bytes]) -> dict[str, Any]:
    try:
        return {**payload.read_header(blobs), "step": step}
    except payload.UnreadableError as error:
        return {"step": step, "error": str(error)}
