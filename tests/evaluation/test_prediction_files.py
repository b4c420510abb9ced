import json

import pytest

from data_tools.building.options import BuildOptions
from data_tools.building.records import build_records
from data_tools.readers.read_options import ReadOptions
from ner.errors import InputError
from ner.evaluation.reports.prediction_files import PredictionFiles
from ner.evaluation.reports.prediction_formats import FORMATS
from tests.built_records import sentences
from tests.predicted import LABELS, predictions_of

SENTENCES = [
    [("Ostrel", "B-LOC", "B-LOC", 0.9), ("Bay", "I-LOC", "O", 0.8), ("won", "O", "O", 0.9)],
    [("=Ova", "B-ORG", "B-LOC", 0.75), ("x", "O", "O", 1.0)],
]


def collected(*batches):
    found = PredictionFiles(LABELS, ("test.txt",))
    for batch in batches:
        found.add(batch)
    return found


def written(sentences):
    return FORMATS["conll"]("test", sentences)["test.conll"]


def test_every_sentence_is_written_in_columns_in_file_order():
    batches = predictions_of(SENTENCES[1:], first=1), predictions_of(SENTENCES[:1])
    assert written(collected(*batches).sentences).splitlines() == [
        "# sentence 1: test.txt:1, document 1",
        "Ostrel\tB-LOC\tB-LOC\t0.9000",
        "Bay\tI-LOC\tO\t0.8000",
        "won\tO\tO\t0.9000",
        "",
        "# sentence 2: test.txt:4, document 1",
        "=Ova\tB-ORG\tB-LOC\t0.7500",
        "x\tO\tO\t1.0000",
        "",
    ]


def test_every_wrong_entity_is_a_line_of_the_table_and_no_formula():
    assert collected(predictions_of(SENTENCES)).to_csv().splitlines() == [
        "sentence,file,line,document,error,gold,predicted,entity,confidence,text",
        "1,test.txt,1,1,boundary,LOC,missed,Ostrel Bay,0.8500,Ostrel Bay won",
        "1,test.txt,1,1,boundary,spurious,LOC,Ostrel,0.9000,Ostrel Bay won",
        "2,test.txt,4,1,type,ORG,LOC,'=Ova,0.7500,'=Ova x",
    ]


def test_confident_disagreements_are_suspects_the_likeliest_first():
    sentences = [
        [("Ova", "B-LOC", "B-LOC", 0.9), ("Ostrel", "B-LOC", "B-LOC", 0.7)],  # usually 0.8
        [("Selk", "B-ORG", "B-LOC", 0.85), ("won", "O", "O", 0.9)],
        [("so", "O", "O", 0.9), ("New", "B-LOC", "O", 0.99), ("Tarn", "I-LOC", "O", 0.99)],
        [("Dravin", "B-ORG", "B-LOC", 0.79)],
    ]
    assert written(collected(predictions_of(sentences)).suspects).splitlines() == [
        "# suspect: word 2 to 3, 'New Tarn': gold LOC, predicted missed, confidence 0.9900, 0.0900 above the threshold",
        "# sentence 3: test.txt:7, document 1",
        "so\tO\tO\t0.9000",
        "New\tB-LOC\tO\t0.9900",
        "Tarn\tI-LOC\tO\t0.9900",
        "",
        "# suspect: word 1, 'Selk': gold ORG, predicted LOC, confidence 0.8500, 0.0500 above the threshold",
        "# sentence 2: test.txt:4, document 1",
        "Selk\tB-ORG\tB-LOC\t0.8500",
        "won\tO\tO\t0.9000",
        "",
    ]


def test_a_gold_entity_that_a_predicted_one_overlaps_is_no_suspect_as_missed():
    sentences = [
        [("Ostrel", "B-LOC", "B-LOC", 0.9), ("won", "O", "O", 0.9)],
        [("New", "O", "B-LOC", 0.97), ("Tarn", "B-LOC", "I-LOC", 0.97)],  # O has at most 0.03
        [("Ova", "B-LOC", "B-ORG", 0.97), ("Bay", "O", "I-ORG", 0.97)],
    ]
    assert [one.notes for one in collected(predictions_of(sentences)).suspects] == [
        (
            "suspect: word 1 to 2, 'New Tarn': gold spurious, predicted LOC, confidence 0.9700, "
            "0.0700 above the threshold",
        )
    ]


