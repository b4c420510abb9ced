"""The page that ner.evaluate writes, in a real browser, from a file and without a network."""

from ner.evaluation.reports.html_report import html_page
from tests.predicted import evaluation_of, predictions_of
from tests.served_board import evaluation_at
from tests.tensorboard.tab_page import expect


def test_sentences_are_searched_and_filtered_and_nothing_is_blocked(tmp_path, browser):
    path = tmp_path / "test.html"
    path.write_text(html_page(evaluation_at(300)), encoding="utf-8")
    page = browser.new_context(offline=True, viewport={"width": 800, "height": 900}).new_page()
    troubles = []
    page.on("console", lambda line: line.type == "error" and troubles.append(line.text))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.goto(path.as_uri())
    shown = page.locator("article:visible")
    expect(page.get_by_role("status")).to_have_text("4 of 4 shown")
    page.get_by_label("Error type").select_option("missed")
    expect(shown).to_have_count(2)
    page.get_by_label("Search").fill("dravin")
    expect(shown).to_have_count(1)
    expect(page.get_by_role("status")).to_have_text("1 of 4 shown")
    assert page.evaluate("window.hacked") is None
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert troubles == []


def test_a_search_finds_the_beginning_of_a_greek_word_in_capitals(tmp_path, browser):
    path = tmp_path / "test.html"
    words = [("\u039f\u0394\u039f\u03a3\u0397\u039c\u0391", "B-LOC", "O", 0.9)]
    path.write_text(html_page(evaluation_of(predictions_of([words]))), encoding="utf-8")
    page = browser.new_page()
    page.goto(path.as_uri())
    page.get_by_label("Search").fill("\u039f\u0394\u039f\u03a3")
    expect(page.get_by_role("status")).to_have_text("1 of 1 shown")


def test_words_that_nobody_annotated_are_dotted_with_a_legend():
    words = [("Ostrel", "B-ORG", "B-LOC", 0.9), ("Bay", "O", "O", 0.8), ("won", "O", "B-ORG", 0.9)]
    assert "without annotation" not in html_page(evaluation_of(predictions_of([words])))
    words[1] = ("Bay", "-", "O", 0.8)
    page = html_page(evaluation_of(predictions_of([words])))
    assert '<bdi class="u">Bay</bdi>' in page
    assert '<span class="u">dotted</span>: words without annotation, in no score' in page
