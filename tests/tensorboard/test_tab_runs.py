"""Runs and steps in the NER tab: which is opened, and how two are compared, in a real browser."""

import json
import re
import shutil

from ner.evaluation.evaluation import EvaluationCollector
from ner.tensorboard.writer import make_writer, write_evaluation, write_scalars
from tests.predicted import LABELS, evaluation_of, predictions_of
from tests.served_board import running_board, sentences_at, write_run
from tests.tensorboard.many_classes import write_tab_data
from tests.tensorboard.tab_page import Tab, eventually, expect


def test_two_steps_are_compared_sentence_by_sentence(tab):
    tab.frame.get_by_label("Compare with").select_option("this run at another step")
    tab.frame.get_by_label("at step").select_option("100")
    expect(tab.frame.get_by_role("heading", name="Step 300 minus step 100")).to_be_visible()
    expect(tab.frame.get_by_text("resamples of sentences")).to_have_text(
        re.compile(
            r"Micro F1 \+0.000, 95% interval .0\.\d+ to \+0\.\d+; better in (4|5)\d% of 1,000 resamples of sentences"
        )
    )
    tab.frame.get_by_role("radio", name="Fixed").check()
    expect(tab.frame.locator(".panel h2")).to_have_text("1 sentence fixed: wrong before, correct now")
    expect(tab.frame.locator(".panel .note")).to_have_text("1 sentence. Of single entities, 1 fixed.")
    tab.expect_texts(["Kolvery fell", "Kolvery fell"])
    expect(tab.frame.locator(".which")).to_have_text(["step 100", "step 300"])
    expect(tab.frame.locator("p.sentence").first.locator(".chip")).to_have_text("ORG → missed 60%")
    expect(tab.frame.locator("p.sentence").nth(1).locator(".chip")).to_have_text("ORG")
    tab.frame.get_by_role("radio", name="Regressed").check()
    expect(tab.frame.locator(".panel h2")).to_have_text("1 sentence regressed: correct before, wrong now")
    tab.expect_texts(["in Dravin", "in Dravin"])
    expect(tab.cell("LOC", "missed").locator("span")).to_have_text(["+33", "0→1"])


def test_a_cell_is_not_open_while_what_was_fixed_is_listed(tab):
    tab.show(against_run="validation", against_step="100", gold="ORG", predicted="missed")
    expect(tab.cell("ORG", "missed")).to_have_attribute("aria-pressed", "true")
    cell = tab.frame.locator(".panel h2").text_content()
    tab.frame.get_by_role("radio", name="Fixed").check()
    expect(tab.frame.locator(".panel h2")).to_have_text("1 sentence fixed: wrong before, correct now")
    expect(tab.cell("ORG", "missed")).to_have_attribute("aria-pressed", "false")
    tab.cell("ORG", "missed").click()
    expect(tab.frame.locator(".panel h2")).to_have_text(cell)
    expect(tab.cell("ORG", "missed")).to_have_attribute("aria-pressed", "true")


def test_the_best_step_is_opened_first(tab):
    tab.show(step="")
    expect(tab.frame.get_by_role("heading", name="Gold in rows, predicted in columns, step 200")).to_be_visible()
    expect(tab.frame.locator("select").nth(1).locator("option:checked")).to_have_text("200 (best)")
    compare = tab.frame.get_by_label("Compare with")
    expect(compare.locator("option")).to_have_text(["nothing", "this run at another step", "test"])
    tab.show(step=300)
    compare.select_option("this run's best step, 200")
    expect(tab.frame.get_by_role("heading", name="Step 300 minus step 200")).to_be_visible()


def test_all_runs_stand_in_a_table_by_score_and_open(tab, logs):
    tab.frame.get_by_text("All 2 runs").click()
    rows = tab.frame.locator(".runs tbody tr")
    entities = json.loads((logs.parent / "reports/validation.json").read_text())["entities"]
    scores = [entities["micro"], *entities["per_type"].values()]
    numbers = ["300", *(f"{score['f1']:.3f}" for score in scores)]
    expect(rows).to_have_count(2)
    expect(rows.first.locator("th, td")).to_have_text(["test", "test", *numbers])
    rows.first.get_by_role("button").click()
    tab.expect_setting("run=test")
    expect(tab.frame.locator(".summary")).to_contain_text("test split")


