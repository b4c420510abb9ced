"""The NER tab's routes in the TensorBoard server: its static files, and evaluations as JSON."""

import gzip
import mimetypes
import zipfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tensorboard import plugin_util
from tensorboard.backend import http_util
from tensorboard.errors import NotFoundError
from tensorboard.plugins import base_plugin
from werkzeug import wrappers

from ner.errors import InputError
from ner.tensorboard.plugin import payload
from ner.tensorboard.plugin.blob_cache import BlobCache
from ner.tensorboard.plugin.evaluation_store import Caches, EvaluationStore
from ner.tensorboard.plugin.evaluations import Comparison, Evaluations
from ner.tensorboard.plugin.example_index import IndexCache
from ner.tensorboard.plugin.explanations import Explanations, Question
from ner.tensorboard.plugin.listing import Query

STATIC = Path(__file__).parent / "static"
_NO_SNIFFING = [("X-Content-Type-Options", "nosniff")]
_DAMAGED = (zlib.error, gzip.BadGzipFile, zipfile.BadZipFile, EOFError)  # TensorBoard's fast loader checks no checksum
_DAMAGED_TEXT = (
    "The event file is damaged where it has this evaluation: select another step, or write the evaluation again with "
    "`python -m ner.evaluate`."
)
_MAX_REQUESTED = 2_000  # entities or sentences in one request for history


class Answer(NamedTuple):
    """The content of a response, bytes or what JSON can hold, and how to send it."""

    content: Any
    kind: str = "application/json"
    encoding: str | None = None
    headers: Sequence[tuple[str, str]] = ()
    code: int = 200


class NerPlugin(base_plugin.TBPlugin):
    """Routes below `data/plugin/ner/`."""

    plugin_name = payload.PLUGIN

    def __init__(self, context: base_plugin.TBContext) -> None:
        self._provider = context.data_provider
        self._caches = Caches(BlobCache(), IndexCache())
        self._explanations = Explanations(context.logdir or "")

    def get_plugin_apps(self) -> dict[str, Callable[..., Any]]:
        """Path -> WSGI application."""
        files = {f"/static/{path.name}": _file_application(path) for path in sorted(STATIC.iterdir())}
        answers = {
            "/runs": self._runs,
            "/evaluations": self._evaluations,
            "/history": self._history,
            "/compare": self._compare,
            "/overview": self._overview,
            "/strings": self._strings,
            "/sentences": self._sentences,
            "/download": self._download,
            "/explain": self._explain,
            "/data_map": self._data_map,
        }
        return {**files, **{path: self._application(answer) for path, answer in answers.items()}}

    def is_active(self) -> bool:
        """False: TensorBoard itself marks the tab active when there are data of this plugin."""
        return False

    def frontend_metadata(self) -> base_plugin.FrontendMetadata:
        """The tab's name and its ES module."""
        return base_plugin.FrontendMetadata(es_module_path="/static/index.js", tab_name="NER")

    def _application(self, answer: Callable[[Evaluations, Any], Answer]) -> Callable[..., Any]:
        @wrappers.Request.application
        def application(request: wrappers.Request) -> wrappers.Response:
            context = plugin_util.context(request.environ)
            experiment_id = plugin_util.experiment_id(request.environ)
            evaluations = Evaluations(EvaluationStore(self._provider, self._caches, context, experiment_id))
            try:
                found = answer(evaluations, request.args)
            except (InputError, NotFoundError) as error:
                found = Answer({"error": str(error)}, code=404)
            except _DAMAGED:
                found = Answer({"error": _DAMAGED_TEXT}, code=500)
            except (KeyError, ValueError):  # a missing parameter or not a number; werkzeug's error is a KeyError
                found = Answer({"error": "invalid request"}, code=400)
            headers = [*_NO_SNIFFING, *found.headers]
            return http_util.Respond(
                request, found.content, found.kind, found.code, content_encoding=found.encoding, headers=headers
            )

        return application

    @staticmethod
    def _runs(evaluations: Evaluations, _: Any) -> Answer:
        return Answer({"runs": evaluations.runs()})

    @staticmethod
    def _evaluations(evaluations: Evaluations, query: Any) -> Answer:
        return Answer({"evaluations": evaluations.headers(query["run"])})

    @staticmethod
    def _history(evaluations: Evaluations, query: Any) -> Answer:
        entities, sentences = (_numbers(query.get(name, "")) for name in ("entities", "sentences"))
        return Answer(evaluations.history(query["run"], int(query["step"]), entities, sentences))

    @staticmethod
    def _overview(evaluations: Evaluations, _: Any) -> Answer:
        return Answer({"runs": evaluations.overview()})

    @staticmethod
    def _compare(evaluations: Evaluations, query: Any) -> Answer:
        against = query["against_run"], int(query["against_step"])
        return Answer(evaluations.compare(query["run"], int(query["step"]), *against))

    @staticmethod
    def _data_map(evaluations: Evaluations, query: Any) -> Answer:
        return Answer(evaluations.data_map(query["run"], int(query["step"])).to_json())

    def _explain(self, evaluations: Evaluations, query: Any) -> Answer:
        run = query["run"]
        if not any(one["name"] == run for one in evaluations.runs()):
            raise NotFoundError(f"the run {run} is not in the log folder (any more)")
        return Answer(self._explanations.answer(run, Question.from_request(query)))

    @staticmethod
    def _strings(evaluations: Evaluations, query: Any) -> Answer:
        return Answer(evaluations.strings(query["run"], int(query["step"])), encoding="gzip")

    @staticmethod
    def _sentences(evaluations: Evaluations, query: Any) -> Answer:
        against = _comparison(query)
        return Answer(evaluations.page(query["run"], int(query["step"]), Query.from_request(query), against))

    @staticmethod
    def _download(evaluations: Evaluations, query: Any) -> Answer:
        asked = Query.from_request(query)
        found = evaluations.download(query["form"], query["run"], int(query["step"]), asked, _comparison(query))
        return Answer(found.content, found.kind, headers=found.headers())


def _comparison(query: Any) -> Comparison | None:
    if "against_run" not in query:
        return None
    return Comparison(query["against_run"], int(query["against_step"]), query.get("kind", ""))


def _numbers(text: str) -> list[int]:
    numbers = [int(one) for one in text.split(",") if one]
    if len(numbers) > _MAX_REQUESTED or min(numbers, default=0) < 0:
        raise ValueError(text[:100])
    return numbers


def _file_application(path: Path) -> Callable[..., Any]:
    kind = "text/javascript" if path.suffix == ".js" else mimetypes.guess_type(path.name)[0]

    @wrappers.Request.application
    def application(request: wrappers.Request) -> wrappers.Response:
        return http_util.Respond(request, path.read_bytes(), kind, headers=_NO_SNIFFING)

    return application
