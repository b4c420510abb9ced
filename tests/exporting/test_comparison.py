import dataclasses
import json

import pytest

from ner.errors import InputError
from ner.exporting.comparison import (
    NUM_TEXTS,
    TOLERANCE,
    Answer,
    check_same,
    predicted_sentences,
    run_loader,
    sample_texts,
)
from ner.inference.doc import Doc
from ner.run_dir.workdir import WorkDir
from ner.text.tokenizer import TokenizedText
from ner.text.vocabulary import Vocabulary

DOC = Doc(TokenizedText.from_text("Ada saw Bo Dee."), ("B-PER", "O", "B-PER", "I-PER", "O"), (0.9, 0.8, 0.75, 0.5, 0.5))
ANSWER = Answer.of_doc(DOC)


def test_an_answer_has_tags_and_entities_and_survives_json():
    assert ANSWER.entities == [("PER", 0, 3, 0.9), ("PER", 8, 14, 0.625)]
    assert Answer.from_json(json.loads(json.dumps(dataclasses.asdict(ANSWER)))) == ANSWER


def test_padded_outputs_are_read_row_by_row():
    outputs = {
        "num_tokens": [2, 0],
        "num_entities": [1, 0],
        "token_tags": [["B-LOC", "O"], ["", ""]],
        "token_confidences": [[0.9, 0.8], [0.0, 0.0]],
        "entity_types": [["LOC"], [""]],
        "entity_starts": [[0], [-1]],
        "entity_ends": [[3], [-1]],
        "entity_confidences": [[0.9], [0.0]],
    }
    assert Answer.of_padded(outputs) == [Answer(["B-LOC", "O"], [0.9, 0.8], [("LOC", 0, 3, 0.9)]), Answer([], [], [])]


@pytest.mark.parametrize(
    "change",
    [
        {"tags": ["B-PER", "O", "B-PER", "B-PER", "O"]},
        {"confidences": [0.9, 0.8, 0.75, 0.5, 0.5 + 2 * TOLERANCE]},
        {"entities": [("PER", 0, 3, 0.9), ("PER", 8, 15, 0.625)]},
        {"entities": [("PER", 0, 3, 0.9), ("LOC", 8, 14, 0.625)]},
        {"entities": [("PER", 0, 3, 0.9), ("PER", 8, 14, 0.625 - 2 * TOLERANCE)]},
        {"entities": [("PER", 0, 3, 0.9)]},
    ],
)
def test_any_other_answer_is_shown_with_its_text(change):
    other = dataclasses.replace(ANSWER, **change)
    with pytest.raises(RuntimeError, match=r"something else than its tagger of 'Ada saw Bo Dee\.'"):
        check_same(["x", DOC.text], [ANSWER, ANSWER], [ANSWER, other])


def test_rounding_is_not_another_answer():
    rounded = [confidence + TOLERANCE / 2 for confidence in ANSWER.confidences]
    check_same([DOC.text], [ANSWER], [dataclasses.replace(ANSWER, confidences=rounded)])


def test_sample_texts_have_known_and_unknown_characters_and_one_is_long():
    texts = sample_texts(Vocabulary.from_text(["ab c"]))
    assert len(texts) == NUM_TEXTS
    assert max(map(len, texts)) > 2000
    assert {"", " "} < set(texts)
    assert set("ab\x00\N{SNOWMAN}") < set("".join(texts))
    assert texts == sample_texts(Vocabulary.from_text(["ab c"]))


def test_sentences_of_reports_come_as_running_text(tmp_path):
    work = WorkDir(str(tmp_path))
    assert predicted_sentences(work, 9) == []
    (tmp_path / "reports").mkdir()
    lines = "# sentence 1\nAda\tB-PER\tO\t0.9\n.\tO\tO\t0.9\n\n# sentence 2\nBo\tO\tO\t1.0\n\n"
    (tmp_path / "reports" / "test.conll").write_text(lines)
    assert predicted_sentences(work, 9) == ["Ada.", "Bo"]
    assert predicted_sentences(work, 1) == ["Ada."]
    assert len(sample_texts(Vocabulary.from_text(["ab"]), ["Ada.", "Bo"])) == NUM_TEXTS


def test_a_loader_that_fails_says_why():
    with pytest.raises(InputError, match=r"DIR: the export was written but cannot be loaded(.|\n)*ZeroDivisionError"):
        run_loader(["-c", "1 / 0"], "DIR", [])
