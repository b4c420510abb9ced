"""The NER tab's server, asked over HTTP with both of TensorBoard's loaders."""

import json
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ner.evaluation.analysis import bootstrap
from ner.evaluation.reports import figures
from ner.tensorboard.plugin import payload
from ner.tensorboard.writer import make_writer, write_evaluation
from tests.predicted import evaluation_of, predictions_of
from tests.served_board import (
    LOADERS,
    ask,
    evaluation_at,
    fetch,
    running_board,
    sentences_at,
    wait_until,
    write_run,
)

ROOT = Path(__file__).parent.parent.parent
STATIC = ROOT / "ner/tensorboard/plugin/static"
NER = "data/plugin/ner/"
LOC, ORG, MISSED = range(3)
RIGHT, UNDECIDED = 128, 255


def write_mixed_run(logs):
    """A run `mixed` whose steps 10, 20 and 40 are of the same sentences, and whose steps 30 and 50 of others."""
    writer = make_writer(str(logs), "mixed")
    for step, as_at in ((10, 200), (20, 300), (30, 300), (40, 300), (50, 300)):
        evaluation = evaluation_of(predictions_of(sentences_at(as_at)), split="mixed", step=step)
        write_evaluation(writer, replace(evaluation, fingerprint="others") if step in (30, 50) else evaluation)
    writer.close()


def write_partly_annotated_run(logs):
    """A run `partial` of which step 20 widens the first entity over a word without annotation."""
    writer = make_writer(str(logs), "partial")
    for step, ostrel, bay, selk in ((10, "B-ORG", "O", "B-ORG"), (20, "B-ORG", "I-ORG", "O"), (30, "O", "O", "B-ORG")):
        sentences = [
            [("Ostrel", "B-ORG", ostrel, 0.9), ("Bay", "-", bay, 0.9), ("won", "O", "O", 0.9)],
            [("Ova", "B-LOC", "B-LOC", 0.9)],
            [("Selk", "B-ORG", selk, 0.9)],
        ]
        write_evaluation(writer, evaluation_of(predictions_of(sentences), split="partial", step=step))
    writer.close()


@pytest.fixture(scope="module")
def logs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("logs")
    with pytest.MonkeyPatch.context() as patched:  # thirty times three pictures that nobody looks at
        patched.setattr(figures, "confusion_rgb", lambda *_: np.zeros([8, 8, 3], np.uint8))
        write_run(folder, "validation", range(10, 310, 10))
        write_run(folder, "test", [300])
    write_partly_annotated_run(folder)
    write_mixed_run(folder)
    writer = make_writer(str(folder), "ill")
    good = [json.dumps({"version": payload.VERSION}).encode(), *[b""] * (len(payload.PARTS) - 1)]
    with writer.as_default():
        for step, blobs in enumerate([good, [b'{"version": 99}', *good[1:]], [b"\xff", *good[1:]], [b"{}"]]):
            import tensorflow as tf

            tf.summary.write(payload.TAG, tf.constant(blobs), step=step, metadata=payload.metadata())
    writer.close()
    return folder


@pytest.fixture(scope="module", params=LOADERS, ids=lambda fast: f"load_fast={fast}")
def address(logs, request):
    with running_board(logs, f"--load_fast={request.param}") as found:
        assert wait_until(lambda: len(ask(found, NER + "runs")["runs"]) == 5)
        assert wait_until(lambda: len(ask(found, NER + "evaluations", run="validation")["evaluations"]) == 30)
        yield found


def test_runs_are_those_with_evaluations(address):
    runs = ask(address, NER + "runs")["runs"]
    last = [("ill", 3), ("mixed", 50), ("partial", 30), ("test", 300), ("validation", 300)]
    assert [(run["name"], run["last"]) for run in runs] == last
    written = [run["written"] for run in runs]
    assert written == sorted(set(written), reverse=True)
    assert written[-1] > time.time() - 3600


def test_headers_of_every_step_have_the_matrices_of_the_report(address):
    headers = ask(address, NER + "evaluations", run="validation")["evaluations"]
    assert [header["step"] for header in headers] == list(range(10, 310, 10)), "no step is left out"
    report = evaluation_at(300).report.to_json()
    levels = headers[-1]["levels"]
    assert levels["entity"]["counts"] == [list(row.values()) for row in report["entities"]["confusion"].values()]
    assert levels["word"]["counts"] == report["words"]["confusion_matrix"]
    assert levels["character"]["counts"] == report["characters"]["confusion_matrix"]


def test_an_evaluation_that_cannot_be_read_is_named_and_others_are_shown(address):
    headers = ask(address, NER + "evaluations", run="ill")["evaluations"]
    assert [header.get("error", "")[:36] for header in headers] == [
        "",
        "written by another version of this p",
        "damaged: not an evaluation of this p",
        "damaged: not an evaluation of this p",
    ]


