import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from seqeval.metrics import classification_report as seqeval_report
from seqeval.scheme import IOB2
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, precision_recall_fscore_support

from ner.evaluation.metrics.class_score import ClassScore
from ner.evaluation.metrics.confusion import Confusion
from ner.evaluation.metrics.entity_scores import EntityScores
from ner.evaluation.metrics.metric import LabelledBatch
from ner.evaluation.metrics.scores import Scores
from ner.text.labels import Labels
from ner.text.spans import spans_of
from tests.iob2 import tags_of

LABELS = Labels(("O", "B-LOC", "I-LOC", "B-PER", "I-PER"))

# Published in 2019 as rows predicted, columns gold; precision and recall of that report are exchanged.
ARTICLE_LABELS = ("I-PER", "O", "B-LOC", "I-ORG", "B-MISC", "B-ORG", "I-LOC", "B-PER", "I-MISC")
ARTICLE_PREDICTED_BY_GOLD = np.array(
    [
        [6377, 177, 29, 502, 38, 56, 91, 43, 109],
        [162, 187279, 929, 360, 857, 2132, 150, 1006, 266],
        [15, 595, 7002, 45, 794, 1795, 6, 558, 0],
        [405, 547, 70, 3110, 18, 53, 136, 89, 124],
        [10, 287, 623, 46, 1983, 641, 6, 167, 37],
        [14, 609, 881, 93, 656, 4273, 13, 629, 8],
        [142, 93, 5, 275, 6, 14, 863, 13, 66],
        [91, 743, 893, 73, 460, 1186, 21, 6551, 23],
        [61, 190, 17, 229, 25, 12, 86, 7, 377],
    ]
)

ANY_SENTENCE = st.integers(0, 8).flatmap(
    lambda length: st.tuples(*[st.lists(st.sampled_from(LABELS.names), min_size=length, max_size=length)] * 2)
)
ANY_SENTENCES = st.lists(ANY_SENTENCE, min_size=1, max_size=5)


def padded(sentences, padding=-1):
    ids = np.full((len(sentences), max((len(tags) for tags in sentences), default=0)), padding)
    for row, tags in zip(ids, sentences, strict=True):
        row[: len(tags)] = [LABELS.ids[tag] for tag in tags]
    return ids


def entity_scores(gold, predicted):
    return EntityScores.from_ids(padded(gold), padded(predicted, padding=3), LABELS)


def test_confusion_has_gold_in_rows():
    confusion = Confusion.from_ids(np.array([0, 0, 0, 1]), np.array([0, 1, 1, 1]), ("O", "B-LOC"))
    assert confusion.counts.tolist() == [[1, 2], [0, 1]]
    assert confusion.per_class == {"O": ClassScore(1.0, 1 / 3, 0.5, 3), "B-LOC": ClassScore(1 / 3, 1.0, 0.5, 1)}
    assert confusion.accuracy == 0.5


def test_confusion_turns_the_2019_report_the_right_way():
    confusion = Confusion(ARTICLE_LABELS, ARTICLE_PREDICTED_BY_GOLD.T)
    misc = confusion.per_class["B-MISC"]
    assert misc.support == 4837
    assert [round(value, 3) for value in misc[:3]] == [0.522, 0.410, 0.459]
    assert round(confusion.macro_f1, 3) == 0.643
    assert round(confusion.accuracy, 3) == 0.910


def test_confusion_leaves_padding_out():
    gold, predicted = np.array([[1, 0, -1], [0, -1, -1]]), np.array([[1, 1, 1], [0, 0, 1]])
    assert Confusion.from_ids(gold, predicted, ("O", "B-LOC")).counts.tolist() == [[1, 1], [0, 1]]


@pytest.mark.parametrize(("gold", "predicted"), [([2], [0]), ([0], [2]), ([0], [-1])])
def test_confusion_refuses_an_id_that_is_no_label(gold, predicted):
    with pytest.raises(ValueError, match="invalid entry"):
        Confusion.from_ids(np.array(gold), np.array(predicted), ("O", "B-LOC"))


