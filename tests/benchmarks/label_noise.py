"""How well `ner.evaluate` finds annotation errors: it scores a file in which some entity types were swapped at random.

    python -m tests.benchmarks.label_noise --workdir=WORKDIR --data=FILE [--share=0.02] [--seed=0]

FILE has two columns, token and IOB2 tag, and was not trained on. Prints one JSON object: the number of swapped entities
and of suspects, and precision at 5, 10, 20, ... suspects: the share that was swapped. Other suspects may be real
annotation errors, so that this is a lower bound. Writes a report `label-noise` into the work folder.
"""

import json
import random
import re
import tempfile
from pathlib import Path

from absl import app, flags

_WORKDIR = flags.DEFINE_string("workdir", None, "Work folder with a trained tagger.", required=True)
_DATA = flags.DEFINE_string("data", None, "Annotated file in two columns.", required=True)
_SHARE = flags.DEFINE_float("share", 0.02, "Share of entities whose type is swapped.")
_SEED = flags.DEFINE_integer("seed", 0, "Random seed.")
_PLACE = re.compile(r"# sentence \d+: .*:(\d+), document \d+")
_SUSPECT = re.compile(r"# suspect: word (\d+)")


def main(_: list[str]) -> None:
    """Swaps, evaluates, and compares."""
    from ner import evaluate

    lines, swapped = swap_types(Path(_DATA.value).read_text(encoding="utf-8").splitlines(), _SHARE.value, _SEED.value)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "label-noise.txt"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        evaluate.main(evaluate.Options(workdir=_WORKDIR.value, data=str(path)))
    ranked = suspected_lines(Path(_WORKDIR.value, "reports", "label-noise-suspects.conll").read_text(encoding="utf-8"))
    hits = [line in swapped for line in ranked]
    sizes = [size for size in (5, 10, 20, 50, 100, 200) if size <= len(hits)]
    precision = {size: round(sum(hits[:size]) / size, 3) for size in sizes}
    print(json.dumps({"swapped": len(swapped), "suspects": len(hits), "found": sum(hits), "precision_at": precision}))


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
