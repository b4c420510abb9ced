from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf

from ner.config import ModelConfig
from ner.model import ensemble
from ner.model.encoders import ENCODERS
from ner.model.heads import HEADS
from ner.model.network import Network
from ner.model.transfer import transfer_weights
from ner.model.words import Words
from ner.text.labels import Labels
from ner.text.tokenizer import TokenizedText
from ner.text.vocabulary import Vocabulary

TEXT = "bada caba dabb abaca"  # of characters that both vocabularies have, but for c
VOCABULARY, OTHER = Vocabulary(tuple(" abcd")), Vocabulary(tuple("xdzb ay"))
LABELS = Labels(("O", "B-LOC", "I-LOC", "B-PER", "I-PER"))
OTHER_LABELS = Labels(("O", "B-PER", "I-PER", "B-ANIMAL", "I-ANIMAL", "I-LOC", "B-LOC"))
SHARED = [OTHER_LABELS.ids[name] for name in LABELS.names]
SIZES = {"embedding_size": 4, "lstm_units": 6, "word_units": 5, "ngram_size": 4, "ngram_rows": 64}


def make_tagger(vocabulary, labels, seed, encoder="lstm", head="softmax", **settings):
    """A tagger without a weight that is 0, as after training."""
    tagger = Network(ModelConfig(encoder=encoder, head=head, **SIZES | settings), vocabulary, labels, seed=seed)
    random = np.random.default_rng(seed)
    for variable in tagger.trainable_variables:
        variable.assign_add(random.normal(0, 0.1, variable.shape).astype(np.float32))
    return tagger


def logits_of(tagger, text=TEXT):
    """Scores of the characters of a text, float32 [T, outputs]."""
    tokenized = TokenizedText.from_tokens(text.split())
    words = Words(*(tf.constant(np.array(values, np.int32)[None]) for values in (tokenized.starts, tokenized.ends)))
    return tagger(tf.constant(tagger.vocabulary.encode(text).astype(np.int32)[None]), words)[0].numpy()


def outcomes(source, target):
    return {one.name.removeprefix("tagger/"): one.outcome for one in transfer_weights(source, target)}


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("encoder", ENCODERS)
def test_a_tagger_of_the_same_kind_becomes_the_same(encoder, head):
    source, target = (make_tagger(VOCABULARY, LABELS, seed, encoder, head) for seed in (1, 2))
    assert set(outcomes(source, target).values()) == {"taken"}
    assert source.weights_sha256() == target.weights_sha256()


@pytest.mark.parametrize("padding_output", [False, True])
@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("encoder", ENCODERS)
def test_what_both_know_scores_alike_under_other_ids(encoder, head, padding_output):
    source = make_tagger(VOCABULARY, LABELS, 1, encoder, head, padding_output=padding_output)
    target = make_tagger(OTHER, OTHER_LABELS, 2, encoder, head, padding_output=padding_output)
    before = target.weights_by_name()
    transfer_weights(source, target)
    known = TEXT.replace("c", "a")
    shared = [*SHARED, *([len(OTHER_LABELS)] if padding_output else [])]
    np.testing.assert_allclose(logits_of(target, known)[:, shared], logits_of(source, known), atol=1e-5)
    after = target.weights_by_name()
    new_characters = [OTHER.encode(character)[0] for character in "xzy"]
    for name, rows in (("tagger/embedding/embeddings", new_characters), ("tagger/head/bias", [3, 4])):
        np.testing.assert_array_equal(after[name][rows], before[name][rows])
    if head == "crf":
        lattice, other = source.lattice(), target.lattice()
        np.testing.assert_array_equal(other.start[SHARED], lattice.start)
        np.testing.assert_array_equal(other.transitions[np.ix_(SHARED, SHARED)], lattice.transitions)
        assert other.length_scale == lattice.length_scale
        np.testing.assert_array_equal(after["head/transitions"][3], before["head/transitions"][3])


def test_the_outcome_of_each_weight_is_told():
    source = make_tagger(VOCABULARY, LABELS, 1, head="crf", lstm_layers=1, lstm_units=8)
    target = make_tagger(OTHER, OTHER_LABELS, 2, lstm_layers=2, bidirectional=False)
    before = target.weights_by_name()
    assert outcomes(source, target) == {
        "embedding/embeddings": "taken for 6 of 9 characters; new: 'x' 'z' 'y'",
        "forward_0/lstm_cell/kernel": "not taken: shape 4 x 32 there, 4 x 24 here",
        "forward_0/lstm_cell/recurrent_kernel": "not taken: shape 8 x 32 there, 6 x 24 here",
        "forward_0/lstm_cell/bias": "not taken: shape 32 there, 24 here",
        "forward_1/lstm_cell/kernel": "not taken: missing there",
        "forward_1/lstm_cell/recurrent_kernel": "not taken: missing there",
        "forward_1/lstm_cell/bias": "not taken: missing there",
        "head/kernel": "not taken: shape 16 x 5 there, 6 x 7 here",
        "head/bias": "taken for 5 of 7 labels; new: B-ANIMAL I-ANIMAL",
        "backward_0/lstm_cell/kernel": "not used: missing here",
        "backward_0/lstm_cell/recurrent_kernel": "not used: missing here",
        "backward_0/lstm_cell/bias": "not used: missing here",
        "head/start": "not used: missing here",
        "head/transitions": "not used: missing here",
        "head/length_scale": "not used: missing here",
    }
    after = target.weights_by_name()
    for name in before:
        changed = name in ("tagger/embedding/embeddings", "tagger/head/bias")
        assert np.array_equal(after[name], before[name]) is not changed


def test_members_of_an_ensemble_take_the_weights_of_its_networks_in_turn():
    config = ModelConfig(lstm_layers=1, **SIZES)
    alone = Network(config, VOCABULARY, LABELS, seed=7)
    three = ensemble.make_tagger(replace(config, members=3), VOCABULARY, LABELS)
    assert all(one.taken for one in transfer_weights(alone, three))
    for network in three.networks:
        np.testing.assert_array_equal(logits_of(network), logits_of(alone))
    two = ensemble.make_tagger(replace(config, members=2), VOCABULARY, LABELS, seed=5)
    transfer_weights(two, three)
    for network, source in zip(three.networks, [*two.networks, two.networks[0]], strict=True):
        np.testing.assert_array_equal(logits_of(network), logits_of(source))
    left = [one for one in transfer_weights(three, two) if not one.taken]
    assert {one.outcome for one in left} == {"not used: fewer members here"}
    assert {one.name.split("/")[0] for one in left} == {"member_3"}
