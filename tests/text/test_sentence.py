from hypothesis import given
from hypothesis import strategies as st

from ner.text.labels import Labels
from ner.text.sentence import Sentence, collect
from ner.text.sentence_batch import SentenceBatch

LABELS = Labels(("O", "B-LOC", "I-LOC", "B-ORG"))
NEW_YORK = Sentence.from_tokens(["EU", "rejects", "New", "York"], ["B-ORG", "O", "B-LOC", "I-LOC"])

tokens = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1)
tagged = st.tuples(tokens, st.sampled_from(LABELS.names), st.booleans())
any_sentence = st.lists(tagged, min_size=1).map(lambda rows: Sentence(*map(tuple, zip(*rows, strict=True))))


def names(sentence, space_label):
    return [LABELS.names[index] for index in spread(sentence, space_label)]


def spread(sentence, space_label):
    return SentenceBatch.from_sentences([sentence]).char_labels(LABELS.ids, space_label)


def test_char_labels_label_the_space_inside_an_entity():
    assert NEW_YORK.text == "EU rejects New York"
    inside = ["B-ORG"] * 2 + ["O"] * 9 + ["B-LOC"] * 3 + ["I-LOC"] * 5
    assert names(NEW_YORK, "inside") == inside
    assert names(NEW_YORK, "outside") == [*inside[:14], "O", *inside[15:]]


def test_char_labels_leave_spaces_between_neighbouring_entities_outside():
    sentence = Sentence.from_tokens(["A", "B"], ["B-LOC", "B-LOC"])
    assert names(sentence, "inside") == ["B-LOC", "O", "B-LOC"]


def test_text_has_no_space_where_the_corpus_says_so():
    sentence = Sentence(("New", "York", "."), ("B-LOC", "I-LOC", "O"), (True, False, True))
    assert sentence.text == "New York."
    assert sentence.token_spans == ([0, 4, 8], [3, 8, 9])
    assert names(sentence, "inside") == ["B-LOC"] * 3 + ["I-LOC"] * 5 + ["O"]


def test_tagged_text_marks_entities_and_single_tokens_that_nobody_annotated():
    assert NEW_YORK.tagged_text == "EU/B-ORG rejects New/B-LOC York/I-LOC"
    assert Sentence.from_tokens(["a", "b"], ["-", "O"]).tagged_text == "a/- b"
    assert Sentence.from_tokens(["a", "b"], ["-", "-"]).tagged_text == "a b"


@given(any_sentence, st.sampled_from(["inside", "outside"]))
def test_collect_inverts_char_labels(sentence, space_label):
    labels = spread(sentence, space_label)
    starts, ends = sentence.token_spans
    assert len(labels) == len(sentence.text)
    assert tuple(sentence.text[start:end] for start, end in zip(starts, ends, strict=True)) == sentence.tokens
    assert tuple(LABELS.names[index] for index in collect(labels, starts)) == sentence.tags
