"""The sentences that the NER tab lists, without a server: which, narrowed by what, in which order."""

import json
from dataclasses import replace

import numpy as np
import pytest

from ner.tensorboard import plugin_data
from ner.tensorboard.plugin import listing, payload, sentence_lines
from ner.tensorboard.plugin.evaluation_store import EvaluationStore, Stored
from ner.tensorboard.plugin.evaluations import Comparison, Evaluations
from ner.tensorboard.plugin.example_index import ExampleIndex
from ner.tensorboard.plugin.listing import Query
from ner.tensorboard.plugin.sentence_lines import Lines
from tests.predicted import evaluation_of, predictions_of
from tests.tensorboard.many_classes import FEW, invented_evaluation

LOC, ORG, NONE = range(3)
SENTENCES = [
    [("Ostrel", "B-ORG", "B-LOC", 0.91), ("beat", "O", "O", 0.9), ("Ova", "B-LOC", "B-LOC", 0.8)],
    [("Upper", "B-LOC", "B-LOC", 0.6), ("Tarn", "I-LOC", "I-LOC", 0.9), ("won", "O", "O", 0.9)],
    [("Selk", "B-ORG", "B-LOC", 0.66), ("&", "I-ORG", "I-LOC", 0.64), ("Sons", "I-ORG", "O", 0.99)],
    [('"', "O", "O", 0.9), ("Dravin", "B-LOC", "O", 0.55), ("\\", "O", "B-ORG", 0.95)],
    [("Ostrel", "B-ORG", "B-LOC", 0.95)],
]  # fmt: skip


@pytest.fixture(scope="module")
def evaluation():
    return evaluation_of(predictions_of(SENTENCES))


@pytest.fixture(scope="module")
def index(evaluation):
    return index_of(evaluation)


def index_of(evaluation):
    blobs = plugin_data.blobs_of(evaluation)
    return ExampleIndex(*(blobs[payload.PARTS.index(part)] for part in ("examples", "texts", "fields")))


def listed(index, **query):
    """Positions of the sentences, all pages."""
    asked = Query(**query)
    found, confidences = listing.candidates(index, asked)
    assert confidences is None or len(confidences) == len(found)
    return index.positions[listing.narrowed(index, asked, found)].tolist()


def test_a_cell_has_the_confidence_that_its_sentence_shows():
    words = [("Ostrel", "B-ORG", "B-LOC", 0.9996), ("won", "O", "O", 0.9), ("Ova", "B-LOC", "B-LOC", np.float32(0.7))]
    index = index_of(evaluation_of(predictions_of([words])))
    shown = index.sentence(0)["confidences"]
    for word, row in ((0, 3), (2, 1)):
        _, [confidence] = index.cell("word", row, 1)
        assert int(100 * confidence + 1e-6) == shown[word]


def test_kept_sentences_with_a_wrong_entity_are_counted_whatever_cell_they_are_kept_for():
    evaluation = invented_evaluation(FEW, 100, 0.3)
    kept = payload.read_header(plugin_data.blobs_of(evaluation))["kept"]
    wrong = sum(sentence.gold != sentence.predicted for sentence in evaluation.examples.sentences)
    assert kept["wrong"] == wrong > len(evaluation.examples.cells["sentence"][0, 0].sentences)


def test_a_sentence_is_read_back_as_it_was_written(evaluation, index):
    for number, sentence in enumerate(evaluation.examples.sentences):
        expected = {**sentence.to_json(), "first": int(evaluation.outcomes.first_gold[sentence.position])}
        assert index.sentence(number) == json.loads(json.dumps(expected))


def test_tokens_survive_lines_whatever_they_contain():
    sentence = {"n": 3, "tokens": ["a b", "c\t", "\n", '"', "\\u", "\ud800", " "], "noSpaceAfter": [0, 4]}
    texts, fields = map(Lines, sentence_lines.pack([sentence, {"n": 4, "tokens": []}]))
    assert [sentence_lines.parse(*line) for line in zip(texts, fields, strict=True)] == [
        sentence, {"n": 4, "tokens": []},
    ]  # fmt: skip
    assert [list(Lines(blob)) for blob in sentence_lines.pack([])] == [[], []]


def test_lines_are_found_by_their_number_in_any_order():
    numbers = range(3 * sentence_lines.CHUNK + 1)
    texts, fields = map(Lines, sentence_lines.pack({"n": one, "tokens": [f"w{one}"]} for one in numbers))
    assert texts.take(reversed(numbers)) == [f'"w{one}"' for one in reversed(numbers)]
    [text], [field] = texts.take([130]), fields.take([130])
    assert sentence_lines.parse(text, field) == {"n": 130, "tokens": ["w130"]}
    assert len(list(fields)) == len(numbers)


def test_wrong_sentences_come_by_their_most_confident_error(index):
    assert listed(index) == [3, 4, 0, 2]
    assert listed(index, order="reversed") == [2, 0, 4, 3]
    assert listed(index, order="file") == [0, 2, 3, 4]


def test_a_cell_has_its_own_sentences(index):
    assert listed(index, cell=(ORG, LOC)) == [4, 0]
    assert listed(index, cell=(ORG, NONE)) == [2]
    assert listed(index, cell=(LOC, LOC)) == [1, 0], "of correct predictions the least confident first"
    assert listed(index, cell=(LOC, ORG)) == []
    assert listed(index, cell=(7, 7)) == []


