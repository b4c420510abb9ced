"""The evaluations in TensorBoard's log folder, read through its data provider."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from tensorboard.data import provider
from tensorboard.errors import InvalidArgumentError, NotFoundError

from ner.tensorboard.plugin import payload
from ner.tensorboard.plugin.blob_cache import BlobCache, BlobKey
from ner.tensorboard.plugin.example_index import ExampleIndex, IndexCache
from ner.tensorboard.plugin.steps_kept import STEPS_KEPT

_UNREADABLE_NAME = (
    "TensorBoard's fast loader reads no run with a quotation mark or a backslash in its name: rename its folder, or "
    "end the command with `-- --load_fast=false`"
)


@dataclass(frozen=True)
class Stored:
    """One evaluation: its step, and the keys of its blobs, which identify their content."""

    step: int
    keys: tuple[BlobKey, ...]


class Caches(NamedTuple):
    """What was read and parsed before."""

    blobs: BlobCache
    indices: IndexCache


class EvaluationStore:
    """All evaluations of one TensorBoard experiment, for one request; `caches` are what requests share."""

    def __init__(self, data_provider: provider.DataProvider, caches: Caches, context: Any, experiment_id: str) -> None:
        self._provider = data_provider
        self._blobs, self._indices = caches
        self._context = context
        self._experiment_id = experiment_id

    def time_series(self) -> dict[str, provider.BlobSequenceTimeSeries]:
        """The last step of each run with evaluations and the latest wall time, by the runs' names."""
        found = self._provider.list_blob_sequences(
            self._context, experiment_id=self._experiment_id, plugin_name=payload.PLUGIN
        )
        return {run: tags[payload.TAG] for run, tags in sorted(found.items()) if payload.TAG in tags}

    def last_headers(self) -> dict[str, dict[str, Any]]:
        """The header of the last evaluation of each run, by the runs' names; see `with_headers`."""
        last = {run: stored[-1] for run, stored in sorted(self._stored(None).items()) if stored}
        return dict(zip(last, self._headers(list(last.values())), strict=True))

    def with_headers(self, run: str) -> list[tuple[Stored, dict[str, Any]]]:
        """Each evaluation of `run`, by step, and its header; `step` and `error` for one that cannot be read.

        Raises NotFoundError if there is no such run.
        """
        found = self._of_run(run)
        return list(zip(found, self._headers(found), strict=True))

    def of_same_sentences(self, run: str, step: int) -> list[Stored]:
        """The evaluations of `run` of the same sentences as the one at `step`, by step.

        Raises NotFoundError if there is none at `step`.
        """
        fingerprint = self.header(self.evaluation(run, step))["fingerprint"]
        return [one for one, header in self.with_headers(run) if header.get("fingerprint") == fingerprint]

    def evaluation(self, run: str, step: int) -> Stored:
        """Raises NotFoundError if there is no complete evaluation of `run` at `step`."""
        for one in self._of_run(run):
            if one.step == step and len(one.keys) == len(payload.PARTS):
                return one
        raise NotFoundError(f"no evaluation of {run} at step {step}")

    def header(self, one: Stored) -> dict[str, Any]:
        """Raises `payload.UnreadableError`, a ValueError, where another version wrote it."""
        return payload.read_header([self.blob(one, "header")])

    def index(self, one: Stored) -> ExampleIndex:
        """The kept sentences of an evaluation."""
        key = tuple(one.keys[payload.PARTS.index(part)] for part in ("examples", "texts", "fields"))
        return self._indices.get(key, lambda: ExampleIndex(*self._read(list(key))))

    def blob(self, one: Stored, part: str) -> bytes:
        """The blob `part` of an evaluation, one of `payload.PARTS`."""
        return self.blobs([one], part)[0]

    def blobs(self, evaluations: list[Stored], part: str) -> list[bytes]:
        """The same of several evaluations, read at once."""
        return self._read([one.keys[payload.PARTS.index(part)] for one in evaluations])

    def _headers(self, evaluations: list[Stored]) -> list[dict[str, Any]]:
        blobs = iter(self._blobs.read(self._header_blob, [one.keys[0] for one in evaluations if one.keys]))
        return [_header(one.step, [next(blobs)] if one.keys else []) for one in evaluations]

    def _header_blob(self, key: str) -> bytes:
        """The blob; empty where the name of its run is one that TensorBoard cannot read."""
        try:
            return self._provider.read_blob(self._context, blob_key=key)
        except InvalidArgumentError:
            return b""

    def _of_run(self, run: str) -> list[Stored]:
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
    if blobs == [b""]:
        return {"step": step, "error": _UNREADABLE_NAME}
    try:
        return {**payload.read_header(blobs), "step": step}
    except payload.UnreadableError as error:
        return {"step": step, "error": str(error)}
