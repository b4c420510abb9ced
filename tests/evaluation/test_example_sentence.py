from ner.evaluation.analysis.example_sentence import MAX_TOKEN_CHARACTERS, MAX_TOKENS, ExampleSentence
from tests.predicted import LABELS, predictions_of


def test_a_sentence_keeps_tokens_labels_and_confidences_in_percent():
    sentence = [("Ostrel", "B-LOC", "B-ORG", 0.876), ("Bay", "I-LOC", "O", 1.0), ("won", "O", "O", 0.29)]
    shown = ExampleSentence.from_row(predictions_of([[("x", "O", "O", 1)], sentence]), 1, LABELS)
    assert shown.tokens == ("Ostrel", "Bay", "won")
    assert (shown.gold, shown.predicted) == ((1, 2, 0), (3, 0, 0))
    assert shown.confidences == (87, 100, 29)
    assert shown.character_errors == ((0, 6, 1, 3, 87), (7, 10, 2, 0, 100))
    assert shown.to_json()["n"] == 1
    assert "noSpaceAfter" not in shown.to_json()


def test_what_nobody_annotated_is_shown_as_no_error():
    sentence = [("Ostrel", "B-LOC", "B-LOC", 1), ("Bay", "-", "I-LOC", 1), ("won", "O", "B-ORG", 0.5)]
    shown = ExampleSentence.from_row(predictions_of([sentence]), 0, LABELS)
    assert shown.tokens == ("Ostrel", "Bay", "won")
    assert (shown.gold, shown.predicted) == ((0, 0, 0), (0, 0, 3))
    assert (shown.annotation, shown.unannotated) == ((1, -2, 0), {1})
    assert shown.character_errors == ((11, 14, 0, 3, 50),)


def test_tokens_without_a_space_between_are_listed():
    predictions = predictions_of([[("EU", "O", "O", 1), (".", "O", "O", 1)]])
    predictions.text[0] = b"EU."
    predictions.starts[0, 1], predictions.ends[0, 1] = 2, 3
    assert ExampleSentence.from_row(predictions, 0, LABELS).no_space_after == (0,)


def test_a_long_sentence_is_cut_around_its_first_error():
    words = [("word", "O", "O", 1.0)] * 900
    words[600] = ("Ostrel", "B-LOC", "O", 0.5)
    shown = ExampleSentence.from_row(predictions_of([words]), 0, LABELS)
    assert len(shown.tokens) == MAX_TOKENS
    assert shown.tokens.index("Ostrel") == 20
    assert (shown.first_token, shown.tokens_after) == (580, 120)
    assert shown.character_errors == ()


def test_a_long_token_ends_in_an_ellipsis():
    shown = ExampleSentence.from_row(
        predictions_of([[("x" * 10_000, "O", "O", 1.0), ("y", "B-LOC", "O", 1)]]), 0, LABELS
    )
    assert len(shown.tokens[0]) == MAX_TOKEN_CHARACTERS
    assert shown.tokens[0].endswith("x…")
    assert shown.tokens[1] == "y"


def test_a_sentence_is_located_by_file_line_and_document():
    predictions = predictions_of([[("x", "O", "O", 1.0)]], first=25)
    sentence = ExampleSentence.from_row(predictions, 0, LABELS)
    assert sentence.location(("corpus/valid.txt",)) == "corpus/valid.txt:76, document 3"
    assert sentence.location(()) == "sentence 26"