def test_strings_are_those_of_the_evaluation(address):
    expected = evaluation_at(300).strings
    answer = ask(address, NER + "strings", run="validation", step=300)
    assert [row[:3] for row in answer["strings"]] == [[one.text, one.times, one.correct] for one in expected]
    assert answer["numStrings"] == len(expected)


def test_sentences_are_paged_and_narrowed(address):
    def listed(**query):
        answer = ask(address, NER + "sentences", run="validation", step=300, **query)
        return [item["sentence"]["n"] for item in answer["items"]], answer["matching"], answer["kept"]

    assert listed() == ([0, 4, 3, 5], 4, 4)
    assert listed(limit=2) == ([0, 4], 4, 4)
    assert listed(limit=2, offset=2) == ([3, 5], 4, 4)
    assert listed(row=ORG, column=LOC) == ([0, 4], 2, 2)
    assert listed(row=ORG, column=LOC, history="correct") == ([0], 1, 2)
    assert listed(row=LOC, column=LOC, history="never") == ([], 0, 2)
    assert listed(history="never") == ([4, 5], 2, 4)
    assert listed(error="missed") == ([3, 5], 2, 2)
    assert listed(search="tarn") == ([1], 1, 6)
    slices = ask(address, NER + "evaluations", run="validation")["evaluations"][-1]["slices"]
    not_seen = next(number for number, one in enumerate(slices) if one[:2] == ["mention", "not in training"])
    assert listed(slice=not_seen)[1:] == (slices[not_seen][-1],) * 2


def test_sentences_that_changed_are_those_of_the_evaluation_that_has_them_wrong(address):
    def changed(kind, step=300):
        query = {"kind": kind, "against_run": "validation", "against_step": 100}
        answer = ask(address, NER + "sentences", run="validation", step=step, **query)
        assert answer["changed"] == answer["changed_entities"] == len(answer["items"])
        return [(item["sentence"]["n"], item["sentence"]["predicted"]) for item in answer["items"]]

    assert changed("fixed") == [(2, [0, 0])], "as it was predicted when it was wrong"
    assert changed("regressed") == [(3, [0, 0])]
    assert changed("fixed", step=100) == []


def test_sentences_have_what_the_other_evaluation_predicted(address):
    def others(**query):
        against = {"against_run": "validation", "against_step": 200}
        answer = ask(address, NER + "sentences", run="validation", step=300, **against, **query)
        return {item["sentence"]["n"]: item["other"]["predicted"] for item in answer["items"]}

    assert others(row=ORG, column=LOC) == {0: [3, 0, 1], 4: [1, 2, 2]}
    assert others(kind="regressed") == {0: [3, 0, 1]}
    assert "other" not in ask(address, NER + "sentences", run="validation", step=300)["items"][0]


def test_history_follows_entities_and_sentences_through_all_steps(address):
    answer = ask(address, NER + "history", run="validation", step=10, entities="0,3,999", sentences="0,2")
    steps = answer["steps"]
    assert steps == list(range(10, 310, 10))
    by_step = dict(zip(steps, answer["entities"], strict=True))
    assert by_step[190] == [LOC, MISSED, None]
    assert by_step[200] == [ORG + RIGHT, ORG + RIGHT, None]
    assert by_step[300] == [LOC, ORG + RIGHT, None]
    assert dict(zip(steps, answer["sentences"], strict=True))[200] == [True, True]


def test_only_evaluations_of_the_sentences_that_are_shown_belong_together(address):
    def steps(step):
        return ask(address, NER + "history", run="mixed", step=step, sentences="0")["steps"]

    def ostrel(step, history):
        query = {"row": ORG, "column": LOC, "history": history, "search": "Ostrel"}
        return ask(address, NER + "sentences", run="mixed", step=step, **query)["matching"]

    def mapped(step):
        cells = ask(address, NER + "data_map", run="mixed", step=step)["cells"]
        return sum(count for deviation, _, count, _ in cells if deviation)

    assert (steps(20), steps(50)) == ([10, 20, 40], [30, 50])
    assert [ostrel(step, history) for step in (40, 50) for history in ("correct", "never")] == [1, 0, 0, 1]
    assert (mapped(40), mapped(50)) == (1, 0)
    changing = {"run": "mixed", "region": "1,20,0,20"}
    pages = [ask(address, NER + "sentences", step=step, **changing) for step in (40, 50)]
    assert [page["region_entities"] for page in pages] == [1, 0]
    assert fetch(address, NER + "history", run="mixed", step=11, sentences="0")[0] == 404


def test_the_overview_has_the_last_evaluation_of_each_run_that_can_be_read(address):
    runs = ask(address, NER + "overview")["runs"]
    assert [(run["name"], run["split"], run["step"]) for run in runs] == [
        ("mixed", "mixed", 50),
        ("partial", "partial", 30),
        ("test", "test", 300),
        ("validation", "validation", 300),
    ]
    assert runs[2]["entity"]["counts"] == evaluation_at(300).report.scores.entities.counts.tolist()