def test_confusion_of_labels_that_never_occur_is_zero_without_warnings():
    confusion = Confusion.from_ids(np.array([0]), np.array([0]), ("O", "B-LOC"))
    assert confusion.per_class["B-LOC"] == (0.0, 0.0, 0.0, 0)
    assert confusion.macro_f1 == 1.0
    assert Confusion.from_ids(np.array([], int), np.array([], int), ("O",)).macro_f1 == 0.0


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=30))
def test_confusion_agrees_with_sklearn(pairs):
    gold, predicted = np.array(pairs).T
    confusion = Confusion.from_ids(gold, predicted, LABELS.names)
    assert (confusion.counts == confusion_matrix(gold, predicted, labels=range(5))).all()
    assert confusion.accuracy == pytest.approx(accuracy_score(gold, predicted))
    assert confusion.macro_f1 == pytest.approx(f1_score(gold, predicted, average="macro", zero_division=0))
    expected = precision_recall_fscore_support(gold, predicted, labels=range(5), zero_division=0)
    np.testing.assert_allclose(np.array(list(confusion.per_class.values())).T, expected)


# What conlleval counts, worked out by hand from its startOfChunk and endOfChunk: (correct, predicted, gold).
@pytest.mark.parametrize(
    ("gold", "predicted", "counts"),
    [
        ("B-PER I-PER O", "B-PER I-PER O", (1, 1, 1)),
        ("B-PER I-PER O", "I-PER I-PER O", (1, 1, 1)),  # I- after O starts an entity
        ("B-PER I-PER O", "B-PER B-PER O", (0, 2, 1)),  # adjacent B- are two entities
        ("B-PER B-PER O", "B-PER I-PER O", (0, 1, 2)),
        ("B-PER B-PER O", "I-PER B-PER O", (2, 2, 2)),
        ("B-LOC I-LOC I-LOC", "B-LOC I-PER I-LOC", (0, 3, 1)),  # every change of type starts an entity
        ("B-LOC I-PER O", "I-LOC B-PER O", (2, 2, 2)),
        ("B-LOC I-LOC O", "B-LOC O O", (0, 1, 1)),  # the start alone is no hit
        ("O B-LOC I-LOC", "B-LOC I-LOC I-LOC", (0, 1, 1)),  # nor is the end alone
        ("B-LOC O B-PER", "B-PER O B-PER", (1, 2, 2)),  # nor the span without the type
        ("O O O", "O O O", (0, 0, 0)),
        ("O I-LOC", "O B-LOC", (1, 1, 1)),  # an entity may end with the sentence
        ("B-LOC | I-LOC", "B-LOC | I-LOC", (2, 2, 2)),  # and none goes on in the next one
        ("B-LOC | I-LOC", "B-LOC | B-LOC", (2, 2, 2)),
    ],
)
def test_entities_count_as_conlleval(gold, predicted, counts):
    sentences = [[tags.split() for tags in side.split("|")] for side in (gold, predicted)]
    scores = entity_scores(*sentences)
    assert (scores.counts.trace(), scores.counts[:, :-1].sum(), scores.counts[:-1].sum()) == counts


def test_entities_meet_by_span_or_are_missed_or_spurious():
    gold = [["B-LOC", "I-LOC", "O", "B-PER", "O"], ["B-PER", "O", "B-LOC"]]
    predicted = [["B-PER", "I-PER", "O", "B-PER", "O"], ["B-PER", "I-PER", "O"]]
    scores = entity_scores(gold, predicted)
    assert scores.confusion == {
        "LOC": {"LOC": 0, "PER": 1, "missed": 1},
        "PER": {"LOC": 0, "PER": 1, "missed": 1},
        "spurious": {"LOC": 0, "PER": 1, "missed": 0},
    }
    assert scores.per_type == {"LOC": ClassScore(0.0, 0.0, 0.0, 2), "PER": ClassScore(1 / 3, 0.5, 0.4, 2)}
    assert scores.micro == ClassScore(1 / 3, 1 / 4, 2 / 7, 4)
    assert scores.macro == ClassScore(1 / 6, 0.25, 0.2, 4)


