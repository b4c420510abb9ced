import json
from dataclasses import replace
from pathlib import Path

import pytest
from tensorboard import context
from tensorboard.backend.event_processing.data_provider import MultiplexerDataProvider
from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer

from ner import evaluate, tag
from ner.errors import InputError
from ner.evaluation.reports.prediction_files import PredictionFiles
from ner.inference import split_evaluation
from ner.inference.ensemble_options import EnsembleOptions
from ner.inference.pipeline import Tagger
from ner.model.network import Network as KerasTagger
from ner.run_dir import checkpoints
from ner.run_dir.confidence_calibration import ConfidenceCalibration
from ner.run_dir.trained_tagger import load_tagger
from ner.run_dir.workdir import WorkDir, evaluation_run
from ner.tensorboard.plugin.blob_cache import BlobCache
from ner.tensorboard.plugin.evaluation_store import Caches, EvaluationStore
from ner.tensorboard.plugin.example_index import IndexCache
from ner.text.spacing import AS_WRITTEN
from tests.predicted import LABELS, evaluation_of, predictions_of


def other_run(work, records, folder):
    """A work folder as `work`, with other weights."""
    made = WorkDir(str(folder))
    made.prepare(work.config(), work.dataset(), records)
    tagger = KerasTagger(work.config().model, work.dataset().vocabulary, work.dataset().labels, seed=7)
    checkpoints.save(made.best, checkpoints.Checkpoint(tagger.weights_by_name(), {"step": 5}))
    return made


def shown_in_the_tab(logs, run):
    """What TensorBoard's loader in Python has of each step's evaluation of `run`: wrong sentences, and text of one."""
    multiplexer = EventMultiplexer().AddRunsFromDirectory(logs).Reload()
    provider = MultiplexerDataProvider(multiplexer, logs)
    store = EvaluationStore(provider, Caches(BlobCache(), IndexCache()), context.RequestContext(), "")
    return {
        one.step: (header["wrongSentences"], store.index(one).sentence(0)["tokens"])
        for one, header in store.with_headers(run)
    }


def test_an_evaluation_of_the_same_step_takes_the_place_of_the_earlier_one(tmp_path):
    def write(step, *sentences):
        predictions = predictions_of([[row] for row in sentences])
        files = PredictionFiles(LABELS, ("test.txt",))
        files.add(predictions)
        evaluation = evaluation_of(predictions, split="validation", step=step)
        split_evaluation.write_report(evaluation, files, str(tmp_path / "reports"), str(tmp_path / "logs"))

    (tmp_path / "reports").mkdir()
    wrong = [(name, "B-LOC", "O", 0.9) for name in ("Ova", "Tarn", "Dravin")]
    write(7, *wrong)
    write(9, *wrong[:1])
    write(9, *wrong[1:])
    run = evaluation_run("validation")
    assert shown_in_the_tab(str(tmp_path / "logs"), run) == {7: (3, ["Ova"]), 9: (2, ["Tarn"])}
    assert len(list((tmp_path / "logs" / run).iterdir())) == 2


def test_a_model_is_once_in_an_ensemble(work, tmp_path):
    (tmp_path / "link").symlink_to(work.path)
    for again in (work.path, str(tmp_path / "link")):
        wanted = rf"{work.path} and {again} hold the same weights: name each model of an ensemble once"
        with pytest.raises(InputError, match=wanted):
            Tagger.load(work.path, again)


def test_the_program_writes_predictions_in_the_formats_of_its_flag(work, records):
    formats = {"prediction_formats": "jsonl,brat", "decoding": "vote"}
    evaluate.main(evaluate.Options(workdir=work.path, records=records[0], **formats))
    assert json.loads(Path(work.reports, "test.json").read_text())["decoding"] == "vote"
    written = {path.name for path in Path(work.reports).iterdir()}
    assert {"test.jsonl", "test-brat", "test-suspects.jsonl", "test-suspects-brat"} <= written
    assert not any(name.endswith(".conll") for name in written)


def test_raw_text_is_cut_at_the_marks_of_the_training_text(work, records, monkeypatch):
    (Path(work.path) / "dataset.json").write_text(replace(work.dataset(), lone_marks="-").to_json())
    models = []
    monkeypatch.setattr(
        split_evaluation.RawTextScorer, "score", lambda _, annotator, __: models.append(annotator.model)
    )
    evaluate.main(evaluate.Options(workdir=work.path, records=records[0], split="test"))
    assert [model.lone_marks for model in models] == ["-"]


def test_tagging_with_several_work_folders_averages_their_confidences(work, records, tmp_path):
    other = other_run(work, records[0], tmp_path / "other")
    docs = [Tagger.load(*paths)("Ada went to Mirrin") for paths in ([work.path], [other.path], [work.path, other.path])]
    first, second, both = (doc.confidences for doc in docs)
    assert first != second
    assert both not in (first, second)


def test_a_model_that_was_trained_in_half_precision_tags_in_float32_as_its_exports_do(work, records):
    config = work.config()
    half = replace(config, training=replace(config.training, precision="mixed_bfloat16"))
    texts = [f"{number} Ada went to Mirrin" for number in range(3)]
    wanted = [doc.confidences for doc in Tagger.load(work.path).pipe(texts)]
    Path(work.path, "config.json").write_text(half.to_json())
    for confidences, expected in zip(
        (doc.confidences for doc in Tagger.load(work.path).pipe(texts)), wanted, strict=True
    ):
        assert confidences == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("changed", "what"), [({"space_label": "outside"}, "--space_label=outside"), ({"spacing": AS_WRITTEN}, AS_WRITTEN)]
)
def test_members_of_other_records_are_refused(work, records, tmp_path, changed, what):
    folder, dataset = records
    other = WorkDir(str(tmp_path / "other"))
    other.prepare(work.config(), replace(dataset, **changed), folder)
    checkpoints.save(other.best, checkpoints.load(work.best))
    message = rf"^the training records of .*/work .*, but .*/other was trained (on|with) {what}; an ensemble is "
    with pytest.raises(InputError, match=message):
        Tagger.load(work.path, other.path)


