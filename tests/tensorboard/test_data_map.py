"""The data map: from the confidences of evaluations to regions and their sentences, on the server and in a browser."""

import numpy as np
import pytest

from ner.tensorboard.plugin.data_map import BINS, DataMap, Region
from tests.served_board import ask, fetch
from tests.tensorboard.tab_page import expect

EVERYTHING = f"0,{BINS},0,{BINS}"


def test_means_deviations_and_regions_of_entities():
    confidences = [np.array([1.0, 0.0, 0.1]), np.array([1.0, 1.0, 0.36])]
    correct = [np.array([True, False, False]), np.array([True, True, False, True])]  # one evaluation stored more
    decided = [np.ones(3, bool), np.ones(4, bool)]
    made = DataMap(confidences, correct, decided)
    np.testing.assert_allclose(made.mean, [1.0, 0.5, 0.23])
    np.testing.assert_allclose(made.deviation, [0.0, 0.5, 0.13])
    assert made.to_json() == {
        "bins": 20,
        "entities": 3,
        "cells": [[0, 19, 1, 1.0], [5, 4, 1, 0.0], [19, 10, 1, 0.5]],
    }
    assert made.inside(Region.from_text("0,8,0,8")).tolist() == [False, False, True]
    assert made.inside(Region.from_text("19,20,10,11")).tolist() == [False, True, False]
    assert DataMap([], [], []).to_json()["cells"] == []


def test_an_entity_is_correct_or_not_where_that_is_decided():
    confidences = [np.array([1.0, 0.0, 0.0])] * 3
    correct = [np.array([True, False, False]), np.array([False, False, False]), np.array([False, False, False])]
    decided = [np.array([True, False, True]), np.array([False, False, True]), np.array([True, False, True])]
    made = DataMap(confidences, correct, decided)
    assert made.to_json() == {"bins": 20, "entities": 2, "cells": [[0, 0, 1, 0.0], [0, 19, 1, 0.5]]}
    assert made.inside(Region.from_text(EVERYTHING)).tolist() == [True, False, True], "one is decided nowhere"


@pytest.mark.parametrize("text", ["", "0,8,0", "1,2,3,4,5", "0,8,8,8", "-1,2,0,1", "0,21,0,1", "a,b,c,d"])
def test_regions_outside_the_map_are_refused(text):
    with pytest.raises(ValueError):
        Region.from_text(text)


def test_the_server_lists_the_sentences_of_a_region(shared):
    found = ask(shared.address, "data/plugin/ner/data_map", run="validation", step=300)
    assert found["entities"] == sum(count for _, _, count, _ in found["cells"]) == 12
    page = ask(shared.address, "data/plugin/ner/sentences", run="validation", step=300, region=EVERYTHING)
    assert page["region_entities"] == 12
    assert [item["sentence"]["n"] for item in page["items"]] == sorted(item["sentence"]["n"] for item in page["items"])
    asked = [number for item in page["items"] for number in item["region_entities"]]
    assert (len(asked), set(asked) <= set(range(12))) == (len(set(asked)), True)
    [selk] = (item for item in page["items"] if item["sentence"]["tokens"][0] == "Selk")
    assert selk["region_entities"] == [selk["sentence"]["first"]]
    for region in ("0,99,0,1", "1,2,3"):
        status, *_ = fetch(shared.address, "data/plugin/ner/sentences", run="validation", step=300, region=region)
        assert status == 400


def test_a_region_opens_its_sentences(tab):
    regions = tab.frame.get_by_role("group", name="Regions of the data map")
    regions.get_by_role("button", name="ambiguous").press("Enter")
    expect(tab.frame.locator(".panel h2")).to_contain_text("gold entit")
    expect(tab.frame.locator(".panel h2")).to_contain_text("ambiguous")
    tab.expect_setting("region=8%2C20%2C0%2C20")
    expect(tab.frame.locator(".sentence .mark.focus").first).to_be_visible()
    tab.frame.locator("circle.entities").first.click()
    expect(tab.frame.locator(".panel h2")).to_contain_text("confidence 0.")
    tab.frame.get_by_role("button", name="Close").click()
    expect(tab.frame.locator(".panel h2")).to_contain_text("with a wrong entity")


def test_the_map_is_of_the_evaluations_of_the_sentences_that_are_shown(tab):
    first_of_others = """async (url, ask) => {
        if (!url.pathname.endsWith("/evaluations")) return ask(url);
        const {evaluations: [first, ...rest]} = await (await ask(url)).json();
        return Response.json({evaluations: [{...first, fingerprint: "others"}, ...rest]});
    }"""
    section, earlier = tab.frame.get_by_role("region", name="Data map"), tab.frame.get_by_label("Earlier steps")
    expect(section.locator(".note")).to_contain_text("at 3 evaluations")
    with tab.answered_by(first_of_others):
        tab.show(step=200)
        expect(section.locator(".note")).to_contain_text("at 2 evaluations")
        expect(earlier).to_be_visible()
        tab.show(step=100)
        expect(section).to_be_hidden()
        expect(earlier).to_be_hidden()


def test_every_dot_is_reached_by_the_keyboard_alone(tab):
    dots = tab.frame.locator("circle.entities")
    expect(dots.and_(tab.frame.locator("[tabindex='0']"))).to_have_count(1)
    start = tab.frame.locator("circle.entities[tabindex='0']")
    first = start.get_attribute("data-region")
    start.focus()
    for key in ("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"):
        tab.page.keyboard.press(key)
    moved = tab.frame.locator("circle.entities:focus")
    expect(moved).to_have_count(1)
    expect(moved).not_to_have_attribute("data-region", first)
    moved.press("Enter")
    expect(tab.frame.locator(".panel h2")).to_contain_text("confidence 0.")
    expect(tab.frame.locator("circle.entities:focus")).to_have_attribute("aria-pressed", "true")
    tab.page.keyboard.press("Enter")
    expect(tab.frame.locator(".panel h2")).to_contain_text("with a wrong entity")
