"""The NER tab in a real browser, with both of TensorBoard's loaders."""

import json
import os
import shutil
from urllib.parse import urlsplit

import pytest

from ner.evaluation import report as reports
from tests.served_board import HOSTILE, LOADERS, ask, evaluation_at, running_board, wait_until, write_run

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install '.[test]'")
expect = playwright.expect

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
NO_CHROMIUM = "no Chromium: install Debian's package `chromium`, or Chrome, to see the tab tested in a browser"
pytestmark = pytest.mark.skipif(CHROMIUM is None and "CI" not in os.environ, reason=NO_CHROMIUM)
LEVELS = {"entity": "entities", "word": "words", "character": "characters"}


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def logs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("work") / "logs"
    write_run(folder, "validation")
    write_run(folder, "test", [300])
    reports.write(evaluation_at(300).report, str(folder.parent / "reports"))
    return folder


class Tab:
    """The tab in a page of its own, and all that went wrong in it."""

    def __init__(self, browser, address, **context):
        self.page = browser.new_context(viewport={"width": 1400, "height": 900}, **context).new_page()
        self.page.set_default_timeout(10_000)
        self.address = address
        self.troubles = []
        self.page.on("console", lambda line: line.type == "error" and self.troubles.append(line.text))
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on("request", self._check)
        self.show()

    def _check(self, request):
        if urlsplit(request.url).hostname not in ("localhost", None):
            self.troubles.append(f"request to {request.url}")

    def show(self, **state):
        """Goes to the address of `state`, as a link would."""
        hash_ = "&".join(["#ner", *(f"p.ner.{name}={value}" for name, value in ({"level": "entity"} | state).items())])
        self.page.goto(self.address + hash_)
        self.frame = self.page.frame_locator("iframe")
        expect(self.frame.locator("main:not([aria-busy]):not([hidden]), .notice:not(:empty)").first).to_be_visible(
            timeout=30_000
        )

    def cell(self, gold, predicted):
        return self.frame.locator(f"td [aria-label^='gold {gold}, predicted {predicted}:']")

    def counts(self):
        """The matrix as it stands in the table, where cells show counts; 0 where a cell is empty."""
        rows = self.frame.get_by_role("grid").locator("tbody tr").all()
        cells = ([cell.inner_text() for cell in row.locator("td:not(.support)").all()] for row in rows)
        return [[int(text.replace(",", "") or 0) for text in row] for row in cells]

    def texts(self):
        """What is listed, without the names of entities."""
        without_chips = "one => [...one.childNodes].filter(node => !node.className?.includes('chip'))"
        script = f"all => all.map(one => ({without_chips})(one).map(node => node.textContent).join(''))"
        return self.frame.locator("p.sentence").evaluate_all(script)


@pytest.fixture(scope="module", params=LOADERS, ids=lambda fast: f"load_fast={fast}")
def shared(request, browser, logs):
    with running_board(logs, f"--load_fast={request.param}") as address:
        assert wait_until(lambda: len(ask(address, "data/plugin/ner/runs")["runs"]) == 2)
        assert wait_until(
            lambda: len(ask(address, "data/plugin/ner/evaluations", run="validation")["evaluations"]) == 3
        )
        yield Tab(browser, address, permissions=["clipboard-read", "clipboard-write"])


@pytest.fixture
def tab(shared):
    """The shared page, as when the tab was opened; at the end nothing must have gone wrong in it."""
    shared.show()
    yield shared
    assert shared.troubles == []


def test_the_matrix_is_that_of_the_report(tab, logs):
    report = json.loads((logs.parent / "reports/validation.json").read_text())
    for level, name in LEVELS.items():
        tab.show(level=level, cells="counts")
        scores = report[name]
        expected = scores.get("confusion_matrix") or [list(row.values()) for row in scores["confusion"].values()]
        assert tab.counts() == expected


def test_scores_are_those_of_the_report(tab, logs):
    report = json.loads((logs.parent / "reports/validation.json").read_text())
    rows = [row.inner_text().split() for row in tab.frame.locator(".scores tbody tr").all()]
    entities = report["entities"]
    for row, (name, score) in zip(rows, [*entities["per_type"].items(), ("micro", entities["micro"])], strict=True):
        assert row[0] == name
        assert row[-4:] == [*(f"{score[key]:.3f}" for key in ("f1", "precision", "recall")), str(score["support"])]