def test_entity_macro_leaves_out_types_that_never_occur():
    assert entity_scores([["B-LOC"]], [["B-LOC"]]).macro == ClassScore(1.0, 1.0, 1.0, 1)


@given(ANY_SENTENCES)
def test_entities_are_those_of_spans_of(sentences):
    gold, predicted = zip(*sentences, strict=True)
    pairs = [(set(spans_of(g)), set(spans_of(p))) for g, p in sentences]
    scores = entity_scores(gold, predicted)
    assert scores.counts.trace() == sum(len(g & p) for g, p in pairs)
    assert scores.counts[:-1].sum(axis=1).tolist() == [
        sum(span.type == name for g, _ in pairs for span in g) for name in LABELS.types
    ]
    assert scores.counts[:, :-1].sum(axis=0).tolist() == [
        sum(span.type == name for _, p in pairs for span in p) for name in LABELS.types
    ]


def assert_agrees_with_seqeval(gold, predicted, **options):
    report = seqeval_report(gold, predicted, output_dict=True, zero_division=0, **options)
    scores = entity_scores(gold, predicted)
    rows = {name: score for name, score in scores.per_type.items() if name in report}
    for name, score in {**rows, "micro avg": scores.micro, "macro avg": scores.macro}.items():
        assert score == pytest.approx(tuple(report[name].values())), name


@given(ANY_SENTENCES)
def test_entities_agree_with_seqeval_on_any_tags(sentences):
    gold, predicted = (list(side) for side in zip(*sentences, strict=True))
    assume(any(tag != "O" for tags in gold + predicted for tag in tags))  # seqeval raises without an entity
    assert_agrees_with_seqeval(gold, predicted)


@given(ANY_SENTENCES)
def test_entities_agree_with_strict_seqeval_on_iob2(sentences):
    gold, predicted = ([tags_of(spans_of(tags), len(tags)) for tags in side] for side in zip(*sentences, strict=True))
    assume(any(tag != "O" for tags in gold + predicted for tag in tags))
    assert_agrees_with_seqeval(gold, predicted, mode="strict", scheme=IOB2)


def batch_scores(sentences):
    gold, predicted = zip(*sentences, strict=True)
    words = padded(gold), padded(predicted, padding=1)
    return Scores.from_batch(LabelledBatch.from_ids(*words, *words, LABELS))


def test_scores_count_sentences_and_tokens_but_no_padding():
    gold = np.array([[3, 4, 0], [0, -1, -1], [-1, -1, -1]])
    scores = Scores.from_batch(LabelledBatch.from_ids(gold, np.zeros_like(gold), gold, np.full_like(gold, 3), LABELS))
    assert (scores.sentences, scores.tokens) == (2, 4)
    assert scores.characters.counts.sum(axis=0).tolist() == [4, 0, 0, 0, 0]
    assert scores.words.counts.sum(axis=0).tolist() == [0, 0, 0, 4, 0]
    assert scores.entities.counts.tolist() == [[0, 0, 0], [0, 0, 1], [0, 4, 0]]


@given(ANY_SENTENCES, ANY_SENTENCES)
def test_scores_of_two_batches_add_up(first, second):
    total = sum((batch_scores(first), batch_scores(second)), Scores.empty(LABELS))
    whole = batch_scores(first + second)
    assert (total.characters.counts == whole.characters.counts).all()
    assert (total.words.counts == whole.words.counts).all()
    assert (total.entities.counts == whole.entities.counts).all()
    assert (total.sentences, total.tokens) == (whole.sentences, whole.tokens)


def test_scores_of_different_labels_do_not_add_up():
    with pytest.raises(ValueError, match="do not add up"):
        Scores.empty(LABELS) + Scores.empty(Labels(("O", "B-LOC")))


def test_counts_of_the_wrong_shape_are_refused():
    with pytest.raises(ValueError, match=r"a square, got shape \(2, 3\)"):
        Confusion(("O", "B-LOC"), np.zeros((2, 3), np.int64))
    with pytest.raises(ValueError, match=r"\[K \+ 1, K \+ 1\], got shape \(1, 1\)"):
        EntityScores(("LOC",), np.zeros((1, 1), np.int64))
