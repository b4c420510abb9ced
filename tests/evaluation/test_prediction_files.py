from ner.evaluation.prediction_files import PredictionFiles
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


def test_every_sentence_is_written_in_columns_in_file_order():
    batches = predictions_of(SENTENCES[1:], first=1), predictions_of(SENTENCES[:1])
    assert collected(*batches).to_conll().splitlines() == [
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
    assert collected(predictions_of(sentences)).suspects_to_conll().splitlines() == [
        "# suspect: word 2 to 3, 'New Tarn': gold LOC, predicted missed, confidence 0.9900, 0.0900 above the usual",
        "# sentence 3: test.txt:7, document 1",
        "so\tO\tO\t0.9000",
        "New\tB-LOC\tO\t0.9900",
        "Tarn\tI-LOC\tO\t0.9900",
        "",
        "# suspect: word 1, 'Selk': gold ORG, predicted LOC, confidence 0.8500, 0.0500 above the usual",
        "# sentence 2: test.txt:4, document 1",
        "Selk\tB-ORG\tB-LOC\t0.8500",
        "won\tO\tO\t0.9000",
        "",
    ]


def test_without_correct_predictions_nothing_is_suspect():
    assert collected(predictions_of([[("Ova", "B-LOC", "O", 0.99)]])).suspects_to_conll() == ""


def test_all_files_are_written(tmp_path):
    found = collected(predictions_of(SENTENCES))
    found.write(str(tmp_path), "test")
    assert (tmp_path / "test.conll").read_text() == found.to_conll()
    assert (tmp_path / "test-errors.csv").read_bytes().decode() == found.to_csv()
    assert (tmp_path / "test-suspects.conll").read_text() == found.suspects_to_conll()