def test_a_click_lists_the_sentences_of_the_cell_and_whether_they_were_correct_before(tab):
    tab.cell("ORG", "LOC").click()
    expect(tab.frame.locator(".panel h2")).to_have_text("2 entities: gold ORG, predicted LOC")
    expect(tab.frame.locator(".note")).to_have_text("All 2 sentences shown")
    assert tab.texts() == ["Ostrel beat Ova", "Selk & Sons"], "the most confident error first"
    history = tab.frame.locator(".history").all_inner_texts()
    assert history == ["correct at 1 of 2 earlier steps, last at 200", "never correct before"]
    chips = tab.frame.locator("li.card").first.locator(".chip").all_inner_texts()
    assert chips == ["ORG → LOC 91 %", "LOC"]
    tab.frame.get_by_label("Earlier steps").select_option("correct before")
    expect(tab.frame.locator("p.sentence")).to_have_count(1)
    expect(tab.frame.locator(".note")).to_have_text("All 2 sentences shown 1 of them match.")


def test_the_slider_moves_the_matrix(tab):
    tab.show(cells="counts")
    before = tab.counts()
    tab.frame.get_by_role("slider", name="Step").press("ArrowLeft")
    expect(tab.frame.get_by_role("heading", name="step 200")).to_be_visible()
    assert tab.counts() != before
    assert tab.counts()[1][:2] == [1, 2], "ORG at step 200"
    assert "p.ner.step=200" in tab.page.url


def test_levels_of_words_and_characters_mark_their_places(tab):
    for level in ("word", "character"):
        tab.show(level=level)
        tab.cell("B-ORG", "B-LOC").click()
        expect(tab.frame.locator(".mark.focus")).to_have_count(2)
        assert tab.texts() == ["Ostrel beat Ova", "Selk & Sons"]
        assert tab.frame.locator(".mark.focus").all_inner_texts() == ["Ostrel", "Selk"]


def test_two_steps_are_compared_sentence_by_sentence(tab):
    tab.frame.get_by_label("Compare with").select_option("this run at another step")
    tab.frame.get_by_label("at step").select_option("100")
    expect(tab.frame.get_by_role("heading", name="Step 300 minus step 100")).to_be_visible()
    tab.frame.get_by_role("radio", name="Fixed").check()
    expect(tab.frame.locator(".panel h2")).to_have_text("1 sentence fixed: wrong before, correct now")
    expect(tab.frame.locator(".note")).to_have_text("1 of 1 sentence shown. Of single entities, 1 fixed.")
    assert tab.texts() == ["Kolvery fell"]
    tab.frame.get_by_role("radio", name="Regressed").check()
    expect(tab.frame.locator(".panel h2")).to_have_text("1 sentence regressed: correct before, wrong now")
    assert tab.texts() == ["in Dravin"]
    assert tab.cell("LOC", "missed").inner_text().split() == ["+33", "0→1"]


def test_errors_are_filtered_by_type(tab, logs):
    report = json.loads((logs.parent / "reports/validation.json").read_text())
    buttons = tab.frame.get_by_role("group", name="Errors by type").get_by_role("button")
    numbers = [int(text) for text in buttons.locator("b").all_inner_texts()]
    errors = report["errors"]
    assert numbers == [
        *(errors["gold"][name] for name in ("type", "boundary", "type_and_boundary", "missed")),
        errors["predicted"]["spurious"],
    ]
    buttons.filter(has_text="type").first.click()
    expect(tab.frame.locator(".panel h2")).to_have_text("2 entities: type")
    assert tab.texts() == ["Ostrel beat Ova", "Selk & Sons"]
    assert "p.ner.error=type" in tab.page.url
    assert "error: type" in tab.frame.locator(".chip.wrong").first.get_attribute("title")
    tab.frame.get_by_label("Error type").select_option("boundary")
    expect(tab.frame.locator("p.sentence")).to_have_count(0)
    tab.cell("LOC", "missed").click()
    tab.frame.get_by_label("Error type").select_option("missed")
    assert tab.texts() == ["in Dravin"]


def test_two_runs_are_compared(tab):
    tab.show(against_run="test", list="fixed")
    expect(tab.frame.locator(".panel h2")).to_have_text("0 sentences fixed: wrong before, correct now")
    expect(tab.frame.get_by_role("heading", name="Step 300 minus test, step 300")).to_be_visible()


def test_a_link_leads_to_what_was_looked_at(tab):
    tab.show(step=200, level="word", cells="counts", gold="B-ORG", predicted="B-LOC", search="selk")
    assert tab.texts() == ["Selk & Sons"]
    expect(tab.cell("B-ORG", "B-LOC")).to_have_attribute("aria-pressed", "true")
    url = tab.page.url
    tab.page.reload()
    expect(tab.frame.locator("p.sentence")).to_have_count(1, timeout=20_000)
    assert tab.page.url == url


