"""Why an entity has its label: asked of the tab's server, and in a real browser."""

import json

import pytest

from ner.errors import InputError
from ner.inference.report_names import with_ensemble
from ner.run_dir.workdir import evaluation_run
from ner.tensorboard.plugin.explanations import LOADING, Explanations, Question, work_folder
from tests.served_board import HOSTILE, fetch, wait_until
from tests.tensorboard.tab_page import expect

QUESTION = Question(["Selk", "&", "Sons", "won", "!"], [3], 0, 3, "ORG", "LOC")


@pytest.fixture
def tab(tab):
    """The page, loaded anew at the end: explanations stay with the sentences."""
    yield tab
    tab.page.reload()


def test_a_model_is_loaded_in_the_background_and_then_explains(logs):
    explanations = Explanations(str(logs))
    assert explanations.answer("validation", QUESTION) == LOADING
    assert wait_until(lambda: explanations.answer("validation", QUESTION) != LOADING)
    found = explanations.answer("validation", QUESTION)
    assert found["text"] == "Selk & Sons won!"
    assert (found["step"], found["start"], found["end"]) == (3, 0, 11)
    assert sum(found["shares"]) + found["gap"] == pytest.approx(found["score"] - found["baseline"], abs=2e-3)
    assert found["complete"]
    assert all(abs(share) > 0 for _, _, share in found["fragments"])
    with pytest.raises(InputError, match="the model has no label B-PER"):
        explanations.answer("validation", QUESTION._replace(label="PER"))


def test_a_run_belongs_to_the_work_folder_around_its_logs(logs, tmp_path, monkeypatch):
    work = logs.parent
    assert work_folder(str(logs), "validation").path == str(work)
    assert work_folder(str(work.parent), f"{work.name}/logs/validation").path == str(work)
    monkeypatch.chdir(work)
    assert work_folder("logs", "validation").path == str(work)
    for logdir, run in ((tmp_path, "validation"), (logs, "."), (work, "validation")):
        with pytest.raises(InputError, match="need the work folder"):
            work_folder(str(logdir), run)
    with pytest.raises(InputError, match=r"config\.json"):
        work_folder(str(tmp_path / "logs"), "validation")
    with pytest.raises(InputError, match="need --logdir"):
        work_folder("", "validation")


def test_a_report_of_an_ensemble_is_not_explained_by_one_of_its_models(logs):
    for run in ("test", "my-ensemble-data"):
        run_of_ensemble = evaluation_run(with_ensemble(run))
        with pytest.raises(
            InputError, match=rf"^{run_of_ensemble} is of an ensemble.*ner\.tag .*--ensemble.*--explain"
        ):
            Explanations(str(logs)).answer(run_of_ensemble, QUESTION)
        assert work_folder(str(logs), evaluation_run(run)).path == str(logs.parent)


def test_questions_that_make_no_sense_are_refused(shared):
    path = "data/plugin/ner/explain"
    asked = {"run": "validation", "no_space_after": "", "first": 0, "end": 1, "label": "ORG", "against": "O"}
    for wrong in ({"tokens": "[1]"}, {"tokens": '["a"]', "end": 2}, {"tokens": '[""]'}, {"tokens": "["}, {}):
        assert fetch(shared.address, path, **{**asked, **wrong})[0] == 400
    status, content, _ = fetch(shared.address, path, **{**asked, "tokens": '["a"]', "run": "../other"})
    assert (status, json.loads(content)) == (
        404,
        {"error": "Not found: the run ../other is not in the log folder (any more)"},
    )


def test_tokens_that_are_nested_too_deeply_for_python_are_refused_too():
    with pytest.raises(ValueError, match=r"^\[{100}$"):
        Question.from_request({"tokens": "[" * 100_000, "no_space_after": "", "first": "0", "end": "1"})


def test_letters_for_and_against_a_label_are_coloured(tab):
    tab.cell("ORG", "LOC").click()
    expect(tab.frame.locator(".panel h2")).to_have_text("2 entities: gold ORG, predicted LOC")
    card = tab.frame.locator("li.card", has_text="Selk & Sons")
    card.get_by_text("Why?").press("Enter")
    expect(card.locator("select").nth(1).locator("option:checked")).to_have_text("LOC rather than ORG")
    expect(card.locator("p.letters")).to_have_text("Selk & Sons", timeout=120_000)
    expect(card.locator("p.letters .asked")).to_have_count(11)
    expect(card.locator("p.letters .for, p.letters .against").first).to_be_visible()
    expect(card.get_by_text("Against LOC:")).to_be_visible()
    expect(card.locator(".answer")).to_contain_text("Best weights, of step 3.")
    card.locator("select").nth(1).select_option("ORG rather than O")
    expect(card.locator(".answer")).to_contain_text("Log-odds of ORG to O: ")
    tab.frame.get_by_label("Order").select_option("file order")
    tab.expect_setting("order=file")
    expect(card.locator("p.letters")).to_have_text("Selk & Sons")  # the list was drawn again
    tab.cell("ORG", "missed").click()
    expect(tab.frame.locator(".panel h2")).to_contain_text("gold ORG, predicted missed")
    hostile = tab.frame.locator("li.card", has_text=HOSTILE[0])
    hostile.get_by_text("Why?").click()
    expect(hostile.locator("p.letters")).to_contain_text(HOSTILE[0])
