"""An evaluation as Markdown for TensorBoard's Text tab: the report, and the sentences with the most confident errors.

That tab allows no colour, so entities are bold and followed by their type. Corpus text is escaped, because it may
contain Markdown or HTML.
"""

import re

import tensorflow as tf

from ner.console import counted
from ner.evaluation.analysis.error_examples import ERRORS
from ner.evaluation.analysis.example_sentence import ExampleSentence
from ner.evaluation.evaluation import Evaluation
from ner.evaluation.reports.report import Report
from ner.text.labels import Labels
from ner.text.spans import Span, spans_of

NUM_WORST = 10
_MARKUP = re.compile(r"([\\`*_{}\[\]()#+\-.!|])")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def write(evaluation: Evaluation) -> None:
    """Writes the texts `report` and `worst_sentences` into the default writer."""
    step = evaluation.report.step
    tf.summary.text("report", report_markdown(evaluation.report), step=step)
    tf.summary.text("worst_sentences", worst_markdown(evaluation), step=step)


def report_markdown(report: Report) -> str:
    """The entity scores as a table, then the text of the whole report."""
    lines = [
        f"{report.split}, step {report.step:,}: {report.scores.size}",
        "",
        "| entities | precision | recall | F1 | support |",
        "|---|---|---|---|---|",
        *(
            f"| {escaped(name)} | {score.precision:.3f} | {score.recall:.3f} | {score.f1:.3f} | {score.support:,} |"
            for name, score in report.scores.entities.with_averages.items()
        ),
        "",
        *(f"    {line}" for line in report.to_text().splitlines()),
    ]
    return "\n".join(lines)


def worst_markdown(evaluation: Evaluation) -> str:
    """The `NUM_WORST` sentences with the most confident wrong entities: gold above, predicted below."""
    examples = evaluation.examples
    cell = examples.cells[ERRORS].get((0, 0))
    shown = cell.sentences[:NUM_WORST] if cell else ()
    total = int(examples.counts[ERRORS].sum())
    if not shown:
        return "No sentence has a wrong entity."
    lines = [f"{len(shown)} of {counted(total, 'sentence')} with a wrong entity, most confident errors first", ""]
    for index in shown:
        sentence = examples.sentences[index]
        lines += [
            f"{escaped(sentence.location(evaluation.sources))}",
            "",
            f"* gold: {_marked(sentence, sentence.gold, evaluation.labels)}",
            f"* predicted: {_marked(sentence, sentence.predicted, evaluation.labels)}",
            "",
        ]
    return "\n".join(lines)


def escaped(text: str) -> str:
    """`text` escaped for Markdown and HTML; control characters become U+FFFD."""
    text = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MARKUP.sub(r"\\\1", text)


def _marked(sentence: ExampleSentence, label_ids: tuple[int, ...], labels: Labels) -> str:
    spans = spans_of([labels.names[label] for label in label_ids])
    pieces, position = ["… "] if sentence.first_token else [], 0
    for span in spans:
        pieces += [_joined(sentence, position, span.start), f"**{_entity(sentence, span)}** `{span.type}`"]
        pieces.append(" " if span.end - 1 not in sentence.no_space_after else "")
        position = span.end
    pieces.append(_joined(sentence, position, len(sentence.tokens)))
    return "".join(pieces).strip() + (" …" if sentence.tokens_after else "")


def _entity(sentence: ExampleSentence, span: Span) -> str:
    return _joined(sentence, span.start, span.end).strip()


def _joined(sentence: ExampleSentence, start: int, end: int) -> str:
    no_space_after = set(sentence.no_space_after)
    return "".join(escaped(sentence.tokens[i]) + ("" if i in no_space_after else " ") for i in range(start, end))
