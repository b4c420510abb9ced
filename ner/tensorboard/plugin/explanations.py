"""Explains entities on demand with the best weights of a run's work folder, on the CPU.

TensorFlow is imported and a model is loaded in a background thread at the first request for a run; until then the
answer is that it is loading.
"""

import contextlib
import json
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, NamedTuple

from ner import files
from ner.errors import InputError
from ner.run_dir.workdir import ENSEMBLE, WorkDir
from ner.text.tokenizer import TokenizedText

if TYPE_CHECKING:
    from ner.evaluation.explainer import Explainer

MODELS_KEPT = 2
LOADING = {"state": "loading"}


class Question(NamedTuple):
    """Why the words from `first` to `end` (exclusive) would be a `label` rather than `against`, a type or O each."""

    tokens: Sequence[str]
    no_space_after: Sequence[int]
    first: int
    end: int
    label: str
    against: str

    @classmethod
    def from_request(cls, query: Mapping[str, str]) -> "Question":
        """The question in the address of a request. Raises KeyError and ValueError for one that makes no sense."""
        try:
            tokens = json.loads(query["tokens"])
        except RecursionError:
            raise ValueError(query["tokens"][:100]) from None
        first, end = int(query["first"]), int(query["end"])
        is_text = isinstance(tokens, list) and all(isinstance(token, str) and token for token in tokens)
        if not is_text or not 0 <= first < end <= len(tokens):
            raise ValueError(query["tokens"][:100])
        joined = [int(word) for word in query["no_space_after"].split(",") if word]
        return cls(tokens, joined, first, end, query["label"], query["against"])


class Loaded(NamedTuple):
    """A model that explains, and the step of its weights."""

    explainer: "Explainer"
    step: int


class Explanations:
    """Explainers of the runs below `logdir`, the `MODELS_KEPT` used last; thread-safe."""

    def __init__(self, logdir: str) -> None:
        self._logdir = logdir
        self._models: OrderedDict[tuple[str, files.Signature | None], Future[Loaded]] = OrderedDict()
        self._lock = threading.Lock()
        self._loading = ThreadPoolExecutor(1, "ner-explain")

    def answer(self, run: str, question: Question) -> dict[str, Any]:
        """`LOADING`, or the `text`, the `step` of the weights, and what `ner.evaluation.explainer.Explanation` has.

        Raises `InputError` where the run has no work folder with all of its weights, and where these cannot answer.
        """
        explainer, step = self._loaded(work_folder(self._logdir, run)) or (None, 0)
        if explainer is None:
            return LOADING
        spaces = [word not in question.no_space_after for word in range(len(question.tokens))]
        text = TokenizedText.from_tokens(question.tokens, spaces)
        found = explainer.explain(text, question.first, question.end, question.label, question.against)
        return {
            "step": step,
            "text": text.text,
            "start": found.start,
            "end": found.end,
            **found.to_json(),
            "complete": found.is_complete,
            "fragments": [[start, end, round(share, 4)] for start, end, share in found.fragments()],
        }

    def _loaded(self, work: WorkDir) -> Loaded | None:
        """The model, once it is loaded. Raises what loading it raised, and tries again at the next call."""
        key = (work.path, files.signature(work.best))  # training may have saved better weights since
        with self._lock:
            model = self._models.get(key) or self._loading.submit(load_model, work)
            self._models[key] = model
            self._models.move_to_end(key)
            while len(self._models) > MODELS_KEPT:
                self._models.popitem(last=False)
            if model.done() and model.exception():
                del self._models[key]
        return model.result() if model.done() else None


def work_folder(logdir: str, run: str) -> WorkDir:
    """The work folder whose `logs` hold `run`.

    Raises `InputError` where it is not there or has no weights yet, and for the report of an ensemble: the folder has
    the weights of one of its models alone.
    """
    if not logdir:
        raise InputError("explanations need --logdir (not --logdir_spec): a folder with work folders of ner.train")
    *scheme, path = (logdir if files.is_remote(logdir) else str(Path(logdir).absolute())).rpartition("://")
    logs = PurePosixPath(path, run).parent
    if logs.name != "logs":
        raise InputError(f"explanations need the work folder of ner.train whose logs hold {run}, and there is none")
    if run.endswith(ENSEMBLE):
        raise InputError(
            f"{run} is of an ensemble, whose other models are not in its work folder: run `python -m ner.tag "
            "--workdir=DIR --ensemble=DIRS --explain` on the sentence"
        )
    work = WorkDir("".join(scheme) + str(logs.parent))
    try:
        work.check_trained()
    except InputError as error:
        raise InputError(f"explanations need the weights of {run}: {error}") from None
    return work


def load_model(work: WorkDir) -> Loaded:
    """The best model of a work folder, on the CPU, with its graphs traced. Raises `InputError` without TensorFlow."""
    try:
        import tensorflow as tf
    except ImportError as error:
        raise InputError(f"explanations need TensorFlow beside TensorBoard: {error}") from None

    from ner.evaluation.explainer import Explainer
    from ner.run_dir.trained_tagger import load_tagger

    with contextlib.suppress(RuntimeError):  # another plugin uses the devices already
        tf.config.set_visible_devices([], "GPU")  # their memory belongs to the training
    tagger, step = load_tagger(work, precision="float32")
    explainer = Explainer(tagger, work.dataset().spacing)
    explainer.explain(TokenizedText.from_tokens(["a"]), 0, 1, tagger.labels.types[0])  # traces its graphs
    return Loaded(explainer, step)
