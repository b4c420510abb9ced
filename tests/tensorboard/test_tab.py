"""The NER tab in a real browser, with both of TensorBoard's loaders."""

import json
import re
import shutil

import pytest

from ner.tensorboard.writer import make_writer, write_scalars
from tests.served_board import HOSTILE, running_board, write_run
from tests.tensorboard.tab_page import Tab, eventually, expect

LEVELS = {"entity": "entities", "word": "words", "character": "characters"}


def test_the_matrix_is_that_of_the_report(tab, logs):
    report = json.loads((logs.parent / "reports/validation.json").read_text())
    for level, name in LEVELS.items():
        tab.show(level=level, cells="counts")
        scores = report[name]
        matrix = scores.get("confusion_matrix")
        missed_first = [[*row.values()][-1:] + [*row.values()][:-1] for row in scores.get("confusion", {}).values()]
        tab.expect_counts(matrix or missed_first)


def test_scores_are_those_of_the_report(tab, logs):
    report = json.loads((logs.parent / "reports/validation.json").read_text())
    entities = report["entities"]
    shown = [*entities["per_type"].items(), ("micro average", entities["micro"])]
    rows = tab.frame.locator(".by-class tbody tr")
    expect(rows).to_have_count(len(shown))
    for row, (name, score) in zip(rows.all(), shown, strict=True):
        numbers = [*(f"{score[key]:.3f}" for key in ("f1", "precision", "recall")), str(score["support"])]
        low, high = report["intervals"]["per_type"].get(name) or report["intervals"]["micro"]
        numbers.insert(1, f"{low:.3f} to {high:.3f}")
        expect(row.locator("th, td")).to_have_text([name, *numbers])


def test_a_click_lists_the_sentences_of_the_cell_and_whether_they_were_correct_before(tab):
    tab.cell("ORG", "LOC").click()
    expect(tab.frame.locator(".panel h2")).to_have_text("2 entities: gold ORG, predicted LOC")
    expect(tab.frame.locator(".panel .note")).to_have_text("All 2 sentences shown")
    tab.expect_texts(["Ostrel beat Ova", "Selk & Sons"])
    history = ["correct at 1 of 2 earlier steps, last at 200", "never correct before"]
    expect(tab.frame.locator(".history")).to_have_text(history)
    expect(tab.frame.locator("li.card").first.locator(".chip")).to_have_text(["ORG → LOC 91 %", "LOC"])
    tab.frame.get_by_label("Earlier steps").select_option("correct before")
    expect(tab.frame.locator("p.sentence")).to_have_count(1)
    expect(tab.frame.locator(".panel .note")).to_have_text("All 2 sentences shown 1 of them match.")


def test_the_slider_moves_the_matrix(tab):
    tab.show(cells="counts")
    organizations = tab.frame.locator(".matrix tbody tr", has_text="ORG").locator("td")
    expect(organizations).to_have_text(["6", "2", "1", "9"])
    tab.frame.get_by_role("slider", name="Step").press("ArrowLeft")
    expect(tab.frame.get_by_role("heading", name="step 200")).to_be_visible()
    expect(organizations).to_have_text(["6", "1", "2", "9"])
    tab.expect_setting("step=200")


def test_levels_of_words_and_characters_mark_their_places(tab):
    for level in ("word", "character"):
        tab.show(level=level)
        tab.cell("B-ORG", "B-LOC").click()
        tab.expect_texts(["Ostrel beat Ova", "Selk & Sons"])
        expect(tab.frame.locator(".mark.focus")).to_have_text(["Ostrel", "Selk"])


def test_two_steps_are_compared_sentence_by_sentence(tab):
    tab.frame.get_by_label("Compare with").select_option("this run at another step")
    tab.frame.get_by_label("at step").select_option("100")
    expect(tab.frame.get_by_role("heading", name="Step 300 minus step 100")).to_be_visible()
    expect(tab.frame.get_by_text("resamples of sentences")).to_have_text(
        re.compile(
            r"Micro F1 \+0.000, 95 % interval .0\.\d+ to \+0\.\d+; better in (4|5)\d % of 1,000 resamples of sentences"
        )
    )
    tab.frame.get_by_role("radio", name="Fixed").check()
    expect(tab.frame.locator(".panel h2")).to_have_text("1 sentence fixed: wrong before, correct now")
    expect(tab.frame.locator(".panel .note")).to_have_text("1 of 1 sentence shown. Of single entities, 1 fixed.")
    tab.expect_texts(["Kolvery fell"])
    tab.frame.get_by_role("radio", name="Regressed").check()
    expect(tab.frame.locator(".panel h2")).to_have_text("1 sentence regressed: correct before, wrong now")
    tab.expect_texts(["in Dravin"])
    expect(tab.cell("LOC", "missed").locator("span")).to_have_text(["+33", "0→1"])


