"""`reports/SPLIT.html`: an evaluation as one page that needs no network, with all wrong sentences, searchable.

Corpus text is escaped, and the page allows no script but its own (a content security policy with its hash).
"""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

import numpy as np

from ner.console import counted
from ner.evaluation.analysis.bootstrap import LEVEL
from ner.evaluation.analysis.error_examples import ERRORS
from ner.evaluation.evaluation import Evaluation
from ner.evaluation.metrics.class_score import cell_shares
from ner.evaluation.metrics.entity_scores import MISSED, SPURIOUS
from ner.evaluation.metrics.error_types import OUTCOMES
from ner.evaluation.reports.html_sentence import sentence_html
from ner.evaluation.reports.report import Report

MAX_SENTENCES = 5_000  # of more, the most confident errors
NUM_STRINGS = 50
_FOLDER = Path(__file__).parent / "html"
Cell = str | tuple[str, str]  # text, or text and attributes


def html_page(evaluation: Evaluation) -> str:
    """The content of `reports/SPLIT.html`."""
    report = evaluation.report
    style, script = ((_FOLDER / name).read_text(encoding="utf-8") for name in ("page.css", "page.js"))
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"
    scores = report.scores
    title = escape(f"{report.split}, step {report.step:,}")
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{title}</title><style>{style}</style></head><body>",
        f"<h1>{title}</h1><p>{report.summary}; entity F1 {scores.entities.micro.f1:.3f}</p>",
        *_scores(report),
        *_confusion(report),
        *_errors(report),
        *_slices(report),
        *_strings(evaluation),
        *_sentences(evaluation),
        f"<script>{script}</script></body></html>",
    ]
    return "\n".join(parts) + "\n"


def _scores(report: Report) -> Iterable[str]:
    bounds = report.intervals.with_averages if report.intervals else {}
    rows = []
    for name, score in report.scores.entities.with_averages.items():
        interval = "{:.3f} to {:.3f}".format(*bounds[name]) if name in bounds else ""
        rows.append([name, f"{score.f1:.3f}", interval, f"{score.precision:.3f}", f"{score.recall:.3f}",
                     f"{score.support:,}"])  # fmt: skip
    yield "<h2>Entities (exact span and type)</h2>"
    yield _table(["", "F1", f"{LEVEL:.0%} interval", "precision", "recall", "gold"], rows)


def _confusion(report: Report) -> Iterable[str]:
    entities = report.scores.entities
    names, columns = (*entities.types, SPURIOUS), (*entities.types, MISSED)
    shares = np.sqrt(cell_shares(entities.counts, names, columns))
    rows: list[list[Cell]] = []
    for r, name in enumerate(names):
        row: list[Cell] = [name]
        for c, count in enumerate(entities.counts[r].tolist()):
            kind = "correct" if r == c else "wrong"
            row.append((f"{count:,}", f'class="{kind}" style="--share: {0.8 * shares[r, c]:.2f}"') if count else "")
        rows.append(row)
    yield '<h2>Confusion matrix</h2><p class="muted">Gold in rows, predicted in columns; '
    yield "missed and spurious: no entity of the other side has the same span</p>"
    yield _table(["", *columns], rows)


def _errors(report: Report) -> Iterable[str]:
    errors = report.scores.errors
    counts = zip(OUTCOMES, errors.gold.tolist(), errors.predicted.tolist(), strict=True)
    yield '<h2>Errors by type</h2><p class="muted">Missed and spurious: no entity of the other side overlaps</p>'
    yield _table(["", "gold entities", "predicted entities"],
                 [[_name(one), f"{gold:,}", f"{predicted:,}"] for one, gold, predicted in counts])  # fmt: skip


def _slices(report: Report) -> Iterable[str]:
    slices = report.scores.slices
    rows = [
        [f"{one.group}: {one.name}", *(f"{value:.3f}" for value in (score.f1, *score[:2])), f"{score.support:,}"]
        for (one, score), (_, predicted, _) in zip(slices.scores.items(), slices.counts.tolist(), strict=True)
        if predicted or score.support
    ]
    if rows:
        yield "<h2>Entities by slice</h2>"
        yield _table(["", "F1", "precision", "recall", "gold"], rows)


def _strings(evaluation: Evaluation) -> Iterable[str]:
    wrong = [one for one in evaluation.strings if one.wrong]
    if wrong:
        note = f"The {NUM_STRINGS} that are wrong most often, of {len(wrong):,}" if len(wrong) > NUM_STRINGS else ""
        yield f'<h2>Entities by text</h2><p class="muted">{note}</p>'
        rows = [[one.text, f"{one.wrong:,}", f"{one.times:,}", *(
            ", ".join(f"{name} {number:,}" for name, number in side.most_common()) for side in (one.gold, one.predicted)
        )] for one in wrong[:NUM_STRINGS]]  # fmt: skip
        yield _table(["", "wrong", "times", "gold", "predicted"], rows)


def _sentences(evaluation: Evaluation) -> Iterable[str]:
    examples = evaluation.examples
    cell = examples.cells[ERRORS].get((0, 0))
    kept = cell.sentences[:MAX_SENTENCES] if cell else ()
    total = int(examples.counts[ERRORS].sum())
    choices = "".join(f'<option value="{one}">{_name(one)}</option>' for one in OUTCOMES[1:])
    yield f"<h2>{counted(total, 'sentence')} with a wrong entity</h2>"
    if len(kept) < total:
        yield f'<p class="muted">{len(kept):,} of them, the most confident errors first</p>'
    yield '<p><span class="p">line above</span><sup>TYPE</sup> predicted, <span class="g">line below</span>'
    yield '<sub>TYPE</sub> gold</p><div class="tools"><input id="search" type="search" aria-label="Search"'
    yield 'placeholder="Search in these sentences"><select id="error" aria-label="Error type">'
    yield f'<option value="">all errors</option>{choices}</select><span id="count" role="status"></span></div>'
    if any(examples.sentences[index].unannotated for index in kept):
        yield '<p class="muted"><span class="u">dotted</span>: words without annotation, in no score</p>'
    for index in kept:
        yield sentence_html(examples.sentences[index], evaluation)


def _table(heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """A table whose first column has the names of its rows."""
    lines = ["".join(f'<th scope="col">{escape(one)}</th>' for one in heads)]
    for first, *others in rows:
        cells = [(one, "") if isinstance(one, str) else one for one in others]
        text = "".join(f"<td{' ' if attributes else ''}{attributes}>{escape(cell)}</td>" for cell, attributes in cells)
        lines.append(f'<th scope="row"><bdi>{escape(str(first))}</bdi></th>{text}')
    head, *body = (f"<tr>{line}</tr>" for line in lines)
    return f'<div class="wide"><table><thead>{head}</thead><tbody>{"".join(body)}</tbody></table></div>'


def _name(outcome: str) -> str:
    return outcome.replace("_", " ")
