"""The NER tab's routes in the TensorBoard server: its static files, and evaluations as JSON."""

import mimetypes
from collections.abc import Callable
from pathlib import Path
from typing import Any

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
_MAX_REQUESTED = 2_000  # entities or sentences in one request for history

Headers = list[tuple[str, str]]
Answer = tuple[Any, str, str | None] | tuple[Any, str, str | None, Headers]  # content, its type and encoding, headers


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
            headers = _NO_SNIFFING
            try:
                content, kind, encoding, *own = answer(evaluations, request.args)
                code, headers = 200, [*_NO_SNIFFING, *(one for given in own for one in given)]
            except InputError as error:
                code, content, kind, encoding = 404, {"error": str(error)}, *_JSON
            except (KeyError, ValueError):  # a missing parameter or not a number; werkzeug's error is a KeyError
                code, content, kind, encoding = 400, {"error": "invalid request"}, *_JSON
            except NotFoundError as error:
                code, content, kind, encoding = 404, {"error": str(error)}, *_JSON
            return http_util.Respond(request, content, kind, code=code, content_encoding=encoding, headers=headers)

        return application

    @staticmethod
    def _runs(evaluations: Evaluations, _: Any) -> Answer:
        return {"runs": evaluations.runs()}, *_JSON

    @staticmethod
    def _evaluations(evaluations: Evaluations, query: Any) -> Answer:
        return {"evaluations": evaluations.headers(query["run"])}, *_JSON

    @staticmethod
    def _history(evaluations: Evaluations, query: Any) -> Answer:
        entities, sentences = (_numbers(query.get(name, "")) for name in ("entities", "sentences"))
        return evaluations.history(query["run"], entities, sentences), *_JSON

    @staticmethod
    def _overview(evaluations: Evaluations, _: Any) -> Answer:
        return {"runs": evaluations.overview()}, *_JSON

    @staticmethod
    def _compare(evaluations: Evaluations, query: Any) -> Answer:
        against = query["against_run"], int(query["against_step"])
        return evaluations.compare(query["run"], int(query["step"]), *against), *_JSON

    @staticmethod
    def _data_map(evaluations: Evaluations, query: Any) -> Answer:
        return evaluations.data_map(query["run"]).to_json(), *_JSON

    def _explain(self, evaluations: Evaluations, query: Any) -> Answer:
        run = query["run"]
        if not any(one["name"] == run for one in evaluations.runs()):
            raise NotFoundError(f"the run {run} is not in the log folder (any more)")
        return self._explanations.answer(run, Question.from_request(query)), *_JSON

    @staticmethod
    def _strings(evaluations: Evaluations, query: Any) -> Answer:
        return evaluations.strings(query["run"], int(query["step"])), "application/json", "gzip"

    @staticmethod
    def _sentences(evaluations: Evaluations, query: Any) -> Answer:
        against = _comparison(query)
        return evaluations.page(query["run"], int(query["step"]), Query.from_request(query), against), *_JSON

    @staticmethod
    def _download(evaluations: Evaluations, query: Any) -> Answer:
        asked = Query.from_request(query)
        found = evaluations.download(query["form"], query["run"], int(query["step"]), asked, _comparison(query))
        disposition = f'attachment; filename="{found.name}"'
        headers = [("Content-Disposition", disposition), ("X-Sentences", str(found.sentences))]
        return found.content, found.kind, None, headers


_JSON = ("application/json", None)


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