def test_the_best_score_is_that_of_runs_of_the_same_sentences(tab):
    script = """import("/data/plugin/ner/static/runs.js").then(({ drawRuns }) => {
        const last = (name, split, correct) => ({ name, split, step: 100, fingerprint: split,
            entity: {rows: ["LOC", "spurious"], columns: ["LOC", "missed"], counts: [[correct, 9], [0, 0]]} });
        const parent = document.createElement("div");
        const runs = [
            last("a/test", "test", 8), last("a/dev", "dev", 3), last("b/test", "test", 9), last("b/dev", "dev", 7)];
        drawRuns(parent, { runs, selected: "", onSelect: null });
        return [...parent.querySelectorAll("tbody tr")].map(row =>
            [row.cells[0].textContent, [...row.cells].some(cell => cell.className === "best")]);
    })"""
    assert tab.run(script) == [["b/test", True], ["a/test", False], ["b/dev", True], ["a/dev", False]]


def test_without_a_run_in_the_address_the_best_validation_is_opened(tab):
    script = """import('/data/plugin/ner/static/model.js').then(one => {
        const last = (name, correct) =>
            ({name, entity: {rows: ["LOC", "spurious"], columns: ["LOC", "missed"], counts: [[correct, 9], [0, 0]]}});
        const known = [last("a/validation", 3), last("b/validation", 7), last("b/test", 9)];
        const names = (...all) => all.map(name => ({name}));
        return [
            one.bestRun(names("a/validation", "b/validation", "b/test"), known),
            one.bestRun(names("b/test", "c/test"), known),
            one.bestRun(names("x/validation", "y/validation"), []),
            one.bestRun(names("unreadable/validation", "b/test"), known),
        ]})"""
    assert tab.run(script) == ["b/validation", "b/test", "x/validation", "b/test"]


def test_names_of_runs_are_told_without_the_folders_that_all_share(tab):
    def short(*names):
        script = f"import('/data/plugin/ner/static/runs.js').then(one => [...one.shortNames({list(names)}).values()])"
        return tab.run(script)

    assert short("a/x/validation", "a/y/z/validation") == ["x", "y/z"]
    assert short("validation", "test") == ["validation", "test"]
    assert short("work/validation", "work/test") == ["validation", "test"]
    assert short("a/b", "a/b/c") == ["b", "b/c"]
    assert short("only/one") == ["only/one"]


def test_two_runs_are_compared(tab):
    tab.show(against_run="test", list="fixed")
    expect(tab.frame.locator(".panel h2")).to_have_text("0 sentences fixed: wrong before, correct now")
    expect(tab.frame.get_by_role("heading", name="Step 300 minus test, step 300")).to_be_visible()


def test_a_poll_does_not_discard_what_is_being_drawn_after_an_error(tab):
    slow = """async (url, ask) => {
        if (url.pathname.endsWith("/evaluations")) {
            window.asked = (window.asked ?? 0) + 1;
            await new Promise(resolve => window.release = resolve);
        }
        return ask(url);
    }"""
    with tab.answered_by(slow):
        tab.page.evaluate("location.hash = '#ner&p.ner.run=gone'")
        expect(tab.frame.locator(".notice")).to_contain_text("not in the log folder")
        tab.page.evaluate("location.hash = '#ner&p.ner.run=test'")
        eventually(lambda: tab.run("window.asked"), 1)
        tab.run("document.dispatchEvent(new Event('visibilitychange'))")
        tab.page.wait_for_timeout(500)
        assert tab.run("window.asked") == 1
        tab.run("window.release()")
        expect(tab.frame.locator(".summary")).to_contain_text("test split")


def test_another_step_can_be_selected_where_one_is_damaged(tab):
    damaged = """async (url, ask) => url.pathname.endsWith("/sentences") && url.searchParams.get("step") === "300"
        ? new Response(JSON.stringify({ error: "damaged" }), { status: 500 }) : ask(url)"""
    with tab.answered_by(damaged):
        tab.cell("ORG", "LOC").click()
        expect(tab.frame.locator(".notice")).to_have_text("damaged")
        step = tab.frame.locator("select").nth(1)
        assert step.is_visible(), "now, and not only while the page is drawn again after a poll"
        step.select_option("200")
        expect(tab.frame.get_by_role("heading", name="step 200")).to_be_visible()


