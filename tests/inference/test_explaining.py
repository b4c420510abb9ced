"""Tagged texts with explanations: as documents, as JSON, and as lines for a terminal."""

import json

import pytest

from ner import tag
from ner.errors import InputError
from ner.evaluation.explainer import Explanation
from ner.inference.doc import Doc
from ner.inference.ensemble_options import EnsembleOptions
from ner.inference.explaining import DocExplainer
from ner.inference.inputs.input_text import InputText
from ner.inference.outputs.explained_text import as_explained
from ner.inference.outputs.rendering import RenderOptions, renderer
from ner.text.tokenizer import TokenizedText
from tests.forked import run_program
from tests.inference.test_split_evaluation import other_run

TEXT = "Ada left. Ostrel Bay won."


def test_each_entity_is_explained_in_its_own_sentence(work):
    text = TokenizedText.from_text(TEXT)
    doc = Doc(text, ("B-PER", "O", "O", "B-LOC", "I-LOC", "O", "O"), (0.9,) * 7)
    whole = DocExplainer.load(work.path)(doc)
    assert [(one.label, one.first, len(one.shares)) for one in whole.explanations] == [("PER", 0, 25), ("LOC", 0, 25)]
    split = DocExplainer.load(work.path, split_sentences=True)(doc)
    assert [(one.label, one.first, len(one.shares)) for one in split.explanations] == [("PER", 0, 9), ("LOC", 10, 15)]
    for one in (*whole.explanations, *split.explanations):
        assert sum(one.shares) + one.gap == pytest.approx(one.score - one.baseline)
        assert one.is_complete
    ada, bay = whole.to_json()["entities"]
    assert list(ada["explanation"]) == ["against", "score", "baseline", "gap", "first", "shares"]
    assert bay["explanation"]["shares"] == [round(share, 4) for share in whole.explanations[1].shares]


def test_an_entity_that_is_too_long_has_no_explanation_and_the_others_keep_theirs(work):
    text = TokenizedText.from_text(f"{'a' * 1_001} left Ostrel")
    doc = DocExplainer.load(work.path)(Doc(text, ("B-PER", "O", "B-LOC"), (0.9,) * 3))
    long, ostrel = doc.to_json()["entities"]
    assert (long["explanation"], ostrel["explanation"]["first"]) == (None, 1_002)  # from "left" on
    line = renderer(("LOC", "PER"), RenderOptions(output="colour")).text(InputText(text, "-", 1, None), doc)
    assert [one.split(":")[0] for one in line.splitlines()[1:]] == ["  Ostrel"]


EXPLAINED = Doc(
    TokenizedText.from_text("\U0001f600 Ada, Bo"),
    ("O", "B-PER", "O", "B-PER"),
    (0.9, 0.4, 0.9, 0.8),
    explanations=tuple(Explanation("PER", "O", start, end, 1.0, 0.0, 2, (1.0,) * 7) for start, end in ((2, 5), (7, 9))),
)


@pytest.mark.parametrize(("offsets", "first"), [("codepoint", 2), ("utf16", 3), ("byte", 5)])
def test_the_place_of_an_explanation_counts_as_that_of_its_entity_does(offsets, first):
    ada, bo = EXPLAINED.to_json(offsets)["entities"]
    assert (ada["start"], ada["explanation"]["first"], bo["explanation"]["first"]) == (first, first, first)


def test_entities_that_are_confident_enough_keep_their_explanations():
    kept = EXPLAINED.confident(0.5)
    assert [(one.text, explained.start) for one, explained in zip(kept.ents, kept.explanations, strict=True)] == [
        ("Bo", 7)
    ]
    assert EXPLAINED.confident(0.1).explanations == EXPLAINED.explanations


def test_several_models_are_explained_together(work, records, tmp_path):
    other = other_run(work, records[0], tmp_path / "other")
    doc = Doc(TokenizedText.from_text("Ada left."), ("B-PER", "O", "O"), (0.9,) * 3)
    alone, both = (DocExplainer.load(*paths)(doc).explanations[0] for paths in ([work.path], [work.path, other.path]))
    assert both.is_complete
    assert both.shares != alone.shares


def test_the_program_explains_the_models_of_its_ensemble(work, records, tmp_path, monkeypatch):
    other = other_run(work, records[0], tmp_path / "other")
    loaded = []
    load = DocExplainer.load
    monkeypatch.setattr(DocExplainer, "load", lambda *paths, **_: loaded.append(paths) or load(work.path))
    (tmp_path / "text").write_text("")
    tag.main(
        tag.Options(workdir=work.path, ensemble=EnsembleOptions(ensemble=other.path), explain=True, output="json"),
        [str(tmp_path / "text")],
    )
    assert loaded == [(work.path, other.path)]


def test_a_line_tells_what_speaks_for_a_label_and_against_it():
    found = Explanation("LOC", "O", 1, 3, 1.5, 0.0, 0, (-0.5, 2.0, 1.0, -1.0))
    assert as_explained("in\x1b!", found, colours=False) == (
        '  n\ufffd: LOC rather than O +1.50; for it "n\ufffd" +3.00; against it "!" -1.00, "i" -0.50'
    )
    missing = Explanation("LOC", "O", 1, 3, 1.5, -0.5, 0, (-0.5, 2.0, 1.0, -1.0))
    assert as_explained("in\x1b!", missing, colours=False).endswith('"i" -0.50; unattributed: +0.50 of +2.00')
    coloured = as_explained("in\x1b!", found, colours=True)
    assert coloured.startswith("  \x1b[41;24mi\x1b[44;4mn\ufffd\x1b[41;24m!\x1b[0m: LOC")


def test_the_program_explains_on_demand_and_refuses_what_it_cannot_show(work):
    done = run_program("ner.tag", f"--workdir={work.path}", "--explain", input=TEXT.encode())
    assert done.returncode == 0, done.stderr
    entities = json.loads(done.stdout)["entities"]
    assert all(len(one["explanation"]["shares"]) == len(TEXT) for one in entities)
    with pytest.raises(InputError, match="--output=json or colour"):
        tag.Options(workdir=work.path, explain=True, output="html")
