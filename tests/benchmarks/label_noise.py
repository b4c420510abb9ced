"""How well annotation errors are found: a file in which some entity types were swapped at random is scored.

    python -m tests.benchmarks.label_noise --workdir=WORKDIR --data=FILE [--share=0.02] [--seed=0]
    python -m tests.benchmarks.label_noise --folds=5 --data=FILE --validation=FILE -- --flagfile=FLAGS

With --workdir, `ner.evaluate` scores FILE by a tagger that was not trained on it, and writes a report `label-noise`
into the work folder. With --folds, `ner.sweep --folds` trains on FILE without each fold, with the flags after `--`,
and scores each sentence by the model that did not see it.

FILE has two columns, token and IOB2 tag. Prints one JSON object: the number of swapped entities and of suspects, and
precision at 5, 10, 20, ... suspects: the share that was swapped. Other suspects may be real annotation errors, so that
this is a lower bound.
"""

import json
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from absl import app, flags

_WORKDIR = flags.DEFINE_string("workdir", None, "Work folder with a trained tagger.")
_DATA = flags.DEFINE_string("data", None, "Annotated file in two columns.", required=True)
_FOLDS = flags.DEFINE_integer("folds", 0, "Number of folds of --data: train without each, instead of --workdir.")
_VALIDATION = flags.DEFINE_string("validation", None, "Annotated file that chooses the best weights, with --folds.")
_SHARE = flags.DEFINE_float("share", 0.02, "Share of entities whose type is swapped.")
_SEED = flags.DEFINE_integer("seed", 0, "Random seed.")
_PLACE = re.compile(r"# sentence \d+: .*:(\d+), document \d+")
_SUSPECT = re.compile(r"# suspect: word (\d+)")


def main(arguments: list[str]) -> None:
    """Swaps, scores, and compares."""
    if bool(_WORKDIR.value) == bool(_FOLDS.value):
        sys.exit("label_noise: give --workdir or --folds")
    lines, swapped = swap_types(Path(_DATA.value).read_text(encoding="utf-8").splitlines(), _SHARE.value, _SEED.value)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "label-noise.txt"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        suspects = out_of_fold(path, arguments[1:]) if _FOLDS.value else evaluated(path)
    ranked = suspected_lines(suspects)
    hits = [line in swapped for line in ranked]
    sizes = [size for size in (5, 10, 20, 50, 100, 200) if size <= len(hits)]
    precision = {size: round(sum(hits[:size]) / size, 3) for size in sizes}
    print(json.dumps({"swapped": len(swapped), "suspects": len(hits), "found": sum(hits), "precision_at": precision}))


def evaluated(path: Path) -> str:
    """The suspects of a file that the tagger of --workdir has not learnt, as CoNLL."""
    from ner import evaluate

    evaluate.main(evaluate.Options(workdir=_WORKDIR.value, data=str(path)))
    return Path(_WORKDIR.value, "reports", "label-noise-suspects.conll").read_text(encoding="utf-8")


def out_of_fold(path: Path, train_flags: list[str]) -> str:
    """The suspects of a file by cross-validation on it, as CoNLL."""
    records, out = path.parent / "records", path.parent / "folds"
    build = ["data_tools.build", f"--train={path}", f"--validation={_VALIDATION.value}", f"--output_dir={records}"]
    sweep = ["ner.sweep", f"--output_dir={out}", f"--folds={_FOLDS.value}", "--", f"--records={records}", *train_flags]
    for command in (build, sweep):
        subprocess.run([sys.executable, "-m", *command], check=True, stdout=sys.stderr)
    return (out / "reports" / "train-out-of-fold-suspects.conll").read_text(encoding="utf-8")


def swap_types(lines: list[str], share: float, seed: int) -> tuple[list[str], set[int]]:
    """The lines with the types of a random `share` of entities swapped, and the line numbers where these begin."""
    rows = [line.rsplit(maxsplit=1) for line in lines]
    begins = [number for number, row in enumerate(rows) if len(row) == 2 and row[1].startswith("B-")]
    types = sorted({rows[number][1][2:] for number in begins})
    chosen = random.Random(seed)
    swapped = set(chosen.sample(begins, round(share * len(begins))))
    changed = list(lines)
    for number in swapped:
        own = rows[number][1][2:]
        other = chosen.choice([one for one in types if one != own])
        end = number + 1
        while end < len(rows) and len(rows[end]) == 2 and rows[end][1] == f"I-{own}":
            end += 1
        for at in range(number, end):
            changed[at] = lines[at][: -len(own)] + other
    return changed, {number + 1 for number in swapped}


def suspected_lines(conll: str) -> list[int]:
    """Line numbers of the first words of suspects, the likeliest first."""
    found, words = [], []
    for line in conll.splitlines():
        if suspect := _SUSPECT.match(line):
            words.append(int(suspect[1]))
        elif place := _PLACE.match(line):
            found += [int(place[1]) + word - 1 for word in words]
            words = []
    return found


if __name__ == "__main__":
    app.run(main)