def test_two_evaluations_are_compared_by_paired_bootstrap(address):
    pair = {"run": "validation", "step": 300, "against_run": "test", "against_step": 300}
    assert ask(address, NER + "compare", **pair) == {
        "difference": 0.0, "interval": [0.0, 0.0], "better": 0.5, "unit": "sentence",
    }  # fmt: skip
    earlier = ask(address, NER + "compare", **{**pair, "against_run": "validation", "against_step": 100})
    counts = [evaluation_at(step).units.counts for step in (300, 100)]
    expected = bootstrap.compare(*counts)
    assert earlier == {**expected, "interval": list(expected["interval"]), "unit": "sentence"}


def test_an_entity_that_is_undecided_at_a_step_is_neither_correct_nor_wrong_there(address):
    history = ask(address, NER + "history", run="partial", step=20, entities="0,1,2", sentences="")
    assert history["entities"] == [
        [ORG + RIGHT, LOC + RIGHT, ORG + RIGHT], [UNDECIDED, LOC + RIGHT, MISSED], [MISSED, LOC + RIGHT, ORG + RIGHT],
    ]  # fmt: skip

    def compared(path, step, against_step, **query):
        return ask(
            address, NER + path, run="partial", step=step, against_run="partial", against_step=against_step, **query
        )

    assert compared("compare", 20, 10)["difference"] == pytest.approx(2 / 3 - 1)
    assert [compared("sentences", 20, 10, kind=kind)["changed_entities"] for kind in ("fixed", "regressed")] == [0, 1]
    assert [compared("sentences", 10, 20, kind=kind)["changed_entities"] for kind in ("fixed", "regressed")] == [1, 0]
    [item] = compared("sentences", 30, 20)["items"]
    assert item["sentence"]["gold"] == [3, 0, 0]
    assert item["other"]["gold"] == item["other"]["predicted"] == [0, 0, 0]
    cells = ask(address, NER + "data_map", run="partial", step=30)["cells"]
    assert sorted((count, correct) for _, _, count, correct in cells) == [(1, 1.0), (2, 0.583)], "1 of 2 and 2 of 3"


@pytest.mark.parametrize(
    ("path", "query", "status", "message"),
    [
        ("evaluations", {"run": "gone"}, 404, "the run gone is not in the log folder"),
        ("strings", {"run": "test", "step": 299}, 404, "no evaluation of test at step 299"),
        ("sentences", {"run": "test", "step": "x"}, 400, "invalid request"),
        ("sentences", {"run": "test", "step": 300, "order": "best"}, 400, "invalid request"),
        ("sentences", {"run": "test", "step": 300, "limit": 1_000_000}, 400, "invalid request"),
        (
            "sentences",
            {"run": "test", "step": 300, "kind": "other", "against_run": "test", "against_step": 300},
            400,
            "invalid request",
        ),
        ("evaluations", {}, 400, "invalid request"),
        ("history", {"run": "test", "step": 300, "entities": "-1"}, 400, "invalid request"),
        ("history", {"run": "test", "step": 300, "sentences": ",".join(["1"] * 3000)}, 400, "invalid request"),
    ],
)
def test_a_wrong_request_is_answered_in_words(address, path, query, status, message):
    found, content, _ = fetch(address, NER + path, **query)
    assert (found, message in json.loads(content)["error"]) == (status, True)


def test_every_file_of_the_tab_is_served_and_nothing_else(address):
    for path in STATIC.iterdir():
        status, content, headers = fetch(address, f"{NER}static/{path.name}")
        assert (status, content) == (200, path.read_bytes())
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Type"].split(";")[0] == {".js": "text/javascript", ".css": "text/css"}[path.suffix]
    assert fetch(address, f"{NER}static/../plugin.py")[0] == 404


def test_outcomes_past_the_limit_are_not_kept(monkeypatch):
    from ner.tensorboard import plugin_data

    monkeypatch.setattr(plugin_data, "MAX_HISTORY", 2)
    header, entities, confidences, sentences, *_ = plugin_data.blobs_of(evaluation_at(300))
    assert len(entities) == len(confidences) == 2
    assert len(payload.sentence_bits(sentences)) == 8
    assert json.loads(header)["history"] == 2
    assert np.sum(json.loads(header)["sentences"]) == 6


def test_listed_sentences_are_downloaded_as_files(address):
    query = {"run": "validation", "step": 300, "level": "entity", "row": ORG, "column": LOC}
    status, content, headers = fetch(address, NER + "download", form="jsonl", **query)
    assert (status, headers["X-Sentences"], headers["X-Left-Out"]) == (200, "2", "0")
    assert headers["Content-Disposition"] == "attachment; filename*=UTF-8''validation-sentences.jsonl"
    assert [json.loads(line)["text"] for line in content.decode().splitlines()] == ["Ostrel beat Ova", "Selk & Sons"]
    assert fetch(address, NER + "download", form="xlsx", **query)[0] == 400
    nothing = {**query, "row": 7}
    status, content, _ = fetch(address, NER + "download", form="brat", **nothing)
    assert (status, json.loads(content)) == (404, {"error": "no sentence to download"})
