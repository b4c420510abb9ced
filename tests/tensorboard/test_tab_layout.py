"""The NER tab with many classes and many runs, narrow and dark: what is legible, in its place and within reach."""

import itertools
import re

import pytest

from tests.served_board import ask, running_board, wait_until
from tests.tensorboard.many_classes import FEW, MANY, NUM_TRIALS, write_many_classes
from tests.tensorboard.tab_page import Tab, eventually, expect

WIDE = {"run": "wide/validation"}
BEST = "sweep/learning_rate=0.039,lstm_units=96,seed=3/logs/validation"
VIEWS = {
    "4 types, 40 runs": {"run": BEST, "gold": "ORG", "predicted": "missed"},
    "20 types": {**WIDE, "slice": "words: 2"},
    "two steps": {**WIDE, "against_run": "wide/validation", "against_step": "200", "list": "regressed"},
    "41 labels": {**WIDE, "level": "character"},
}
OPEN_RUNS = "document.querySelector('.all-runs').open = true"
TABBABLE = """[...document.querySelectorAll('a[href], button, input, select, summary, [tabindex]')].filter(one =>
    one.tabIndex >= 0 && !one.disabled && one.checkVisibility() && !(one.type === 'radio' && !one.checked))"""


@pytest.fixture(scope="module")
def shared_wide(browser, tmp_path_factory):
    logs = tmp_path_factory.mktemp("wide")
    write_many_classes(logs)
    with running_board(logs, "--load_fast=true") as address:
        assert wait_until(lambda: len(ask(address, "data/plugin/ner/runs")["runs"]) == NUM_TRIALS + 1)
        yield Tab(browser, address, {"run": "wide/validation"})


@pytest.fixture
def wide(shared_wide):
    shared_wide.show()
    yield shared_wide
    shared_wide.page.set_viewport_size({"width": 1400, "height": 900})
    set_theme(shared_wide, "light")
    shared_wide.expect_no_troubles()


def set_theme(tab, theme):
    tab.page.evaluate(f"document.body.classList.toggle('dark-mode', {str(theme == 'dark').lower()})")
    eventually(lambda: tab.run("document.documentElement.dataset.theme"), theme)


@pytest.mark.parametrize("view", VIEWS)
def test_nothing_sticks_out_or_overlaps_at_any_width(wide, view):
    wide.show(**VIEWS[view])
    for width in (1440, 1024, 800):
        wide.page.set_viewport_size({"width": width, "height": 900})
        eventually(lambda: wide.run("document.documentElement.scrollWidth - document.documentElement.clientWidth"), 0)
        eventually(lambda: wide.run(_OVERLAPS), [])
        eventually(lambda: wide.run(_CUT_OFF), [])
        tables = ".slices, .strings, .by-class, .confusions" if view.startswith("4 types") else ".slices"
        eventually(lambda tables=tables: wide.run(_SCROLLING % tables), [])


# Texts of the matrix that are wider than their cell.
_OVERLAPS = """[...document.querySelectorAll('.matrix .share, .matrix .count')].filter(
    one => one.scrollWidth > one.closest('td').clientWidth + 1).map(one => one.textContent)"""
# Tables that are wider than their place, by how much.
_SCROLLING = """[...document.querySelectorAll('%s')].map(one => one.parentElement).filter(
    one => one.scrollWidth > one.clientWidth).map(one => one.scrollWidth - one.clientWidth)"""
# Controls of which a part is neither visible nor can be scrolled to.
_CUT_OFF = """[...document.querySelectorAll('button, select, input, summary')].filter(one => {
    const box = one.getBoundingClientRect();
    return box.width && box.right > document.documentElement.clientWidth + 1 && !one.closest('.wide');
}).map(one => one.outerHTML.slice(0, 80))"""


@pytest.mark.parametrize(
    ("view", "theme"), [("4 types, 40 runs", "dark"), ("two steps", "light"), ("20 types", "dark")]
)
def test_no_rule_of_accessibility_is_broken(wide, view, theme):
    wide.show(**VIEWS[view])
    set_theme(wide, theme)
    wide.run(OPEN_RUNS)
    assert wide.accessibility_violations() == []


def test_the_keyboard_alone_reaches_every_control(wide):
    wide.show(**VIEWS["4 types, 40 runs"])
    number = wide.run(f"""{{
        window.reached = new Set();
        document.addEventListener('focusin', event => window.reached.add(event.target));
        {TABBABLE}[0].focus();
        {TABBABLE}.length }}""")
    for _ in range(number - 1):
        wide.page.keyboard.press("Tab")
    missing = f"{TABBABLE}.filter(one => !window.reached.has(one)).map(one => one.outerHTML.slice(0, 80))"
    eventually(lambda: wide.run(missing), [])


@pytest.mark.parametrize("focus", ["TensorBoard's page", "the tab"])
def test_keys_move_the_step_wherever_the_focus_is(wide, focus):
    wide.page.evaluate("document.activeElement.blur()")
    if focus == "the tab":
        wide.frame.get_by_role("slider", name="Step").focus()
    for key, step in (("[", 600), ("[", 400), ("]", 600)):
        wide.page.keyboard.press(key)
        wide.expect_setting(f"step={step}")
    wide.page.keyboard.press("Escape")  # nothing is open


