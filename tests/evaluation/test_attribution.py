"""Integrated gradients: known answers, completeness with every encoder and head, and texts with other spaces."""

import numpy as np
import pytest
import tensorflow as tf

from ner.config import ENCODERS, ModelConfig
from ner.errors import InputError
from ner.evaluation.attribution import TOLERANCE, integrated_gradients, spread_to_characters
from ner.evaluation.explainer import Explainer, Explanation
from ner.model.encoders.base import Embeddings
from ner.model.ensemble import Ensemble
from ner.model.network import Network
from ner.model.words import Words
from ner.text.labels import Labels
from ner.text.spacing import AS_WRITTEN, BETWEEN_TOKENS
from ner.text.tokenizer import TokenizedText
from ner.text.vocabulary import Vocabulary

LABELS = Labels(("O", "B-LOC", "I-LOC", "B-PER"))
TEXT = "Ada saw Upper Tarn, twice."


def make_tagger(encoder="lstm", head="crf", seed=1):
    sizes = {
        "embedding_size": 5,
        "lstm_units": 6,
        "lstm_layers": 1,
        "ngram_size": 4,
        "ngram_rows": 512,
        "word_units": 5,
    }
    tagger = Network(ModelConfig(encoder=encoder, head=head, **sizes), Vocabulary.from_text(TEXT), LABELS, seed=seed)
    random = np.random.default_rng(seed)
    for weight in tagger.trainable_variables:  # far from their first values, with which scores are nearly linear
        weight.assign(weight + random.normal(scale=0.3, size=weight.shape))
    return tagger


@pytest.fixture(scope="module")
def explainer():
    return Explainer(make_tagger(), AS_WRITTEN)


def test_shares_of_a_linear_score_are_inputs_times_weights():
    vectors, weights = np.array([[1.0, -2.0], [0.5, 3.0]]), np.array([[2.0, 1.0], [4.0, -1.0]])
    parts = (vectors * weights).sum(axis=1)  # of each character
    found = integrated_gradients(lambda scales: (np.tile(parts, [len(scales), 1]), 7 + scales * parts.sum()))
    np.testing.assert_allclose(found.characters, [0.0, -1.0], atol=1e-6)
    np.testing.assert_allclose((found.baseline, found.score), [7.0, 6.0], atol=1e-6)


def test_shares_of_a_product_are_divided_evenly():
    found = integrated_gradients(lambda scales: (np.stack([12 * scales, 12 * scales], axis=1), 12 * scales**2))
    np.testing.assert_allclose(found.characters, [6.0, 6.0], rtol=1e-6)
    assert (found.baseline, found.score) == (0.0, pytest.approx(12.0))


@pytest.mark.parametrize("place", [0.0, 0.001, 0.2, 0.77])
def test_parts_where_the_score_changes_suddenly_are_halved(place):
    def evaluate(scales):
        scales = scales.astype(np.float64)
        gradients = 3 * 60 / np.cosh(60 * (scales - place)) ** 2
        return gradients[:, None], 3 * np.tanh(60 * (scales - place))

    found = integrated_gradients(evaluate)
    difference = found.score - found.baseline
    assert found.characters.sum() == pytest.approx(difference, rel=TOLERANCE)


def test_halving_ends_where_it_does_not_help():
    counted = []

    def jump(scales):  # no gradient knows of it
        counted.append(len(scales))
        return np.zeros([len(scales), 1]), (scales > 0.3).astype(np.float64)

    found = integrated_gradients(jump)
    assert (found.score - found.baseline, found.characters.sum()) == (1.0, 0.0)
    assert sum(counted) < 200
    assert not Explanation("LOC", "O", 0, 1, found.score, found.baseline, 0, (0.0,)).is_complete


def test_an_ngrams_share_is_divided_among_its_characters():
    ngrams = Embeddings(tf.zeros([1, 3, 1]), tf.constant([[0, 0, 1]], tf.int64), tf.constant([[1, 2, 3]], tf.int64))
    shares = spread_to_characters(tf.constant([[1.0, 2.0, -4.0], [0.0, 2.0, 0.0]]), ngrams)
    np.testing.assert_allclose(shares, [[2.0, -1.0, -2.0], [1.0, 1.0, 0.0]])


@pytest.mark.parametrize(("encoder", "head"), [*((encoder, "crf") for encoder in ENCODERS), ("lstm", "softmax")])
def test_shares_are_complete_and_the_score_is_that_of_the_tagger(encoder, head):
    tagger = make_tagger(encoder, head)
    text = TokenizedText.from_text(TEXT)
    found = Explainer(tagger, AS_WRITTEN).explain(text, 2, 4, "LOC", "O")
    assert found.is_complete
    assert sum(found.shares) == pytest.approx(found.score - found.baseline, rel=TOLERANCE, abs=0.01)
    assert (found.first, len(found.shares)) == (0, len(TEXT))
    assert TEXT[found.start : found.end] == "Upper Tarn"
    ids = np.array([tagger.vocabulary.encode(TEXT)], np.int32)
    starts, ends = (np.array([places], np.int32) for places in (text.starts, text.ends))
    log_probs = tagger.log_probs(tf.constant(ids), Words(tf.constant(starts), tf.constant(ends))).numpy()
    scores = tagger.lattice().word_scores(log_probs[0], starts[0], ends[0])
    expected = scores[2, 1] - scores[2, 0] + scores[3, 2] - scores[3, 0]
    assert found.score == pytest.approx(expected, abs=1e-4)
    assert abs(expected) > 0.1


