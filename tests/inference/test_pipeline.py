"""The Python interface."""

import dataclasses
import math
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import pytest
import tensorflow as tf

import ner
from ner.errors import InputError
from ner.inference.doc import Doc
from ner.inference.models.exported_tagger import write_tagger
from ner.inference.models.saved_model_session import load_saved_model
from ner.inference.pipeline import Tagger
from ner.run_dir.confidence_calibration import ConfidenceCalibration
from ner.text.spacing import AS_WRITTEN
from tests.character_models import capital_model, local_model

TEXTS = [f"{number} Ada, Bo went to Ostrel. " * (number % 4) for number in range(100)]


def test_a_call_gives_a_document_with_entities():
    doc = Tagger(capital_model())("So Ada (b. 1815) lived in  London.")
    assert [(ent.text, ent.label, ent.start, ent.end) for ent in doc.ents] == [
        ("So", "PER", 0, 2),
        ("Ada", "PER", 3, 6),
        ("London", "PER", 27, 33),
    ]
    assert all(0.5 < ent.confidence < 1 for ent in doc.ents)
    assert doc.to_json()["entities"][1] | {"confidence": 0} == {
        "type": "PER",
        "start": 3,
        "end": 6,
        "text": "Ada",
        "confidence": 0,
    }


def test_strings_are_cut_at_the_marks_that_stand_alone_in_training():
    nlp = Tagger(dataclasses.replace(capital_model(), lone_marks="-"))
    [doc] = nlp.pipe(["Ostrel-based"])
    assert nlp.tokenize("Ostrel-based").tokens == doc.tokens == nlp("Ostrel-based").tokens == ("Ostrel", "-", "based")
    assert [ent.text for ent in doc.ents] == ["Ostrel"]


def test_a_list_of_strings_is_a_text_of_tokens():
    doc = Tagger(capital_model())(["New York", "is", "big"])
    assert (doc.text, doc.tokens, doc.tags) == ("New York is big", ("New York", "is", "big"), ("B-PER", "O", "O"))
    assert Tagger(capital_model(AS_WRITTEN))(["So", ",", "Ada"]).text == "So, Ada"


def test_the_model_reads_what_it_was_trained_on():
    seen = []

    def reading(model):
        def log_probs(char_ids, starts, ends):
            seen.append(model.vocabulary.decode(char_ids[0]))
            return model.log_probs(char_ids, starts, ends)

        return Tagger(type(model)(model.vocabulary, model.labels, model.spacing, model.lattice, log_probs))

    reading(capital_model())("Ada,  Bo.")
    reading(capital_model(AS_WRITTEN))("Ada,  Bo.")
    assert seen == ["Ada , Bo .", "Ada, Bo."]


def test_sentences_of_a_text_are_read_one_by_one_where_asked():
    texts = ["Ada met Bo. So what? Nobody knows.", "", "Mirrin"]
    nlp = Tagger(local_model(), split_sentences=True)
    docs = nlp.tag(texts)
    assert [doc.text for doc in docs] == texts
    sentences = Tagger(local_model()).tag(["Ada met Bo.", "So what?", "Nobody knows."])
    assert docs[0].tags == tuple(tag for sentence in sentences for tag in sentence.tags)
    assert docs[0].confidences == pytest.approx([one for sentence in sentences for one in sentence.confidences])
    assert [doc.tags for doc in nlp.pipe(texts)] == [doc.tags for doc in docs]
    assert docs[0].confidences != Tagger(local_model())(texts[0]).confidences


def with_document_weight(model):
    return dataclasses.replace(model, lattice=dataclasses.replace(model.lattice, document_weight=0.7))


