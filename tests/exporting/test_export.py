"""What an export holds beside its network; `tests/programs/test_export.py` loads exports in processes of their own."""

from ner.exporting import export
from ner.inference.pipeline import Tagger
from ner.run_dir.confidence_calibration import ConfidenceCalibration

TEXT = "Ada went to Ostrel Bay"


def test_an_export_holds_the_calibration_of_its_weights(work, tmp_path, monkeypatch):
    monkeypatch.setattr(export, "_compare", lambda *arguments, **options: "")
    before = Tagger.load(work.path)(TEXT).confidences
    curves = {"LOC": ((0.0, 0.95),), "PER": ((0.0, 0.5), (1.0, 1.0))}
    ConfidenceCalibration(step=3, temperature=3.0, curves=curves).write(work.path)
    (tmp_path / "onnx").mkdir()
    export.export(work, str(tmp_path / "onnx"), "onnx")
    for path in (work.path, tmp_path / "onnx"):
        found = Tagger.load(path, min_precision=0.9)
        assert found.thresholds == {"LOC": 0.0, "PER": 1.0}
        assert max(found(TEXT).confidences) < max(before)
        assert {ent.label for ent in found(TEXT).ents} <= {"LOC"}