def becomes(tab, selector, text):
    """Waits until TensorBoard has read what was written; the tab looks again as when it is shown."""

    def is_there():
        tab.run("document.dispatchEvent(new Event('visibilitychange'))")
        return text in tab.frame.locator(selector).inner_text()

    eventually(is_there, True)


def test_a_step_that_is_evaluated_again_is_drawn_again(tmp_path, browser):
    write_run(tmp_path, "validation", [300])
    with running_board(tmp_path, "--load_fast=true") as address:
        tab = Tab(browser, address)
        expect(tab.frame.locator(".summary")).to_contain_text("6 sentences")
        writer = make_writer(str(tmp_path), "validation")
        write_evaluation(writer, evaluation_of(predictions_of(sentences_at(300)[:4]), step=300))
        writer.close()
        becomes(tab, ".summary", "4 sentences")


def test_sentences_that_were_asked_for_stay_listed_when_a_training_goes_on(tmp_path, browser):
    collector = EvaluationCollector(LABELS, kept_sentences=None)
    collector.add(predictions_of([[(f"Ostrel{number}", "B-ORG", "B-LOC", 0.9)] for number in range(120)]))
    first, second = (collector.evaluation("validation", step, 1.0, "the same", ("test.txt",)) for step in (100, 200))
    write_tab_data(tmp_path, "validation", [first])
    with running_board(tmp_path, "--load_fast=true") as address:
        tab = Tab(browser, address, {"step": 100})
        sentences = tab.frame.locator("p.sentence")
        tab.frame.get_by_role("button", name="Show more of 70").click()
        expect(sentences).to_have_count(100)
        write_tab_data(tmp_path, "validation", [second])
        becomes(tab, "header", "200")
        expect(tab.frame.locator("main:not([aria-busy])")).to_be_visible()
        expect(sentences).to_have_count(100)
        tab.cell("ORG", "LOC").click()
        expect(sentences).to_have_count(50)


def test_what_is_looked_at_stays_when_another_run_becomes_the_best(tmp_path, browser):
    write_run(tmp_path, "one/validation", [100])
    write_run(tmp_path, "two/validation", [100])
    with running_board(tmp_path, "--load_fast=true") as address:
        tab = Tab(browser, address)
        tab.cell("ORG", "LOC").click()
        tab.expect_setting("run=one%2Fvalidation")
        tab.frame.locator(".all-runs summary").click()
        write_run(tmp_path, "two/validation", [200])
        becomes(tab, ".all-runs", "200")
        expect(tab.frame.locator("select").first).to_have_value("one/validation")
        tab.expect_setting("gold=ORG")
        compared = Tab(browser, address)
        compared.frame.get_by_label("Compare with").select_option("one/validation")
        compared.expect_setting("run=two%2Fvalidation")
        expect(Tab(browser, address).frame.locator("select").first).to_have_value("two/validation")


def test_a_run_that_goes_on_ends_or_never_began_is_told(tmp_path, browser):
    writer = make_writer(str(tmp_path), "train")
    write_scalars(writer, 1, {"loss": 1.0})
    with running_board(tmp_path, "--load_fast=false") as address:
        tab = Tab(browser, address)
        expect(tab.frame.locator(".notice")).to_contain_text(
            "No evaluation yet. One is written at the first validation"
        )
        write_run(tmp_path, "validation", [100])
        becomes(tab, "section h2 >> nth=0", "step 100")
        write_run(tmp_path, "validation", [200])
        becomes(tab, "section h2 >> nth=0", "step 200")
        shutil.rmtree(tmp_path / "validation")
        write_run(tmp_path, "test", [300])
        becomes(tab, ".summary", "test split")
        tab.show(run="validation")
        expect(tab.frame.locator(".notice")).to_have_text(
            "The run validation is not in the log folder (any more). Select another one above."
        )
        expect(tab.frame.locator("select").first).to_be_visible()
        expect(tab.frame.get_by_label("Compare with")).to_be_hidden()
    tab.run("document.dispatchEvent(new Event('visibilitychange'))")
    expect(tab.frame.locator(".notice")).to_contain_text("TensorBoard does not answer: it may have been stopped.")
    writer.close()