def test_sentences_of_a_document_inform_each_other():
    texts, documents = ["Ada met Bo.", "Bo met ada.", "Mirrin", "Bo", "Bo"], [4, 4, 4, None, None]
    nlp = Tagger(with_document_weight(local_model()))
    docs, alone = nlp.tag(texts, documents=documents), nlp.tag(texts)
    plain = Tagger(local_model()).tag(texts)
    assert [doc.confidences for doc in alone] == [doc.confidences for doc in plain]
    changed = [doc.confidences != other.confidences for doc, other in zip(docs, alone, strict=True)]
    assert changed == [True, True, False, False, False]
    split = Tagger(with_document_weight(local_model()), split_sentences=True)
    together, *others = split.tag(["Ada met Bo. Bo met ada. Mirrin", "Bo"])
    assert together.tags == docs[0].tags + docs[1].tags + docs[2].tags
    assert together.confidences == pytest.approx(docs[0].confidences + docs[1].confidences + docs[2].confidences)
    assert others[0].confidences == pytest.approx(docs[3].confidences)
    assert Tagger(with_document_weight(local_model()), decoding="vote").tag(texts, documents=documents)
    with pytest.raises(InputError, match="documents has 1 numbers, expected one for each of 5 texts"):
        nlp.tag(texts, documents=[0])


def test_a_text_that_stands_alone_is_in_no_document_whatever_its_number():
    texts = ["Ada met Bo.", "Bo met ada.", "Bo", "Ada"]
    nlp = Tagger(with_document_weight(local_model()))
    docs, alone = nlp.tag(texts, documents=[-3, -4, None, None]), nlp.tag(texts)
    assert [doc.confidences for doc in docs] == [doc.confidences for doc in alone]


def test_pipe_gives_the_documents_of_single_calls_in_order():
    nlp = Tagger(local_model())
    alone = [nlp(text) for text in TEXTS]
    for batch_size in (1, 3, 128):
        piped = list(nlp.pipe(TEXTS, batch_size=batch_size))
        assert [doc.text for doc in piped] == TEXTS
        assert [doc.tags for doc in piped] == [doc.tags for doc in alone]


def test_pipe_reads_no_more_of_a_stream_than_it_needs():
    taken = []

    def stream():
        for number in range(10_000):
            taken.append(number)
            yield f"Ada {number}"

    docs = Tagger(capital_model()).pipe(stream(), batch_size=4)
    assert next(docs).text == "Ada 0"
    assert len(taken) == 128
    assert [doc.text for doc in islice(docs, 200)] == [f"Ada {number}" for number in range(1, 201)]
    assert len(taken) == 3 * 128
    taken.clear()
    next(Tagger(capital_model()).pipe(stream(), batch_size=300))
    assert len(taken) == 300, "a batch of the size that was asked for"


def test_pipe_gives_what_came_before_an_error_of_the_stream():
    def stream():
        yield from TEXTS[:5]
        raise KeyError("theirs")

    for texts, error in ((stream(), KeyError), ([*TEXTS[:5], 7, "Bo"], InputError)):
        docs = Tagger(capital_model()).pipe(texts)
        assert [next(docs).text for _ in range(5)] == TEXTS[:5]
        with pytest.raises(error):
            next(docs)


def test_one_string_is_not_taken_for_many_texts():
    nlp = Tagger(capital_model())
    for method in (nlp.pipe, nlp.tag):
        with pytest.raises(InputError, match=r"one text where several are taken: call the tagger, nlp\(text\)"):
            method("Ada")


def test_threads_share_a_tagger(work):
    nlp = ner.Tagger.load(work.path)
    expected = [doc.tags for doc in nlp.pipe(TEXTS)]
    with ThreadPoolExecutor(4) as pool:
        assert [doc.tags for doc in pool.map(nlp, TEXTS)] == expected


def test_a_fork_is_told_to_load_its_own_tagger(work, tmp_path, monkeypatch):
    """It would wait forever for threads that it does not have."""
    write_tagger(str(tmp_path), capital_model())
    monkeypatch.setattr(tf.saved_model, "load", lambda path: None)
    loaded = ner.Tagger.load(work.path), Tagger(load_saved_model(str(tmp_path)))
    monkeypatch.setattr(os, "getpid", lambda: -1)
    for nlp in loaded:
        with pytest.raises(RuntimeError, match="was loaded before this process was forked"):
            nlp("Ada")