def test_corpus_text_stays_text_and_in_its_place(tab):
    tab.show(search="script")
    assert tab.texts() == [" ".join([*HOSTILE[:-1], "x" * 119 + "…"])]
    assert tab.page.frames[-1].evaluate("window.hacked") is None
    assert tab.frame.locator("p.sentence script, p.sentence img").count() == 0
    widths = tab.page.frames[-1].evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert widths[0] <= widths[1], "nothing sticks out"
    name = tab.frame.locator(".card .meta bdi").first
    assert name.inner_text() == "test.txt:16, document 1", "no mark turns what follows around"


def test_sentences_are_copied_as_columns_and_as_csv(tab):
    tab.cell("ORG", "LOC").click()
    expect(tab.frame.locator("p.sentence")).to_have_count(2)
    panel = tab.frame.locator(".panel")

    def copied(place):
        button = panel.locator(".tools button").nth(place)
        button.click()
        expect(button).to_have_text("Copied 2")
        return tab.page.evaluate("navigator.clipboard.readText()")

    assert copied(0).splitlines() == [
        *(
            "# sentence 1: test.txt:1, document 1",
            "Ostrel\tB-ORG\tB-LOC\t0.91",
            "beat\tO\tO\t0.90",
            "Ova\tB-LOC\tB-LOC\t0.80",
            "",
        ),
        *(
            "# sentence 5: test.txt:13, document 1",
            "Selk\tB-ORG\tB-LOC\t0.66",
            "&\tI-ORG\tI-LOC\t0.64",
            "Sons\tI-ORG\tI-LOC\t0.62",
        ),
    ]
    assert copied(1).splitlines() == [
        "sentence,location,entity,gold,predicted,confidence,text",
        '1,"test.txt:1, document 1",Ostrel,ORG,LOC,0.91,Ostrel beat Ova',
        '1,"test.txt:1, document 1",Ova,LOC,LOC,0.80,Ostrel beat Ova',
        '5,"test.txt:13, document 1",Selk & Sons,ORG,LOC,0.64,Selk & Sons',
    ]


def test_the_keyboard_reaches_every_cell(tab):
    grid = tab.frame.get_by_role("grid", name="Confusion matrix")
    first = grid.locator("[tabindex='0']")
    expect(first).to_have_count(1)
    first.focus()
    for key in ("ArrowDown", "ArrowLeft", "Enter"):
        tab.page.keyboard.press(key)
    told = tab.frame.locator("button[aria-pressed=true]")
    name = "gold ORG, predicted LOC: 2 of 9 (22.2 % by gold), in 2 sentences"
    expect(told).to_have_attribute("aria-label", name)
    expect(told).to_be_focused()


def test_dark_mode_is_followed(tab):
    theme = "document.documentElement.dataset.theme"
    assert tab.page.frames[-1].evaluate(theme) == "light"
    tab.page.evaluate("document.body.classList.add('dark-mode')")
    assert wait_until(lambda: tab.page.frames[-1].evaluate(theme) == "dark")
    tab.page.evaluate("document.body.classList.remove('dark-mode')")


def test_a_run_that_goes_on_ends_or_never_began_is_told(tmp_path, browser):
    from ner.tensorboard.writer import make_writer, write_scalars

    writer = make_writer(str(tmp_path), "train")
    write_scalars(writer, 1, {"loss": 1.0})
    with running_board(tmp_path, "--load_fast=false") as address:
        tab = Tab(browser, address)
        expect(tab.frame.locator(".notice")).to_contain_text(
            "No evaluation yet. One is written at the first validation"
        )

        def look_again():
            tab.page.frames[-1].evaluate("document.dispatchEvent(new Event('visibilitychange'))")

        def becomes(selector, text):
            def there():
                look_again()
                return text in tab.frame.locator(selector).inner_text()

            assert wait_until(there), tab.frame.locator(selector).inner_text()

        write_run(tmp_path, "validation", [100])
        becomes("section h2 >> nth=0", "step 100")
        write_run(tmp_path, "validation", [200])
        becomes("section h2 >> nth=0", "step 200")
        shutil.rmtree(tmp_path / "validation")
        write_run(tmp_path, "test", [300])
        becomes(".summary", "test split")
        tab.show(run="validation")
        expect(tab.frame.locator(".notice")).to_have_text(
            "The run validation is not in the log folder (any more). Select another one above."
        )
    tab.page.frames[-1].evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(tab.frame.locator(".notice")).to_contain_text("TensorBoard does not answer: it may have been stopped.")
    writer.close()
