"""Sentences that the tab lists as a file to correct and build again: JSON lines, brat in an archive, or columns."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any, NamedTuple
from urllib.parse import quote

from ner.errors import InputError
from ner.evaluation.analysis.example_sentence import MAX_TOKEN_CHARACTERS
from ner.evaluation.reports.predicted_sentence import PredictedSentence
from ner.evaluation.reports.prediction_formats import FORMATS
from ner.text.labels import NOT_ANNOTATED

_KINDS = {
    "jsonl": "application/x-ndjson; charset=utf-8",
    "conll": "text/plain; charset=utf-8",
    "brat": "application/zip",
}
_ELLIPSIS = "…"
_WRITTEN = (1980, 1, 1, 0, 0, 0)  # in the archive, so that equal sentences give equal bytes


class Download(NamedTuple):
    """A file, its name and type, and how many sentences it holds and were too long for it."""

    name: str
    kind: str
    content: bytes
    sentences: int
    left_out: int

    def headers(self) -> list[tuple[str, str]]:
        """The HTTP headers that tell name and numbers; headers are Latin-1, so the name is encoded (RFC 6266)."""
        disposition = f"attachment; filename*=UTF-8''{quote(self.name)}"
        numbers = {"X-Sentences": self.sentences, "X-Left-Out": self.left_out}
        return [("Content-Disposition", disposition), *((name, str(number)) for name, number in numbers.items())]


def download(form: str, listed: Sequence[Mapping[str, Any]], header: Mapping[str, Any]) -> Download:
    """The listed sentences, `ExampleSentence.to_json`, with their gold entities; `header` is that of the evaluation.

    Sentences that were cut or of which a word was shortened are left out: nobody should train on them. Raises
    ValueError on a form that is none, and `InputError` where no sentence is left or brat cannot hold the annotation.
    """
    if form not in FORMATS:
        raise ValueError(form)
    sentences = [predicted_sentence(one, header) for one in listed if _is_whole(one)]
    if not sentences:
        raise InputError("no sentence to download" + ": all are too long, or have words that are" * bool(listed))
    left_out = len(listed) - len(sentences)
    contents = FORMATS[form](f"{header['split']}-sentences", sentences)
    if form == "brat":
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
            for name, text in contents.items():
                file.writestr(zipfile.ZipInfo(name, _WRITTEN), text.encode(), zipfile.ZIP_DEFLATED)
        return Download(f"{header['split']}-brat.zip", _KINDS[form], archive.getvalue(), len(sentences), left_out)
    [(name, text)] = contents.items()
    return Download(name, _KINDS[form], text.encode(), len(sentences), left_out)


def predicted_sentence(listed: Mapping[str, Any], header: Mapping[str, Any]) -> PredictedSentence:
    """A listed sentence with its text, which has a space where the corpus has one, and its tags by name."""
    tokens, labels, sources = listed["tokens"], header["labels"], header["sources"]
    no_space = set(listed.get("noSpaceAfter", ()))
    spaced = [token + " " * (index not in no_space) for index, token in enumerate(tokens)]
    starts = tuple(accumulate(map(len, spaced[:-1]), initial=0))
    zeros = (0,) * len(tokens)
    gold = listed.get("annotation") or listed.get("gold") or zeros
    source = listed.get("source", 0)
    return PredictedSentence(
        text="".join(spaced).rstrip(" "),
        starts=starts,
        ends=tuple(start + len(token) for start, token in zip(starts, tokens, strict=True)),
        gold=tuple(labels[one] if one >= 0 else NOT_ANNOTATED for one in gold),
        predicted=tuple(labels[one] for one in listed.get("predicted") or zeros),
        confidences=tuple(percent / 100 for percent in listed.get("confidences") or zeros),
        number=listed["n"] + 1,
        file=sources[source] if source < len(sources) else "",
        line=listed.get("line", 0),
        document=listed.get("document", 0) + 1,
    )


def _is_whole(listed: Mapping[str, Any]) -> bool:
    """Whether a listed sentence has all its tokens, and all their characters."""
    shortened = (len(token) >= MAX_TOKEN_CHARACTERS and token.endswith(_ELLIPSIS) for token in listed.get("tokens", ()))
    return not (listed.get("before") or listed.get("after") or any(shortened))