def test_load_takes_the_labels_and_the_decoding_of_the_run(work):
    assert ner.Tagger.load(work.path).labels == ("LOC", "PER")
    tags = {
        decoding: [doc.tags for doc in Tagger.load(work.path, decoding=decoding).pipe(TEXTS)]
        for decoding in ("viterbi", "vote")
    }
    assert tags["viterbi"] != tags["vote"]


def test_lone_surrogates_which_python_strings_may_hold_are_unknown_characters():
    doc = Tagger(capital_model())("Ada \ud83d saw Bo")
    assert [ent.text for ent in doc.ents] == ["Ada", "Bo"]
    assert doc.to_json("utf16")["entities"][1]["start"] == 10


@pytest.mark.parametrize("text", [b"Ada", 7, None, ["Ada", ""], ["Ada", 7]])
def test_what_is_no_text_is_refused(text):
    with pytest.raises(InputError, match="a text is a string, or a sequence of tokens"):
        Tagger(capital_model())(text)


def test_wrong_settings_are_refused(tmp_path):
    nlp = Tagger(capital_model())
    with pytest.raises(InputError, match="batch_size is 0"):
        nlp.pipe(TEXTS, batch_size=0)
    with pytest.raises(InputError, match="decoding is 'guess', not one of viterbi, vote"):
        Tagger(capital_model(), decoding="guess")
    with pytest.raises(InputError, match=r"no config\.json here"):
        Tagger.load(tmp_path)


def test_entities_are_left_out_where_their_type_has_not_the_precision():
    curves = {"PER": ((0.1, 0.5), (0.85, 0.9)), "LOC": ()}
    calibration = ConfidenceCalibration(step=1, temperature=1.0, curves=curves)
    model = dataclasses.replace(capital_model(), calibration=calibration)
    everything, nothing = Tagger(model, min_precision=0.5), Tagger(model, min_precision=0.95)
    assert [ent.text for ent in everything("Ada saw Bo").ents] == ["Ada", "Bo"]
    assert everything.thresholds == {"PER": 0.1, "LOC": math.inf}
    assert nothing("Ada saw Bo").tags == ("O", "O", "O")
    confidence = Tagger(model)("Ada").confidences[0]
    assert bool(Tagger(model, min_precision=0.9)("Ada").ents) == (confidence >= 0.85)
    assert Tagger(model, min_confidence=confidence + 0.01)("Ada").ents == ()
    exported = dataclasses.replace(model, thresholds={"PER": confidence + 0.01, "LOC": 0.0})
    assert Tagger(exported)("Ada").ents == ()
    assert Tagger(exported, min_precision=0.5)("Ada").ents
    for asked in ({"min_precision": 0.5, "model": model}, {"model": exported}):
        with pytest.raises(InputError, match="with --decoding=vote"):
            Tagger(**asked, decoding="vote")


def test_importing_the_package_loads_nothing_heavy():
    code = """
import sys, ner
print(*sorted({"numpy", "tensorflow", "keras", "absl"} & set(sys.modules)))
ner.Tagger
assert "tensorflow" not in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "\n"
    with pytest.raises(AttributeError, match="no attribute 'Taggr'"):
        ner.Taggr  # noqa: B018


def test_a_document_becomes_one_of_spacy():
    spacy = pytest.importorskip("spacy")
    doc: Doc = Tagger(capital_model())("So ada met New-York.")
    made = doc.to_spacy(spacy.blank("en"))
    assert made.text == doc.text
    assert [(ent.text, ent.label_) for ent in made.ents] == [(ent.text, ent.label) for ent in doc.ents]