def test_errors_are_of_the_open_cell(index):
    assert listed(index, error="boundary") == []
    assert listed(index, error="type_and_boundary") == [2]
    assert listed(index, error="missed") == [3]
    assert listed(index, cell=(ORG, LOC), error="type") == [4, 0]
    assert listed(index, cell=(ORG, NONE), error="type") == []


def test_a_text_has_the_sentences_where_it_is_wrong(evaluation, index):
    string = [one.text for one in evaluation.strings].index("Ostrel")
    assert listed(index, string=string) == [4, 0]


def test_a_search_looks_at_all_kept_sentences_and_at_text_alone(index):
    assert listed(index, search="UPPER tarn ") == [1]
    assert listed(index, search="ostrel") == [4, 0]
    assert listed(index, search="ostrel", cell=(ORG, NONE)) == []
    assert listed(index, search="tokens") == []
    assert listed(index, search="\\") == [3]
    assert listed(index, search='" dravin \\') == [3]


@pytest.mark.parametrize("search", ["\u039f\u0394\u039f\u03a3", "\u03bf\u03b4\u03bf\u03c3", "\u03bf\u03b4\u03bf\u03c2"])
def test_a_search_finds_the_beginning_of_a_word_in_any_case(search):
    """In lower case, a capital sigma at the end of a word is another letter than within one."""
    words = [
        "\u039f\u0394\u039f\u03a3\u0397\u039c\u0391",
        "\u03bf\u03b4\u03bf\u03c3\u03b7\u03bc\u03b1",
    ]  # a road sign, in both cases
    index = index_of(evaluation_of(predictions_of([[(word, "B-LOC", "O", 0.5)] for word in words])))
    assert listed(index, search=search) == [0, 1]


def test_pages_follow_one_another(index):
    found = np.array([3, 1, 2])
    pages = [listing.page(index, Query(offset=offset, limit=2), found, {1: 0.5}) for offset in (0, 2, 4)]
    assert [page["matching"] for page in pages] == [3, 3, 3]
    positions = [[item["sentence"]["n"] for item in page["items"]] for page in pages]
    assert positions == [[3, 1], [2], []]
    assert [item["confidence"] for item in pages[0]["items"]] == [None, 0.5]


def test_the_entity_that_is_followed_is_the_first_of_the_open_cell(evaluation, index):
    outcomes = evaluation.outcomes.gold_outcomes

    def followed(cell, sentences, known=outcomes):
        return listing.followed_entities(index, Query(cell=cell), np.array(sentences), known).tolist()

    assert followed((ORG, LOC), [4, 0]) == [5, 0]
    assert followed((LOC, LOC), [1, 0]) == [2, 1]
    assert followed((NONE, ORG), [3]) == [-1], "a spurious entity has no history"
    assert followed((ORG, LOC), [4], outcomes[:5]) == [-1], "nor one past the limit"
    assert followed(None, [0, 1]) == [-1, -1]


def test_another_prediction_is_that_of_its_kept_sentence_or_gold_where_it_is_right(index):
    sentence = index.sentence(0)
    kept = {name: sentence[name] for name in ("gold", "predicted", "confidences")}
    assert listing.predicted_otherwise({**sentence, "gold": [0, 0, 0]}, index, False) == kept
    not_kept, gold = {**sentence, "n": 7}, sentence["gold"]
    right = {"gold": gold, "predicted": gold, "confidences": None}
    assert listing.predicted_otherwise(not_kept, index, True) == right
    assert listing.predicted_otherwise(not_kept, index, False) is None
    assert listing.predicted_otherwise({**sentence, "tokens": ["other"]}, index, False) is None


class Blobs(EvaluationStore):
    """A store of evaluations that no file holds, by step."""

    def __init__(self, evaluations):
        self._blobs_of = {step: plugin_data.blobs_of(one) for step, one in evaluations.items()}

    def evaluation(self, run, step):
        return Stored(step, ())

    def blob(self, one, part):
        return self._blobs_of[one.step][payload.PARTS.index(part)]

    def index(self, one):
        return ExampleIndex(*(self.blob(one, part) for part in ("examples", "texts", "fields")))


def test_what_was_predicted_is_not_known_where_a_gold_entity_is_undecided_and_the_sentence_was_not_kept():
    def partly_annotated(ostrel, bay):
        return evaluation_of(predictions_of([[("Ostrel", "B-ORG", ostrel, 0.9), ("Bay", "-", bay, 0.9)]]))

    nothing_kept = evaluation_of().examples
    right, wider = (replace(partly_annotated("B-ORG", bay), examples=nothing_kept) for bay in ("O", "I-ORG"))
    evaluations = Evaluations(Blobs({10: right, 20: wider, 30: partly_annotated("O", "O")}))
    others = [evaluations.page("run", 30, Query(), Comparison("run", step))["items"][0]["other"] for step in (10, 20)]
    assert others == [{"gold": [3, 0], "predicted": [3, 0], "confidences": None}, None]


@pytest.mark.parametrize(
    "fields",
    [
        {"order": "best"},
        {"error": "none"},
        {"level": "sentence"},
        {"offset": "-1"},
        {"limit": "100000"},
        {"row": "x", "column": "1"},
        {"history": "maybe"},
    ],
)
def test_a_question_that_makes_no_sense_is_refused(fields):
    with pytest.raises(ValueError):
        Query.from_request(fields)


def test_a_question_is_made_from_an_address():
    fields = {"level": "word", "row": "0", "column": "2", "search": "x", "slice": "", "limit": "7"}
    assert Query.from_request(fields) == Query(level="word", cell=(0, 2), search="x", limit=7)