def test_without_correct_predictions_nothing_is_suspect():
    assert collected(predictions_of([[("Ova", "B-LOC", "O", 0.99)]])).suspects == []


def test_all_files_are_written(tmp_path):
    found = collected(predictions_of(SENTENCES))
    found.write(str(tmp_path), "test")
    assert (tmp_path / "test.conll").read_text() == written(found.sentences)
    assert (tmp_path / "test-errors.csv").read_bytes().decode() == found.to_csv()
    assert (tmp_path / "test-suspects.conll").read_text() == written(found.suspects)


ROUND_TRIPS = [("conll", "test.conll", {"tag_column": 1}), ("jsonl", "test.jsonl", {}), ("brat", "test-brat", {})]


@pytest.mark.parametrize(("name", "file", "options"), ROUND_TRIPS)
def test_what_is_written_is_built_again_with_the_gold_entities(tmp_path, name, file, options):
    found = PredictionFiles(LABELS, ("test.txt",), (name,))
    found.add(predictions_of([*SENTENCES, [("New", "B-LOC", "B-ORG", 1.0), ("Tarn", "I-LOC", "I-ORG", 1.0)]]))
    found.write(str(tmp_path), "test")
    sources = {"train": (str(tmp_path / file),)}
    options = BuildOptions(sources=sources, output_dir=str(tmp_path / "records"), read=ReadOptions(**options))
    build_records(options)
    assert sentences(tmp_path / "records") == [
        "Ostrel/B-LOC Bay/I-LOC won/O",
        "=/B-ORG Ova/I-ORG x/O" if name != "conll" else "=Ova/B-ORG x/O",  # tokens by rule
        "New/B-LOC Tarn/I-LOC",
    ]


def test_tokens_that_nobody_annotated_are_written_or_refused(tmp_path):
    partial = [[("Ostrel", "B-LOC", "B-LOC", 0.9), ("Bay", "-", "O", 0.8), ("won", "O", "O", 0.9)]]
    found = PredictionFiles(LABELS, ("test.txt",), ("conll", "jsonl"))
    found.add(predictions_of(partial))
    found.write(str(tmp_path), "test")
    for file, options in (("test.conll", {"tag_column": 1}), ("test.jsonl", {})):
        folder = tmp_path / file.replace(".", "-")
        sources = {"train": (str(tmp_path / file),)}
        build_records(BuildOptions(sources=sources, output_dir=str(folder), read=ReadOptions(**options)))
        assert sentences(folder) == ["Ostrel/B-LOC Bay/- won/O"]
    with pytest.raises(InputError, match=r"test\.txt:1: brat cannot say which tokens are unannotated"):
        FORMATS["brat"]("test", found.sentences)


def test_brat_has_notes_on_entities_that_were_not_found():
    found = PredictionFiles(LABELS, ("test.txt",))
    found.add(predictions_of(SENTENCES))
    contents = FORMATS["brat"]("test", found.sentences)
    assert contents["test-brat/test.txt"] == "Ostrel Bay won\n=Ova x\n"
    assert contents["test-brat/test.ann"].splitlines() == [
        "T1\tLOC 0 10\tOstrel Bay",
        "#1\tAnnotatorNotes T1\tpredicted LOC (0.90)",
        "T2\tORG 15 19\t=Ova",
        "#2\tAnnotatorNotes T2\tpredicted LOC (0.75)",
    ]


def test_json_lines_hold_gold_predictions_and_the_place():
    found = PredictionFiles(LABELS, ("test.txt",))
    found.add(predictions_of(SENTENCES[1:], first=1))
    [line] = FORMATS["jsonl"]("test", found.sentences)["test.jsonl"].splitlines()
    assert json.loads(line) == {
        "text": "=Ova x",
        "spans": [{"start": 0, "end": 4, "label": "ORG"}],
        "predicted": [{"start": 0, "end": 4, "label": "LOC", "confidence": 0.75}],
        "file": "test.txt",
        "line": 4,
        "document": 1,
    }
