"""The NER tab in a real browser: its numbers, its charts, its address, with TensorBoard's default loader."""

import json

import pytest

from tests.tensorboard.tab_page import eventually, expect

LEVELS = {"entity": "entities", "word": "words", "character": "characters"}


def test_the_matrix_is_that_of_the_report(tab, logs):
    report = json.loads((logs.parent / "reports/validation.json").read_text())
    for level, name in LEVELS.items():
        tab.show(level=level, cells="counts")
        scores = report[name]
        matrix = scores.get("confusion_matrix")
        missed_first = [[*row.values()][-1:] + [*row.values()][:-1] for row in scores.get("confusion", {}).values()]
        tab.expect_counts(matrix or missed_first)


def test_spurious_entities_are_shares_of_predicted_ones_and_missed_ones_of_gold(tab):
    script = """import('/data/plugin/ner/static/scores.js').then(one => ["gold", "predicted"].map(kind =>
        one.cellValues({rows: ["LOC", "spurious"], columns: ["LOC", "missed"], counts: [[6, 2], [4, 0]]}, kind)))"""
    assert tab.run(script) == [[[0.75, 0.25], [0.4, 0]], [[0.6, 0.25], [0.4, 0]]]


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


def test_the_slider_moves_the_matrix(tab):
    tab.show(cells="counts")
    organizations = tab.frame.locator(".matrix tbody tr", has_text="ORG").locator("td")
    expect(organizations).to_have_text(["6", "2", "1", "9"])
    tab.frame.get_by_role("slider", name="Step").press("ArrowLeft")
    expect(tab.frame.get_by_role("heading", name="step 200")).to_be_visible()
    expect(organizations).to_have_text(["6", "1", "2", "9"])
    tab.expect_setting("step=200")


def test_a_chart_of_many_points_is_drawn(tab):
    script = """import('/data/plugin/ner/static/chart.js').then(({drawChart}) => {
        const types = ["LOC", "ORG", "PER", "MISC"];
        const counts = [...types, "spurious"].map((_, row) => [0, 1, 2, 3, 4].map(column => row === column ? 3 : 1));
        const levels = {entity: {rows: [...types, "spurious"], columns: [...types, "missed"], counts}};
        const headers = Array.from({length: 40_000}, (_, step) => ({step, levels, types}));
        const parent = document.createElement("div");
        drawChart(parent, {headers, level: "entity", selected: 0, against: null, onSelect: () => {}});
        return [...parent.querySelectorAll("polyline")].map(one => one.getAttribute("points").split(" ").length);
    })"""
    assert tab.run(script) == [40_000] * 5


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


def test_the_keyboard_reaches_every_cell(tab):
    grid = tab.frame.get_by_role("grid", name="Confusion matrix")
    tabbable = grid.locator("[tabindex='0']")
    expect(tabbable).to_have_count(1)
    tabbable.focus()
    for key in ("ArrowDown", "End", "ArrowLeft", "Enter"):
        tab.page.keyboard.press(key)
    told = grid.locator("button[aria-pressed=true]")
    name = "gold ORG, predicted LOC: 2 of 9 (22.2% by gold), in 2 sentences"
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


def test_an_address_that_cannot_be_written_is_no_error(tab):
    too_many = "() => { throw new DOMException('too many calls', 'SecurityError') }"
    tab.page.evaluate(f"history.replaceState = {too_many}; null")
    try:
        tab.cell("ORG", "LOC").click()
        expect(tab.frame.locator(".panel h2")).to_have_text("2 entities: gold ORG, predicted LOC")
    finally:
        tab.page.evaluate("delete history.replaceState")


def test_what_went_wrong_is_told_once(tab):
    with tab.page.expect_console_message():
        tab.run("console.error('wrong')")
    with pytest.raises(AssertionError, match="wrong"):
        tab.expect_no_troubles()
    tab.expect_no_troubles()


def test_dark_mode_is_followed(tab):
    theme = "document.documentElement.dataset.theme"
    for is_dark, name in ((False, "light"), (True, "dark"), (False, "light")):
        tab.page.evaluate(f"document.body.classList.toggle('dark-mode', {str(is_dark).lower()})")
        eventually(lambda: tab.run(theme), name)


def test_the_focus_stays_on_what_was_pressed(tab):
    errors = tab.frame.get_by_role("group", name="Errors by type")
    errors.get_by_role("button").nth(1).press("Enter")
    expect(errors.get_by_role("button").nth(1)).to_have_attribute("aria-pressed", "true")
    expect(errors.get_by_role("button").nth(1)).to_be_focused()
    tab.page.keyboard.press("Enter")
    expect(errors.get_by_role("button").nth(1)).to_have_attribute("aria-pressed", "false")
    expect(errors.get_by_role("button").nth(1)).to_be_focused()
