"""An evaluation as Markdown for TensorBoard's Text tab: the report, and the sentences with the surest errors.

That tab allows no colour, so entities are written in bold and named behind. Corpus text is escaped: it may hold what
Markdown or HTML would take for markup.
"""

import re

from ner.evaluation.error_examples import ERRORS
from ner.evaluation.evaluator import Evaluation
from ner.evaluation.report import Report
from ner.evaluation.shown_sentence import ShownSentence
from ner.text.labels import Labels
from ner.text.spans import Span, spans_of

WORST = 10
_MARKUP = re.compile(r"([\\`*_{}\[\]()#+\-.!|])")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def report_markdown(report: Report) -> str:
    """The report's scores of entities, and its whole text below."""
    entities = report.scores.entities
    rows = {**entities.per_type, "micro average": entities.micro, "macro average": entities.macro}
    lines = [
        f"{report.split}, step {report.step:,}: {report.scores.sentences:,} sentences, {report.scores.tokens:,} tokens",
        "",
        "| entities | precision | recall | F1 | support |",
        "|---|---|---|---|---|",
        *(
            f"| {escaped(name)} | {score.precision:.3f} | {score.recall:.3f} | {score.f1:.3f} | {score.support:,} |"
            for name, score in rows.items()
        ),
        "",
        *(f"    {line}" for line in report.to_text().splitlines()),
    ]
    return "\n".join(lines)


def worst_markdown(evaluation: Evaluation) -> str:
    """The `WORST` sentences by the summed confidence of their wrong entities: gold above, predicted below."""
    examples = evaluation.examples
    cell = examples.cells[ERRORS].get((0, 0))
    shown = cell.sentences[:WORST] if cell else ()
    total = int(examples.counts[ERRORS].sum())
    if not shown:
        return "No sentence has a wrong entity."
    lines = [f"{len(shown)} of {total:,} sentences with a wrong entity, those that the tagger is surest of", ""]
    lines += ["| sentence | | |", "|---|---|---|"]
    for index in shown:
        sentence = examples.sentences[index]
        lines.append(f"| {sentence.position + 1:,} | gold | {_marked(sentence, sentence.gold, evaluation.labels)} |")
        lines.append(f"| | predicted | {_marked(sentence, sentence.predicted, evaluation.labels)} |")
    return "\n".join(lines)


def escaped(text: str) -> str:
    """`text` such that Markdown and HTML show it as it is; control characters become U+FFFD."""
    text = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MARKUP.sub(r"\\\1", text)


def _marked(sentence: ShownSentence, label_ids: tuple[int, ...], labels: Labels) -> str:
    spans = spans_of([labels.names[label] for label in label_ids])
    pieces, place = ["… "] if sentence.first_token else [], 0
    for span in spans:
        pieces += [_joined(sentence, place, span.start), f"**{_entity(sentence, span)}** `{span.type}`"]
        pieces.append(" " if span.end - 1 not in sentence.glued else "")
        place = span.end
    pieces.append(_joined(sentence, place, len(sentence.tokens)))
    return "".join(pieces).strip() + (" …" if sentence.tokens_after else "")


def _entity(sentence: ShownSentence, span: Span) -> str:
    return _joined(sentence, span.start, span.end).strip()


def _joined(sentence: ShownSentence, start: int, end: int) -> str:
    glued = set(sentence.glued)
    return "".join(escaped(sentence.tokens[place]) + ("" if place in glued else " ") for place in range(start, end))