def test_a_bracket_can_be_typed_into_a_search(wide):
    search = wide.frame.get_by_role("searchbox").first
    search.press("[")
    expect(search).to_have_value("[")
    wide.page.keyboard.press("Escape")
    expect(wide.page).not_to_have_url(re.compile("p.ner.step=600"))


def test_lines_of_twenty_types_can_be_told_apart_and_are_named(wide):
    swatches = wide.frame.locator(".by-class .swatch")
    expect(swatches).to_have_count(len(MANY) + 1)
    looks = swatches.evaluate_all("all => all.map(one => one.getAttribute('style'))")
    assert len(set(looks)) == len(looks)
    names = wide.frame.locator(".curve-name")
    expect(names).to_have_count(len(MANY) + 1)
    places = sorted(names.evaluate_all("all => all.map(one => Number(one.getAttribute('y')))"))
    assert all(after - before > 5 for before, after in itertools.pairwise(places))


def test_a_class_is_highlighted_under_the_pointer(wide):
    lit = wide.frame.locator(".matrix .lit")
    expect(lit).to_have_count(0)
    wide.frame.locator(".matrix tbody th", has_text="Person").hover()
    # Its row with name, missed and support; its column with name and spurious.
    expect(lit).to_have_count(len(MANY) + 3 + len(MANY) + 1)
    wide.frame.locator(".by-class tr", has_text="Person").hover()
    faint = wide.frame.locator("polyline.faint")
    expect(faint).to_have_count(len(MANY))


def test_evaluations_of_other_sentences_are_compared_by_scores_alone(wide):
    wide.show(run=BEST, against_run="wide/validation")
    expect(wide.frame.get_by_text("not of the same sentences")).to_have_text(
        re.compile("no interval of the difference")
    )
    for changes in (".which", ".error-button .change", ".scores .better, .scores .worse"):
        expect(wide.frame.locator(changes)).to_have_count(0)
    expect(wide.frame.locator("section[aria-label='Confusion matrix'] h2")).to_contain_text("Gold in rows")
    expect(wide.frame.get_by_role("radio", name="Fixed")).to_be_hidden()
    expect(wide.frame.locator("p.sentence")).not_to_have_count(0)


def test_two_runs_are_named_without_what_both_share(wide):
    other = "sweep/learning_rate=0.001,lstm_units=96,seed=1/logs/validation"
    wide.show(run=BEST, against_run=other, list="fixed")
    heading = wide.frame.locator("section[aria-label='Confusion matrix'] h2")
    expect(heading).to_have_text("Step 400 minus learning_rate=0.001,lstm_units=96,seed=1, step 400")
    which = wide.frame.locator(".card").first.locator(".which")
    names = ["learning_rate=0.001,lstm_units=96,seed=1", "learning_rate=0.039,lstm_units=96,seed=3"]
    expect(which).to_have_text([f"{name}, step 400" for name in names])


def test_correct_predictions_are_listed_by_the_confidence_that_they_show(wide):
    wide.show(run=BEST, gold="LOC", predicted="LOC")
    expect(wide.frame.locator(".panel h2")).to_contain_text("LOC correct")
    shown = wide.frame.locator(".card .confidence").all_text_contents()
    confidences = [int(text.removeprefix("confidence ").removesuffix("%")) for text in shown]
    assert len(confidences) > 10
    assert confidences == sorted(confidences)


def test_a_single_evaluation_has_no_earlier_steps_to_filter_by(wide):
    earlier_steps = wide.frame.get_by_label("Earlier steps")
    expect(earlier_steps).to_be_visible()
    wide.show(run=BEST)
    expect(earlier_steps).to_be_hidden()
    expect(wide.frame.locator(".legend .square").first).to_be_hidden()


def test_the_largest_confusions_are_the_way_into_a_large_matrix(wide):
    first = wide.frame.locator("main h2").first
    expect(first).to_have_text("Largest confusions")
    wide.show(run=BEST)
    expect(first).to_contain_text("Gold in rows")


def test_classes_whose_names_begin_alike_can_be_told_apart(wide):
    """By all of their letters, where there are not more than some 25."""
    cut = """[...document.querySelectorAll('.matrix th bdi, .confusions button')].filter(
        one => one.scrollWidth > one.clientWidth || one.scrollHeight > one.clientHeight).map(one => one.textContent)"""
    wide.page.set_viewport_size({"width": 1440, "height": 900})
    eventually(lambda: wide.run(cut), [])
    assert wide.frame.locator(".matrix thead th").filter(has_text="Administrative-region").count() == 1


def test_forty_runs_are_sorted_by_score_and_the_best_is_opened(wide):
    wide.show(run="")
    wide.run(OPEN_RUNS)
    rows = wide.frame.locator(".runs tbody tr")
    expect(rows).to_have_count(NUM_TRIALS + 1)
    micro = [float(text) for text in rows.locator("td:nth-child(4)").all_text_contents()]
    assert micro == sorted(micro, reverse=True)
    expect(rows.first).to_have_class("open")
    expect(wide.frame.locator(".summary")).to_contain_text(f"F1 (micro average) {micro[0]:.3f}")
    types = wide.frame.locator(".runs thead th")
    expect(types).to_have_count(4 + len({*FEW, *MANY}))
    names = wide.frame.locator("header select").first.locator("option")
    expect(names.first).to_have_text(f"{rows.first.locator('th').inner_text()} · {micro[0]:.3f}")