def test_errors_are_filtered_by_type(tab, logs):
    report = json.loads((logs.parent / "reports/validation.json").read_text())
    buttons = tab.frame.get_by_role("group", name="Errors by type").get_by_role("button")
    errors = report["errors"]
    numbers = [
        *(errors["gold"][name] for name in ("type", "boundary", "type_and_boundary", "missed")),
        errors["predicted"]["spurious"],
    ]
    expect(buttons.locator("b")).to_have_text([str(number) for number in numbers])
    buttons.filter(has_text="type").first.click()
    expect(tab.frame.locator(".panel h2")).to_have_text("2 entities: type")
    tab.expect_texts(["Ostrel beat Ova", "Selk & Sons"])
    tab.expect_setting("error=type")
    expect(tab.frame.locator(".chip.wrong").first).to_have_attribute("title", re.compile("error: type$"))
    tab.frame.get_by_label("Error type").select_option("boundary")
    expect(tab.frame.locator("p.sentence")).to_have_count(0)
    tab.cell("LOC", "missed").click()
    tab.frame.get_by_label("Error type").select_option("missed")
    tab.expect_texts(["in Dravin"])


def test_a_slice_opens_its_errors(tab, logs):
    report = json.loads((logs.parent / "reports/validation.json").read_text())
    row = tab.frame.locator(".slices tbody tr", has_text="not in training").first
    score = report["slices"]["mention"]["not in training"]
    numbers = [*(f"{score[key]:.3f}" for key in ("f1", "precision", "recall")), str(score["support"])]
    expect(row.locator("th, td")).to_have_text(["not in training", *numbers, "2 sentences"])
    row.get_by_role("button").click()
    expect(tab.frame.locator(".panel h2")).to_have_text(
        "2 sentences with an error in the slice mention: not in training"
    )
    expect(tab.frame.locator("p.sentence")).to_have_count(2)
    expect(tab.frame.locator("p.sentence").first).to_contain_text("Dravin")
    tab.cell("ORG", "LOC").click()
    expect(tab.frame.locator(".panel h2")).to_have_text("2 entities: gold ORG, predicted LOC")
    expect(row.get_by_role("button")).to_have_attribute("aria-pressed", "false")


def test_texts_of_entities_are_sorted_and_open_their_errors(tab):
    rows = tab.frame.locator(".strings tbody tr")
    expect(rows.filter(has_text="Selk").locator("th, td")).to_have_text(
        ["Selk & Sons", "1", "1", "0 %", "ORG 1", "LOC 1"]
    )
    tab.frame.get_by_role("button", name="text", exact=True).click()
    expect(rows.nth(2)).to_contain_text("Dravin")
    tab.frame.get_by_role("button", name="Selk & Sons").click()
    expect(tab.frame.locator(".panel h2")).to_have_text("“Selk & Sons”: 1 of 1 wrong")
    tab.expect_texts(["Selk & Sons"])
    tab.expect_setting("text=Selk%20%26%20Sons")


def test_calibration_is_that_of_the_report(tab, logs):
    report = json.loads((logs.parent / "reports/validation.json").read_text())["calibration"]
    error, temperature = report["expected_calibration_error"], report["temperature"]
    section = tab.frame.get_by_role("region", name="Calibration")
    expect(section.locator(".note").first).to_contain_text(
        f"Expected calibration error {error:.3f}; temperature {temperature:.2f}"
    )
    expect(section.locator("rect")).to_have_count(sum(one["entities"] > 0 for one in report["bins"]))
    expect(section.locator("tbody tr")).to_have_count(2)


def test_the_chart_tells_the_scores_under_the_pointer_and_selects_a_step(tab, logs):
    report = json.loads((logs.parent / "reports/validation.json").read_text())
    chart = tab.frame.locator("section[aria-label='F1 over steps'] svg")
    width = chart.evaluate("chart => chart.getBoundingClientRect().width")
    chart.hover(position={"x": width - 30, "y": 20})
    scores = {**report["entities"]["per_type"], "micro average": report["entities"]["micro"]}
    told = ", ".join(f"{name} {score['f1']:.3f}" for name, score in scores.items())
    expect(tab.frame.locator(".readout")).to_have_text(f"step 300: {told}")
    expect(chart.locator(".tick")).to_have_text(
        ["0", "0.2", "0.4", "0.6", "0.8", "1", "100", "150", "200", "250", "300"]
    )
    chart.click(position={"x": width / 2, "y": 20})
    tab.expect_setting("step=200")