def test_an_ensemble_is_explained_by_the_means_of_its_members():
    members = [make_tagger(head="softmax", seed=seed) for seed in (1, 2)]
    text = TokenizedText.from_text(TEXT)
    first, second, both = (
        Explainer(tagger, AS_WRITTEN).explain(text, 2, 4, "LOC", "O") for tagger in (*members, Ensemble(members))
    )
    assert both.score == pytest.approx((first.score + second.score) / 2, abs=1e-4)
    np.testing.assert_allclose(both.shares, np.add(first.shares, second.shares) / 2, atol=0.01)


def test_the_runner_up_is_the_likeliest_other_label_that_the_words_can_have(explainer):
    text = TokenizedText.from_text(TEXT)
    assert explainer.explain(text, 2, 4, "LOC").against == "O"  # a person has one word
    one = explainer.explain(text, 0, 1, "PER")
    scores = {other: explainer.explain(text, 0, 1, "PER", other).score for other in ("O", "LOC")}
    assert one.score == pytest.approx(min(scores.values()))
    with pytest.raises(InputError, match="the model has no label I-PER"):
        explainer.explain(text, 2, 4, "PER")


def test_what_decoding_adds_to_a_type_is_in_the_scores_and_in_no_share():
    tagger = make_tagger(head="softmax")
    ada = TokenizedText.from_text("Ada")
    plain = Explainer(tagger, AS_WRITTEN).explain(ada, 0, 1, "PER", "O")
    tagger.type_biases, tagger.temperature = (1.0, 3.0), 2.0  # of LOC and PER
    explainer = Explainer(tagger, AS_WRITTEN)
    found = explainer.explain(ada, 0, 1, "PER", "O")
    assert (found.score, found.baseline) == pytest.approx(((plain.score + 3) / 2, (plain.baseline + 3) / 2), abs=1e-4)
    np.testing.assert_allclose(found.shares, np.array(plain.shares) / 2, atol=1e-3)
    lattice = tagger.lattice()
    ids, places = tf.constant([tagger.vocabulary.encode("Ada")]), Words(tf.constant([[0]]), tf.constant([[3]]))
    log_probs = tagger.log_probs(ids, places).numpy()[0]
    [probability] = lattice.marginals(lattice.word_scores(log_probs, np.array([0]), np.array([3])), np.array([1]))
    odds = probability[LABELS.ids["B-PER"]] / probability[LABELS.ids["O"]]
    assert found.score == pytest.approx(np.log(odds), abs=1e-4)
    text = TokenizedText.from_text(TEXT)
    both = Explainer(tagger, AS_WRITTEN).explain(text, 2, 4, "LOC", "O")
    tagger.type_biases = (0.0, 0.0)
    assert both.score == pytest.approx(
        Explainer(tagger, AS_WRITTEN).explain(text, 2, 4, "LOC", "O").score + 1
    )  # of 2 words
    for biases, likeliest in (((50.0, 0.0), "LOC"), ((-50.0, 0.0), "O")):
        tagger.type_biases = biases
        assert Explainer(tagger, AS_WRITTEN).explain(ada, 0, 1, "PER").against == likeliest


def test_shares_are_those_of_the_text_as_it_is_written():
    explainer = Explainer(make_tagger(), BETWEEN_TOKENS)
    tokens = explainer.explain(TokenizedText.from_tokens(TokenizedText.from_text(TEXT).tokens), 2, 4, "LOC", "O")
    written = explainer.explain(TokenizedText.from_text("Ada  saw Upper Tarn, twice."), 2, 4, "LOC", "O")
    assert written.score == pytest.approx(tokens.score)
    assert sum(written.shares) == pytest.approx(sum(tokens.shares))
    assert written.shares[4] == 0  # the second of two spaces, where the model reads one
    comma = tokens.shares[18:20]  # `Tarn ,`
    assert written.shares[18] == pytest.approx(tokens.shares[17] + comma[0])


def test_context_beyond_some_hundred_characters_is_not_read(explainer):
    text = TokenizedText.from_text(f"{'saw ' * 500}Upper Tarn{' saw' * 500}")
    found = explainer.explain(text, 500, 502, "LOC", "O")
    assert found.first == 1800
    assert len(found.shares) == 410
    with pytest.raises(InputError, match="an entity of 1,999 characters"):
        explainer.explain(text, 0, 500, "LOC", "O")


def test_fragments_are_the_parts_that_say_most():
    shares = (0.0, 2.0, 0.01, 1.0, -3.0, 0.0, 0.0, -1.0, 4.0, 0.5)
    found = Explanation("LOC", "O", 10, 12, 3.5, 0.0, 10, shares).fragments(count=2)
    assert [(start, end) for start, end, _ in found] == [(18, 20), (11, 14), (14, 15), (17, 18)]
    np.testing.assert_allclose([share for *_, share in found], [4.5, 3.01, -3.0, -1.0])
