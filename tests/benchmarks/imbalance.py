"""What each way of caring for rare classes does to the scores of all classes, over several seeds.

    python -m tests.benchmarks.imbalance --records=DIR --output_dir=DIR --seeds=3 --jobs=2 -- FLAGS OF ner.train

Variants: `none`; class weights (`inverse_sqrt`, `effective_number`); `focal` loss; `oversample`, with as many epochs
less as make it see about as many sentences as the others. Each is trained with each seed as a trial of a sweep in
--output_dir, is safe to kill and to repeat, and is scored with its best weights on --split. Prints tables in Markdown:
mean and, after ±, standard deviation over the seeds, in percent.
"""

import json
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from absl import app, flags

_RECORDS = flags.DEFINE_string("records", None, "Folder that data_tools.build wrote.", required=True)
_OUTPUT_DIR = flags.DEFINE_string("output_dir", None, "Folder of all trials.", required=True)
_SEEDS = flags.DEFINE_integer("seeds", 3, "Seeds, from 0.", lower_bound=1)
_JOBS = flags.DEFINE_integer("jobs", 1, "Trials at a time.", lower_bound=1)
_SPLIT = flags.DEFINE_string("split", "validation", "Split that the scores are of.")
_THRESHOLD = flags.DEFINE_float("threshold", 0.3, "--oversample of the variant of this name.")

Report = Mapping[str, Any]
_SCORES: dict[str, Callable[[Report], float]] = {
    "entity micro F1": lambda report: report["entities"]["micro"]["f1"],
    "entity macro F1": lambda report: report["entities"]["macro"]["f1"],
    "word macro-F1": lambda report: report["words"]["macro_f1"],
    "character macro-F1": lambda report: report["characters"]["macro_f1"],
    "character accuracy": lambda report: report["characters"]["accuracy"],
}


def main(argv: list[str]) -> None:
    """Trains what is not trained yet, evaluates what is not evaluated yet, and prints the tables."""
    records, folder, split, arguments = _RECORDS.value, Path(_OUTPUT_DIR.value), _SPLIT.value, argv[1:]
    variants = {
        "none": [],
        "inverse_sqrt": ["--class_weighting=inverse_sqrt"],
        "effective_number": ["--class_weighting=effective_number"],
        "focal": ["--focal_gamma=2"],
        "oversample": oversampled(records, arguments, _THRESHOLD.value),
    }
    train(folder, variants, ["--", f"--records={records}", *arguments])
    reports = {
        name: [evaluated(folder / f"{name},seed={seed}", records, split) for seed in range(_SEEDS.value)]
        for name in variants
    }
    print(table(reports, _SCORES))
    for level, kind in (("entities", "per_type"), ("characters", "per_class")):
        names = reports["none"][0][level][kind]
        print(f"\nF1 of each class, {level}\n\n{table(reports, class_scores(level, kind, names))}")


def oversampled(records: str, arguments: Sequence[str], threshold: float) -> list[str]:
    """Flags of over-sampling with as few epochs less as see the same number of sentences."""
    from ner.data import dataset as records_dataset
    from ner.data.sampling import SamplingPlan

    dataset = records_dataset.load(records)
    given = [int(flag.partition("=")[2]) for flag in arguments if flag.startswith("--epochs=")]
    if not given:
        raise SystemExit("give --epochs=N after --")
    plan = SamplingPlan.oversampled(dataset.label_counts, dataset.labels, threshold)
    size = plan.before(given[-1]) / given[-1]
    fewer = round(given[-1] * dataset.split("train").sentences / size)
    return [f"--oversample={threshold:g}", f"--epochs={fewer}"]


def train(folder: Path, variants: Mapping[str, Sequence[str]], arguments: Sequence[str]) -> None:
    """Trains each variant with each seed, as a sweep over flag files; ends the program where that ends early."""
    files = []
    for name, own in variants.items():
        path = folder / "variants" / f"{name}.flags"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"{flag}\n" for flag in own), encoding="utf-8")
        files.append(str(path))
    command = [sys.executable, "-m", "ner.sweep", f"--output_dir={folder}", f"--flagfiles={','.join(files)}"]
    command += [f"--seeds={_SEEDS.value}", f"--jobs={_JOBS.value}", *arguments]
    if status := subprocess.run(command, check=False).returncode:
        raise SystemExit(status)


def evaluated(work: Path, records: str, split: str) -> Report:
    """The report of a trial's best weights."""
    path = work / "reports" / f"{split}.json"
    best_step = json.loads((work / "result.json").read_text(encoding="utf-8"))["best_step"]
    if not path.exists() or json.loads(path.read_text(encoding="utf-8"))["step"] != best_step:
        command = [
            sys.executable,
            "-m",
            "ner.evaluate",
            f"--workdir={work}",
            f"--records={records}",
            f"--split={split}",
        ]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return json.loads(path.read_text(encoding="utf-8"))


def class_scores(level: str, kind: str, names: Sequence[str]) -> dict[str, Callable[[Report], float]]:
    """F1 of each class by its name."""
    return {name: lambda report, name=name: report[level][kind][name]["f1"] for name in names}


def table(reports: Mapping[str, Sequence[Report]], scores: Mapping[str, Callable[[Report], float]]) -> str:
    """A Markdown table: a row a variant, a column a score, mean ± standard deviation over the reports in percent."""
    lines = ["| variant | " + " | ".join(scores) + " |", "|---" * (1 + len(scores)) + "|"]
    for name, made in reports.items():
        cells = []
        for score in scores.values():
            values = [100 * score(report) for report in made]
            spread = f" ± {statistics.stdev(values):.1f}" if len(values) > 1 else ""
            cells.append(f"{statistics.fmean(values):.1f}{spread}")
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    app.run(main)
