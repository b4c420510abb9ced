import json

import numpy as np
import pytest

from ner.config import Config
from ner.data.subset import Subset
from ner.evaluation.analysis.error_examples import SLICE
from ner.evaluation.metrics import mentions
from ner.evaluation.metrics.mentions import TrainingMentions
from ner.evaluation.metrics.slice_scores import SliceScores
from ner.evaluation.metrics.slices import NOT_SEEN, Slice, SlicedEntities, Slicer
from ner.run_dir.workdir import WorkDir
from ner.training_config import TrainingConfig
from tests.predicted import LABELS, SLICER, evaluation_of, predictions_of

KNOWN = TrainingMentions.from_entities([("Ova", "LOC"), ("Ova", "ORG"), ("Selk", "ORG")])


def slices_of(text, kind="LOC", num_words=1, first_word=0, sentence_words=5):
    slicer = Slicer("OvaSelk", KNOWN)
    places = (np.array([place]) for place in (num_words, first_word, sentence_words))
    members = slicer.members(SlicedEntities([text], [kind], *places))[:, 0]
    return {one.group: one.name for one, member in zip(slicer.slices, members, strict=True) if member}


def test_an_entity_is_in_one_slice_of_each_group():
    assert slices_of("Ova") == {
        "mention": "in training, same type",
        "types in training": "several",
        "case": "title",
        "words": "1",
        "sentence": "to 10 words",
        "position": "first word",
        "characters": "all in training",
    }
    assert slices_of("UFO zone", "ORG", num_words=7, first_word=2, sentence_words=41) == {
        "mention": "not in training",
        "case": "title",
        "words": "4 or more",
        "sentence": "longer",
        "position": "later",
        "characters": "some not in training",
    }


@pytest.mark.parametrize(
    ("text", "case"),
    [("UN", "upper"), ("U.S. 7", "upper"), ("ova", "lower"), ("Ova", "title"), ('"Ova', "title"), ("eBay", "other"),
     ("1984", "other"), ("\u01c5ep", "title"), ("東京", "other")],
)  # fmt: skip
def test_case(text, case):
    assert slices_of(text)["case"] == case


@pytest.mark.parametrize(("words", "name"), [(1, "to 10 words"), (10, "to 10 words"), (11, "to 20 words"),
                                             (40, "to 40 words"), (41, "longer")])  # fmt: skip
def test_sentence_length(words, name):
    assert slices_of("Ova", sentence_words=words)["sentence"] == name


def test_a_mention_of_another_type_only():
    assert slices_of("Selk", "LOC")["mention"] == "in training, other type"
    assert slices_of("Selk", "LOC")["types in training"] == "one"
    assert slices_of("Selk", "ORG")["mention"] == "in training, same type"


def test_a_wrong_type_changes_the_slice_of_the_prediction():
    # Ostrel is a LOC in training: not as gold ORG, but as predicted LOC, it is in training with its type.
    batch = predictions_of([[("Ostrel", "B-ORG", "B-LOC", 0.9)], [("Kolvery", "B-ORG", "B-ORG", 0.9)]])
    scores = SliceScores.from_batch(batch.labelled(LABELS, SLICER))
    counts = {one.name: tuple(row) for one, row in zip(scores.slices, scores.counts, strict=True)
              if one.group == "mention"}  # fmt: skip
    assert counts == {
        "in training, same type": (0, 1, 0),
        "in training, other type": (0, 0, 1),
        "not in training": (1, 1, 1),
    }
    assert scores.scores[Slice(*NOT_SEEN)].f1 == 1.0
    assert scores.scalars() == {"entity/slice_f1/unseen_mentions": 1.0}


def test_counts_add_up_and_survive_json():
    batches = [
        predictions_of([[("Ova", "B-ORG", "B-LOC", 0.9), ("fell", "O", "B-LOC", 0.9)]]),
        predictions_of([[("OVA", "B-ORG", "B-ORG", 0.9), ("Selk", "B-LOC", "O", 0.9)]], first=1),
    ]
    parts = [SliceScores.from_batch(one.labelled(LABELS, SLICER)) for one in batches]
    total = SliceScores.from_batch(batches[0].labelled(LABELS))  # not sliced: counts of no slice
    for part in parts:
        total += part
    np.testing.assert_array_equal(total.counts, parts[0].counts + parts[1].counts)
    written = json.loads(json.dumps(total.to_json()))
    assert SliceScores.from_json(written).to_json() == written
    group = written["case"]
    assert sum(one["support"] for one in group.values()) == 3
    assert sum(one["predicted"] for one in group.values()) == 3
    assert "case: upper" in "\n".join(total.to_lines())
    other = SliceScores.from_batch(batches[0].labelled(LABELS, Slicer("abc")))
    with pytest.raises(ValueError, match="different slices do not add up"):
        total + other


def test_a_report_without_slices_has_no_table_of_them():
    empty = SliceScores.from_batch(predictions_of([[("Ova", "B-LOC", "O", 0.5)]]).labelled(LABELS))
    assert empty.to_lines() == []
    assert empty.to_json() == {}
    assert SliceScores.from_json({}).slices == ()


def test_the_errors_of_a_slice_are_examples_most_confident_first():
    sentences = [
        [("OVA", "B-ORG", "B-LOC", 0.5)],
        [("OVA", "B-ORG", "B-LOC", 0.9)],
        [("OVA", "B-ORG", "B-ORG", 0.99)],
        [("Ova", "B-ORG", "O", 0.95)],
    ]
    examples = evaluation_of(predictions_of(sentences)).examples
    upper = SLICER.slices.index(("case", "upper"))
    cell = examples.cells[SLICE][upper, len(SLICER.slices)]
    assert [examples.sentences[index].position for index in cell.sentences] == [1, 0]
    assert cell.confidences == pytest.approx((0.9, 0.5))


def test_mentions_are_those_of_the_training_records_and_are_stored(work, records, monkeypatch):
    folder, dataset = records
    work = WorkDir(work.path)
    found = TrainingMentions.of_run(work, dataset, folder)
    assert found.types_of["Dorothea Ann"] == {"PER"}
    assert found.types_of["Upper Tarn"] == {"LOC"}
    assert sorted(found.by_type()) == ["LOC", "PER"]
    monkeypatch.setattr(mentions.TrainingMentions, "of_records", None)
    assert TrainingMentions.of_run(work, dataset, folder) == found, "the second time from the work folder"


def test_mentions_are_those_of_the_sentences_that_a_run_was_trained_on(tmp_path, records):
    folder, dataset = records
    training = TrainingConfig(folds=4, fold=1, train_share=0.5, seed=7)
    work = WorkDir(str(tmp_path / "work"))
    work.prepare(Config(training=training), dataset, folder)
    trained_on = Subset.to_train_on(40, 0.5, seed=7, fold=1, folds=4)
    found = TrainingMentions.of_run(work, dataset, folder)
    assert found == TrainingMentions.of_records(dataset, folder, trained_on)
    stored = json.loads((tmp_path / "work" / mentions.FILE_NAME).read_text())
    assert stored["fingerprint"].endswith("a random share of 0.5, seed 7, without fold 1 of 4")