def test_the_programs_take_an_ensemble_from_their_flag_and_warn_of_a_gpu(work, records, tmp_path, capsys, monkeypatch):
    folder, dataset = records
    other = other_run(work, folder, tmp_path / "other")
    monkeypatch.setattr("ner.devices.unused_gpu_warnings", lambda environ, **options: ["warning: no GPU"])
    evaluate.main(evaluate.Options(workdir=work.path, records=folder, ensemble=EnsembleOptions(ensemble=other.path)))
    reports = Path(work.reports)
    assert (reports / "test-ensemble.conll").exists()
    assert (Path(work.logs) / "test-ensemble").is_dir()
    assert not (reports / "test.json").exists()
    assert not (Path(work.path) / "calibration.json").exists()  # which would be taken for that of the first run
    assert capsys.readouterr().err.count("warning: no GPU") == 1
    (tmp_path / "text").write_text("Ada went to Mirrin")
    tag.main(
        tag.Options(
            workdir=work.path, ensemble=EnsembleOptions(ensemble=other.path), output="columns", show_confidence=True
        ),
        [str(tmp_path / "text")],
    )
    shown = capsys.readouterr()
    confidences = [float(line.split("\t")[-1]) for line in shown.out.splitlines() if line]
    together = Tagger.load(work.path, other.path)("Ada went to Mirrin").confidences
    assert confidences == pytest.approx(together, abs=0.01)
    assert confidences != pytest.approx(Tagger.load(work.path)("Ada went to Mirrin").confidences, abs=0.001)
    assert shown.err.count("warning: no GPU") == 1
    split_evaluation.evaluate(work, dataset, folder, "test", batch_size=8, decoding="viterbi")
    alone, both = (json.loads((reports / f"{name}.json").read_text()) for name in ("test", "test-ensemble"))
    assert alone["characters"] != both["characters"]
    assert alone["members"] == [checkpoints.fingerprint(work.best)]
    assert both["members"] == sorted(checkpoints.fingerprint(one.best) for one in (work, other))


def test_the_first_evaluation_calibrates_confidences_for_reports_and_tagging(work, records, capsys):
    folder, dataset = records
    nlp = Tagger.load(work.path)
    assert not (Path(work.path) / "calibration.json").exists()
    for _ in range(2):
        split_evaluation.evaluate(work, dataset, folder, "test", batch_size=8, decoding="viterbi")
    assert capsys.readouterr().out.count("confidences calibrated on validation: temperature") == 1
    calibration = work.calibration(3)
    assert calibration.temperature != 1.0
    calibrated = Tagger.load(work.path, min_precision=0.0)
    assert list(calibrated.thresholds) == list(dataset.labels.types)
    text = "Ada went to Mirrin"
    assert calibrated(text).tags == nlp(text).tags
    assert calibrated(text).confidences != nlp(text).confidences


def test_other_weights_of_the_same_step_are_calibrated_again(work, records, tmp_path):
    folder, dataset = records
    split_evaluation.evaluate(work, dataset, folder, "test", batch_size=8, decoding="viterbi")
    before = ConfidenceCalibration.read(work.path)
    other = other_run(work, folder, tmp_path / "other")
    weights = checkpoints.load(other.best).arrays
    checkpoints.save(work.best, checkpoints.Checkpoint(weights, checkpoints.load(work.best).state))
    assert work.calibration(before.step) is None
    assert load_tagger(work)[0].temperature == 1.0
    split_evaluation.evaluate(work, dataset, folder, "test", batch_size=8, decoding="viterbi")
    assert work.calibration(before.step).curves != before.curves


def test_a_calibration_on_other_records_is_replaced_by_one_on_the_own_and_kept_from_then_on(work, records):
    folder, dataset = records

    def calibration_after_evaluating():
        split_evaluation.evaluate(work, dataset, folder, "test", batch_size=8, decoding="viterbi")
        return ConfidenceCalibration.read(work.path)

    own = calibration_after_evaluating()
    assert own.sentences == dataset.split("validation").fingerprint
    replace(own, sentences="other", temperature=7.0).write(work.path)
    assert calibration_after_evaluating() == own  # fitted as if there had been none
    replace(own, document_weight=0.4, temperature=7.0).write(work.path)
    assert calibration_after_evaluating() == own
    replace(own, temperature=7.0).write(work.path)
    assert calibration_after_evaluating().temperature == 7.0


def test_an_ensemble_is_not_calibrated_by_its_members(work, records, tmp_path):
    other = other_run(work, records[0], tmp_path / "other")
    before = Tagger.load(work.path, other.path)("Ada went to Mirrin").confidences
    ConfidenceCalibration(step=3, temperature=3.0, curves={}).write(work.path)
    assert Tagger.load(work.path, other.path)("Ada went to Mirrin").confidences == before
    with pytest.raises(InputError, match="an ensemble has no calibration"):
        Tagger.load(work.path, other.path, min_precision=0.9)
