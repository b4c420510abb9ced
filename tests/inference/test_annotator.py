import itertools

import numpy as np
import pytest

from ner.inference import annotator
from ner.inference.annotator import Annotator, batches_by_length
from ner.inference.keras_model import load_character_model
from ner.text.decoding import METHODS
from ner.text.tokenizer import TokenizedText
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
    lengths = [5, 0, 3, 9, 3, 0, 1]
    assert list(batches_by_length(lengths, 2)) == [[6, 2], [4, 0], [3]]
    assert list(batches_by_length([0, 0], 2)) == []


def test_batches_are_smaller_where_texts_are_long(monkeypatch):
    monkeypatch.setattr(annotator, "MAX_BATCH_CHARACTERS", 100)
    lengths = [30, 20, 99, 100, 250, 20, 1]
    batches = list(batches_by_length(lengths, 50))
    assert sorted(itertools.chain(*batches)) == list(range(7))
    assert [[lengths[index] for index in batch] for batch in batches] == [[1, 20, 20], [30], [99], [100], [250]]
