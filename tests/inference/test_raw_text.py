"""Sentences scored as text whose tokens are not given."""

from dataclasses import replace

import numpy as np

from ner.inference.annotator import Annotator
from ner.inference.raw_text import RawTextScorer
from ner.text.spacing import AS_WRITTEN, BETWEEN_TOKENS
from ner.text.tokenizer import TokenizedText
from tests.character_models import LABELS, capital_model
from tests.predicted import LABELS as PREDICTED_LABELS
from tests.predicted import predictions_of

SENTENCES = [
    (["Ada", "(", "so", ")", "saw", "bo", "."], ["B-PER", "O", "O", "O", "O", "B-PER", "O"]),
    (["Mirrin", ",", "Tarn-on-Sea"], ["B-LOC", "O", "B-PER"]),
    (["Never"], ["O"]),
]


def scores(spacing, space_after=None):
    scorer = RawTextScorer(LABELS, spacing)
    for tokens, tags in SENTENCES:
        scorer.add_sentence(TokenizedText.from_tokens(tokens, space_after and space_after(tokens)), tags)
    return scorer.score(Annotator(capital_model(spacing), "viterbi"), 2)


def test_entities_count_by_their_characters_in_the_text_without_tokens():
    """The model calls every word with a capital a person: Ada and Tarn-on-Sea right, bo missed, ..."""
    expected = [[0, 1, 0], [0, 2, 1], [0, 1, 0]]  # rows LOC PER spurious, columns LOC PER missed
    found = scores(BETWEEN_TOKENS)
    assert found.types == ("LOC", "PER")
    np.testing.assert_array_equal(found.counts, expected)
    np.testing.assert_array_equal(scores(AS_WRITTEN).counts, expected)


def test_the_text_is_cut_into_the_tokens_of_the_tagger():
    found = {}
    for lone_marks in ("", "-"):
        scorer = RawTextScorer(LABELS, BETWEEN_TOKENS)
        scorer.add_sentence(TokenizedText.from_tokens(["Bo", "-", "led"]), ["B-PER", "O", "O"])
        annotator = Annotator(replace(capital_model(), lone_marks=lone_marks), "viterbi")
        found[lone_marks] = scorer.score(annotator, 2).micro.recall
    assert found == {"": 0.0, "-": 1.0}


def test_sentences_of_a_document_inform_each_other_as_with_given_tokens():
    model = capital_model()
    annotator = Annotator(replace(model, lattice=replace(model.lattice, document_weight=3.0)), "viterbi")
    found = {}
    for document in (0, None):
        scorer = RawTextScorer(LABELS, BETWEEN_TOKENS)
        for name in ("bo", "Bo", "Bo"):
            scorer.add_sentence(TokenizedText.from_tokens([name]), ["B-PER"], document)
        found[document] = scorer.score(annotator, 2).micro.recall
    assert found == {0: 1.0, None: 2 / 3}


def test_text_is_as_the_records_have_it_or_as_running_text():
    texts = {}
    for spacing in (BETWEEN_TOKENS, AS_WRITTEN):
        scorer = RawTextScorer(LABELS, spacing)
        for tokens, tags in SENTENCES:
            scorer.add_sentence(TokenizedText.from_tokens(tokens), tags)
        texts[spacing] = scorer._texts
    assert texts[BETWEEN_TOKENS] == ["Ada (so) saw bo.", "Mirrin, Tarn-on-Sea", "Never"]
    assert texts[AS_WRITTEN] == ["Ada ( so ) saw bo .", "Mirrin , Tarn-on-Sea", "Never"]


def test_entities_that_reach_into_what_nobody_annotated_do_not_count():
    """The model calls every word with a capital a person: Ada right, Mirrin of the wrong type, bo missed."""
    scorer = RawTextScorer(LABELS, AS_WRITTEN)
    scorer.add_sentence(TokenizedText.from_tokens(["Ada", "Bo", "saw", "Mirrin"]), ["B-PER", "-", "O", "B-LOC"])
    scorer.add_sentence(TokenizedText.from_tokens(["Never", "saw", "bo"]), ["-", "O", "B-PER"])
    found = scorer.score(Annotator(capital_model(AS_WRITTEN), "viterbi"), 2)
    np.testing.assert_array_equal(found.counts, [[0, 1, 0], [0, 1, 1], [0, 0, 0]])


def test_gold_comes_from_the_batches_of_an_evaluation():
    batch = predictions_of(
        [
            [("In", "O", "O", 1), ("Upper", "B-LOC", "O", 1), ("Tarn", "I-LOC", "O", 1), (".", "O", "O", 1)],
            [("Ada", "O", "O", 1)],
        ]
    )
    scorer = RawTextScorer(PREDICTED_LABELS, BETWEEN_TOKENS)
    scorer.add(batch)
    assert scorer._texts == ["In Upper Tarn.", "Ada"]
    assert scorer._gold == [{(3, 13): 0}, {}]
