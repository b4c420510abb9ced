import dataclasses
import itertools

import numpy as np
import pytest

from ner.inference.annotator import Annotator, batches_by_length
from ner.inference.models.character_model import Batching
from ner.inference.models.keras_model import load_character_model
from ner.text.decoding import METHODS
from ner.text.tokenizer import TokenizedText
from tests.character_models import local_model
from tests.conftest import invented_sentences

LINES = ["Ada went to Ostrel Bay.", "", "7 E. F. Gray's", "  ", "\x00 \N{SNOWMAN}", "Bo", "x" * 300 + " Ada", "Bo"]


@pytest.mark.parametrize("method", ["viterbi", "vote"])
def test_tags_are_those_of_each_text_alone_in_the_order_they_came(work, method):
    texts = [TokenizedText.from_text(line) for line in LINES]
    model = load_character_model([work])
    made = Annotator(model, method)
    tagged = made.tag(texts, 3)
    assert [one.source for one in tagged] == texts
    assert [len(one.tags) for one in tagged] == [len(text.tokens) for text in texts]
    for one in tagged:
        (alone,) = made.tag([one.source], 3)
        assert alone.tags == one.tags
        np.testing.assert_allclose(alone.confidences, one.confidences, rtol=1e-5)
        assert all(0 < confidence <= 1 for confidence in one.confidences)


def test_methods_of_decoding_differ(work):
    """The tagger is not trained, so that many words mix labels."""
    model = load_character_model([work])
    texts = [TokenizedText.from_tokens(sentence.tokens) for sentence in invented_sentences(20)]
    tags = {}
    for method in METHODS:
        made = Annotator(model, method)
        tags[method] = [one.tags for one in made.tag(texts, 8)]
    assert tags["viterbi"] != tags["vote"]


def test_batches_hold_each_text_once_and_similar_lengths():
    lengths = [105, 0, 103, 109, 103, 0, 101]
    assert list(batches_by_length(lengths, 2, 9999)) == [[6, 2], [4, 0], [3]]
    assert list(batches_by_length([0, 0], 2, 9999)) == []


def test_batches_are_smaller_where_texts_are_long():
    lengths = [30, 20, 99, 100, 250, 20, 18]
    batches = list(batches_by_length(lengths, 50, 100))
    assert sorted(itertools.chain(*batches)) == list(range(7))
    assert [[lengths[index] for index in batch] for batch in batches] == [[18, 20, 20], [30], [99], [100], [250]]


def test_a_batch_ends_where_padding_would_be_more_work_than_another_one():
    """Batches of 32 are worth two texts of padding."""
    lengths = [10, 10, 10, 15, 60, 60, 61]
    batches = [[lengths[index] for index in batch] for batch in batches_by_length(lengths, 32, 9999)]
    assert batches == [[10, 10, 10, 15], [60, 60, 61]]


@pytest.mark.parametrize("parallel", [1, 3])
def test_batches_that_run_at_the_same_time_give_the_same(parallel):
    model = dataclasses.replace(local_model(), batching=Batching(size=4, characters=500, parallel=parallel))
    texts = [TokenizedText.from_text(line) for line in LINES * 5]
    found, wanted = Annotator(model, "viterbi").tag(texts), Annotator(local_model(), "viterbi").tag(texts, 3)
    assert [doc.tags for doc in found] == [doc.tags for doc in wanted]
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_allclose(one.confidences, other.confidences, rtol=1e-5)