def test_the_best_step_is_opened_first(tab):
    tab.show(step="")
    expect(tab.frame.get_by_role("heading", name="Gold in rows, predicted in columns, step 200")).to_be_visible()
    expect(tab.frame.locator("select").nth(1).locator("option:checked")).to_have_text("200 (best)")


def test_the_largest_confusions_open_their_cells_and_escape_closes_them(tab):
    confusions = tab.frame.get_by_role("region", name="Largest confusions")
    expect(confusions.locator("tbody tr").first.locator("th, td")).to_have_text(["ORG → missed", "6", "66.7 %"])
    confusions.get_by_role("button", name="ORG → LOC").click()
    expect(tab.frame.locator(".panel h2")).to_have_text("2 entities: gold ORG, predicted LOC")
    tab.page.keyboard.press("Escape")
    expect(tab.frame.locator(".panel h2")).to_have_text("4 sentences with a wrong entity")


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
        ]})"""
    assert tab.run(script) == ["b/validation", "b/test", "x/validation"]


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


def test_a_link_leads_to_what_was_looked_at(tab):
    tab.show(step=200, level="word", cells="counts", gold="B-ORG", predicted="B-LOC", search="selk")
    tab.expect_texts(["Selk & Sons"])
    expect(tab.cell("B-ORG", "B-LOC")).to_have_attribute("aria-pressed", "true")
    settings = ["step=200", "level=word", "cells=counts", "gold=B-ORG", "predicted=B-LOC", "search=selk"]
    address = tab.page.url
    assert address.split("#")[1].split("&") == ["ner", *(f"p.ner.{one}" for one in settings)]
    tab.page.reload()
    tab.expect_texts(["Selk & Sons"])
    expect(tab.page).to_have_url(address)


def test_corpus_text_stays_text_and_in_its_place(tab):
    tab.show(search="script")
    tab.expect_texts([" ".join([*HOSTILE[:-1], "x" * 119 + "…"])])
    assert tab.run("window.hacked") is None
    expect(tab.frame.locator("p.sentence script, p.sentence img")).to_have_count(0)
    scrolls = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    eventually(lambda: tab.run(scrolls), False)
    # no mark turns what follows around
    expect(tab.frame.locator(".card .meta bdi").first).to_have_text("test.txt:16, document 1")


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
    tabbable = grid.locator("[tabindex='0']")
    expect(tabbable).to_have_count(1)
    tabbable.focus()
    for key in ("ArrowDown", "End", "ArrowLeft", "Enter"):
        tab.page.keyboard.press(key)
    told = grid.locator("button[aria-pressed=true]")
    name = "gold ORG, predicted LOC: 2 of 9 (22.2 % by gold), in 2 sentences"
    expect(told).to_have_attribute("aria-label", name)
    expect(told).to_be_focused()


@pytest.mark.parametrize("width", [1440, 1024, 800])
def test_nothing_sticks_out_of_the_page(tab, width):
    size = tab.page.viewport_size
    tab.page.set_viewport_size({"width": width, "height": 900})
    try:
        for settings in ({"gold": "ORG", "predicted": "missed"}, {"against_run": "test"}, {"level": "character"}):
            tab.show(**settings)
            fits = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
            eventually(lambda fits=fits: tab.run(fits), True)
            overlapping = """[...document.querySelectorAll('.matrix .share, .matrix .count')].filter(
                one => one.scrollWidth > one.closest('td').clientWidth + 1).length"""
            eventually(lambda overlapping=overlapping: tab.run(overlapping), 0)
    finally:
        tab.page.set_viewport_size(size)


def test_dark_mode_is_followed(tab):
    theme = "document.documentElement.dataset.theme"
    for is_dark, name in ((False, "light"), (True, "dark"), (False, "light")):
        tab.page.evaluate(f"document.body.classList.toggle('dark-mode', {str(is_dark).lower()})")
        eventually(lambda: tab.run(theme), name)


def test_a_run_that_goes_on_ends_or_never_began_is_told(tmp_path, browser):
    writer = make_writer(str(tmp_path), "train")
    write_scalars(writer, 1, {"loss": 1.0})
    with running_board(tmp_path, "--load_fast=false") as address:
        tab = Tab(browser, address)
        expect(tab.frame.locator(".notice")).to_contain_text(
            "No evaluation yet. One is written at the first validation"
        )

        def becomes(selector, text):
            """Waits until TensorBoard has read what was written; the tab looks again as when it is shown."""

            def is_there():
                tab.run("document.dispatchEvent(new Event('visibilitychange'))")
                return text in tab.frame.locator(selector).inner_text()

            eventually(is_there, True)

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
    tab.run("document.dispatchEvent(new Event('visibilitychange'))")
    expect(tab.frame.locator(".notice")).to_contain_text("TensorBoard does not answer: it may have been stopped.")
    writer.close()
