import dataclasses
import re
from html import unescape

from ner.evaluation.reports import html_report
from ner.evaluation.reports.html_report import html_page
from tests.predicted import evaluation_of, predictions_of
from tests.served_board import HOSTILE, evaluation_at


def text_of(page):
    return unescape(re.sub("<[^>]+>", "", re.sub("<(style|script)>.*?</\\1>", "", page, flags=re.DOTALL)))


def test_scores_matrix_and_strings_are_those_of_the_report():
    evaluation = evaluation_at(300)
    page = html_page(evaluation)
    entities = evaluation.report.scores.entities
    low, high = evaluation.report.intervals.micro
    score = entities.micro
    cells = [f"{score.f1:.3f}", f"{low:.3f} to {high:.3f}", f"{score.precision:.3f}", f"{score.recall:.3f}"]
    row = "".join(f"<td>{cell}</td>" for cell in [*cells, score.support])
    assert f'<th scope="row"><bdi>micro average</bdi></th>{row}' in page
    organizations = re.search(r"<tr><th scope=\"row\"><bdi>ORG</bdi></th>(<td class.*?)</tr>", page)[1]
    assert re.findall(r">(\d*)</td>", organizations) == ["2", "1", "6"]
    assert "case: title" in text_of(page)
    assert '<th scope="row"><bdi>Selk &amp; Sons</bdi></th><td>1</td><td>1</td>' in page


def test_the_page_says_what_the_text_says_of_models_and_decoding():
    evaluation = evaluation_at(300)
    report = dataclasses.replace(evaluation.report, members=("a", "b"), decoding="vote")
    page = html_page(dataclasses.replace(evaluation, report=report))
    assert f"{evaluation.report.summary}, 2 models together, decoding vote; entity F1" in page


def test_missed_and_spurious_are_told_apart_in_matrix_and_errors():
    """The matrix counts as missed what has no equal span, the errors what overlaps nothing."""
    text = text_of(html_page(evaluation_at(300)))
    assert "missed and spurious: no entity of the other side has the same span" in text
    assert "Missed and spurious: no entity of the other side overlaps" in text


def test_each_wrong_sentence_is_there_with_its_entities_and_errors():
    page = html_page(evaluation_at(300))
    articles = re.findall(r"<article.*?</article>", page)
    assert len(articles) == 4
    [selk] = [one for one in articles if "Selk" in one]
    assert selk.startswith('<article data-errors="type" data-text="Selk &amp; Sons">')
    assert "Sons</bdi><sup>LOC</sup><sub>ORG</sub>" in selk
    assert "test.txt:13, document 1" in selk
    assert "4 sentences with a wrong entity" in page


def test_a_boundary_error_shows_both_spans():
    sentence = [("New", "B-LOC", "O", 0.9), ("Ostrel", "I-LOC", "B-LOC", 0.9), ("won", "O", "B-LOC", 0.9)]
    [article] = re.findall(r"<article.*?</article>", html_page(evaluation_of(predictions_of([sentence]))))
    assert 'data-errors="boundary"' not in article, "the second prediction is spurious"
    assert 'data-errors="boundary spurious"' in article
    expected = (
        '<bdi class="g">New </bdi><bdi class="p g">Ostrel</bdi><sup>LOC</sup><sub>LOC</sub> '
        '<bdi class="p">won</bdi><sup>LOC</sup>'
    )
    assert expected in article


def test_a_sentence_has_the_direction_of_its_first_letter():
    """Every word is isolated, and `dir="auto"` would pass over what is."""
    for first, direction in [
        ("Ostrel", "ltr"),
        ("\u05d0\u05d5\u05d1\u05d4", "rtl"),
        ("\u0633\u0644\u0643", "rtl"),
        ("7", "ltr"),
    ]:
        sentence = [("1.", "O", "O", 0.9), (first, "B-LOC", "O", 0.9)]
        [article] = re.findall(r"<article.*?</article>", html_page(evaluation_of(predictions_of([sentence]))))
        assert f'<p dir="{direction}">' in article


def test_types_stand_after_entities_that_overlap_and_cut_no_bar():
    sentence = [("Scott", "B-ORG", "B-ORG", 0.9), ("Chair", "O", "I-ORG", 0.9), ("of", "O", "O", 0.9)]
    [article] = re.findall(r"<article.*?</article>", html_page(evaluation_of(predictions_of([sentence]))))
    expected = (
        '<bdi class="p g">Scott</bdi><bdi class="p"> </bdi><bdi class="p">Chair</bdi>'
        "<sup>ORG</sup><sub>ORG</sub> <bdi>of</bdi>"
    )
    assert expected in article


def test_corpus_text_is_escaped():
    page = html_page(evaluation_at(300))
    assert "<script>window" not in page
    assert "<img" not in page
    assert HOSTILE[0] in text_of(page)


def test_of_too_many_sentences_the_most_confident_errors_are_kept(monkeypatch):
    monkeypatch.setattr(html_report, "MAX_SENTENCES", 2)
    page = html_page(evaluation_at(300))
    assert len(re.findall("<article", page)) == 2
    assert "2 of them, the most confident errors first" in page
    assert "4 sentences with a wrong entity" in page


def test_a_split_without_errors_or_entities_has_a_page():
    assert "0 sentences with a wrong entity" in html_page(evaluation_of(predictions_of([[("so", "O", "O", 1.0)]])))
