"""What the summaries of a validation cost: time, bytes of event files, memory, and how fast the tab has its data.

    python -m tests.benchmarks.summaries --records=RECORDS [--workdir=WORKDIR] [--split=validation] [--sentences=3000]

`validation_seconds` is predicting and scoring alone. Of what is done beside, `collect_seconds` is what choosing the
sentences to show, slices, strings and intervals add to it, `figure_seconds` the three confusion matrices,
`write_seconds` everything else; `share` is collecting and writing over `validation_seconds`. All are wall times, and
CPU times of all threads under `cpu`, which other programs disturb less. Without --workdir the tagger is an untrained
one of the default size: it errs everywhere, which costs most.
"""

import json
import resource
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
from absl import app, flags

_RECORDS = flags.DEFINE_string("records", None, "Folder that data_tools.build wrote.", required=True)
_WORKDIR = flags.DEFINE_string("workdir", None, "Work folder with a trained tagger; none: an untrained tagger.")
_SPLIT = flags.DEFINE_string("split", "validation", "Split to evaluate on.")
_SENTENCES = flags.DEFINE_integer("sentences", 3000, "Sentences of the split to take, as whole shards allow.")
_REPEATS = flags.DEFINE_integer("repeats", 3, "Counted repeats.")
_EVALUATIONS = flags.DEFINE_integer("evaluations", 200, "Evaluations written for the growth of memory and files.")


def main(_: list[str]) -> None:
    """Measures and prints one JSON object a line."""
    evaluator, split = _evaluator()
    figures = [_once(evaluator, split) for _ in range(_REPEATS.value + 1)][1:]
    wall, cpu = ({key: _middle(one[key][clock] for one in figures) for key in figures[0]} for clock in (0, 1))
    print(json.dumps({"name": "validation", **wall, "cpu": cpu}))
    evaluation = evaluator.evaluate(split, 0)
    print(json.dumps({"name": "growth", **_growth(evaluation)}))


def _evaluator():
    from ner.config import ModelConfig
    from ner.data import dataset as records_dataset
    from ner.evaluation.evaluator import Evaluator
    from ner.model.network import Network
    from ner.run_dir.trained_tagger import load_tagger
    from ner.run_dir.workdir import WorkDir

    dataset = records_dataset.load(_RECORDS.value)
    split = dataset.split(_SPLIT.value)
    count = sum(split.sentences > 0 and before < _SENTENCES.value for before in _before(split))
    shards = split.shards[:count]
    part = type(split)(**{**vars(split), "shards": shards, "sentences": sum(shard.records for shard in shards)})
    dataset.splits[_SPLIT.value] = part
    if _WORKDIR.value:
        tagger, _ = load_tagger(WorkDir(_WORKDIR.value))
    else:
        tagger = Network(ModelConfig(), dataset.vocabulary, dataset.labels)
    print(json.dumps({"name": "split", "sentences": part.sentences, "labels": len(dataset.labels)}))
    return Evaluator(tagger, dataset, _RECORDS.value, batch_size=64, decoding="viterbi"), _SPLIT.value


def _before(split):
    total = 0
    for shard in split.shards:
        yield total
        total += shard.records


def _once(evaluator, split):
    from ner.evaluation.analysis.error_examples import ExampleCollector
    from ner.evaluation.analysis.outcomes import OutcomeCollector
    from ner.evaluation.evaluation import EvaluationCollector
    from ner.evaluation.predictions import Predictions
    from ner.tensorboard.writer import make_writer, write_evaluation

    spent = {"collect_seconds": np.zeros(2)}
    # Examples, outcomes and slices of each batch; then strings, intervals and calibration of all.
    methods = [(ExampleCollector, "add"), (OutcomeCollector, "add"), (Predictions, "_sliced")]
    methods.append((EvaluationCollector, "evaluation"))
    originals = [(kind, name, getattr(kind, name)) for kind, name in methods]
    for kind, name, original in originals:
        setattr(kind, name, _timed(original, spent, "collect_seconds"))
    start = _clocks()
    evaluation = evaluator.evaluate(split, 0)
    whole = _clocks() - start
    for kind, name, original in originals:
        setattr(kind, name, original)
    start = _clocks()
    evaluation.report.confusion_images()
    figure_seconds = _clocks() - start
    with tempfile.TemporaryDirectory() as logs:
        writer = make_writer(logs, "validation")
        start = _clocks()
        write_evaluation(writer, evaluation)
        written = _clocks() - start
        writer.close()
    validation = whole - spent["collect_seconds"]
    write_seconds = written - figure_seconds
    share = (spent["collect_seconds"] + write_seconds) / validation
    return {
        "validation_seconds": validation,
        **spent,
        "figure_seconds": figure_seconds,
        "write_seconds": write_seconds,
        "share": share,
    }


def _clocks():
    """Wall and CPU time in seconds."""
    return np.array([time.perf_counter(), time.process_time()])


def _timed(function, spent, name):
    def timed(*arguments):
        start = _clocks()
        result = function(*arguments)
        spent[name] += _clocks() - start
        return result

    return timed


def _growth(evaluation):
    """Bytes of event files an evaluation and megabytes of memory after 20 of them and after all."""
    from ner.tensorboard.writer import make_writer, write_evaluation

    with tempfile.TemporaryDirectory() as logs:
        writer = make_writer(logs, "validation")
        peaks = []
        for number in range(_EVALUATIONS.value):
            write_evaluation(writer, evaluation)
            if number in (19, _EVALUATIONS.value - 1):
                peaks.append(_resident_megabytes())
        writer.close()
        size = sum(path.stat().st_size for path in Path(logs).rglob("*.tfevents.*"))
    return {
        "evaluations": _EVALUATIONS.value,
        "bytes_per_evaluation": size // _EVALUATIONS.value,
        "resident_megabytes_after_20": peaks[0],
        "resident_megabytes_at_the_end": peaks[-1],
        "peak_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def _resident_megabytes() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * resource.getpagesize() >> 20


def _middle(values) -> float:
    return float(f"{statistics.median(values):.3g}")


if __name__ == "__main__":
    app.run(main)
