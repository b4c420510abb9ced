"""Time and memory of building records, against the plain way, each in processes of its own.

    python -m tests.benchmarks.build --train=FILE [--sentences=100000]

FILE is repeated until it holds that many sentences. Variants: `plain` (one process, `tf.train.Example` made of Python
lists, one `TFRecordWriter`), and `data_tools.build` with one and two workers, without and with GZIP. `peak_mb_1` is the
largest resident memory of the largest process, `peak_mb_2` that of the next, ..., `peak_mb_sum` of all together; Linux
only.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from absl import app, flags

from tests.benchmarks.repeats import medians, print_lines

_TRAIN = flags.DEFINE_string("train", None, "Column file: token and tag in the last two columns.", required=True)
_SENTENCES = flags.DEFINE_integer("sentences", 100_000, "Sentences to build, at least.")
_VARIANTS = flags.DEFINE_list("variants", ["plain", "1", "2", "1-gzip", "2-gzip"], "Those to be measured.")
_REPEATS = flags.DEFINE_integer("repeats", 3, "Repeats that count; one more warms up.", lower_bound=1)

_PLAIN = """
import sys
import tensorflow as tf

def sentences(path):
    rows = []
    for line in open(path, encoding="utf-8"):
        columns = line.split()
        if columns:
            rows.append(columns[-2:])
        elif rows:
            yield rows
            rows = []

source, target = sys.argv[1:]
characters, labels = {}, {}
for rows in sentences(source):
    for token, tag in rows:
        labels.setdefault(tag, len(labels))
        for character in token:
            characters.setdefault(character, len(characters) + 2)
characters.setdefault(" ", len(characters) + 2)

def ints(values):
    return tf.train.Feature(int64_list=tf.train.Int64List(value=values))

with tf.io.TFRecordWriter(target) as writer:
    for rows in sentences(source):
        ids, tags = [], []
        for token, tag in rows:
            if ids:
                ids.append(characters[" "])
                tags.append(labels[tag] if tag.startswith("I-") else labels["O"])
            for character in token:
                ids.append(characters[character])
                tags.append(labels[tag])
        features = tf.train.Features(feature={"chars": ints(ids), "labels": ints(tags)})
        writer.write(tf.train.Example(features=features).SerializeToString())
"""


def main(_: list[str]) -> None:
    """Measures the variants in turn, and all of them again in each repeat."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "train.txt"
        sentences = _write_repeated(Path(_TRAIN.value), source, _SENTENCES.value)
        target = Path(folder) / "target"
        results = medians(
            {name: partial(_measure, name, _arguments(name, source, target), target) for name in _VARIANTS.value},
            _REPEATS.value,
        )
    plain_seconds = results.get("plain", {}).get("seconds")
    for figures in results.values():
        figures["sentences"] = sentences
        if plain_seconds:
            figures["times_plain"] = plain_seconds / figures["seconds"]
    print_lines(results)


def _measure(variant: str, arguments: list[str], target: Path) -> dict[str, float]:
    """Wall time of a build, and the memory of each of its processes at its peak, the largest first."""
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.DEVNULL)
    peaks: dict[int, float] = {}
    while process.poll() is None:
        for pid in _family(process.pid):
            peaks[pid] = _peak_mb(pid) or peaks.get(pid, 0.0)
        time.sleep(0.02)
    seconds = time.perf_counter() - start
    if process.returncode:
        raise SystemExit(f"{variant}: exit status {process.returncode}")
    if target.is_dir():
        shutil.rmtree(target)
    else:
        target.unlink()
    ordered = sorted(peaks.values(), reverse=True)
    named = {f"peak_mb_{number}": peak for number, peak in enumerate(ordered, 1)}
    return {"seconds": seconds, **named, "peak_mb_sum": sum(ordered)}


def _family(pid: int) -> list[int]:
    """A process and all that it has started; nothing of one that has ended."""
    try:
        children = [int(one) for task in Path(f"/proc/{pid}/task").iterdir() for one in _words(task / "children")]
    except OSError:
        return []
    return [pid, *(member for child in children for member in _family(child))]


def _words(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").split()


def _peak_mb(pid: int) -> float:
    """What the kernel counts as the largest resident memory so far; 0 of a process that has ended."""
    try:
        words = _words(Path(f"/proc/{pid}/status"))
    except OSError:
        return 0.0
    return int(words[words.index("VmHWM:") + 1]) / 1024 if "VmHWM:" in words else 0.0


def _write_repeated(source: Path, target: Path, wanted: int) -> int:
    content = source.read_text(encoding="utf-8").strip() + "\n\n"
    sentences = content.count("\n\n")
    repeats = -(-wanted // sentences)
    with target.open("w", encoding="utf-8") as file:
        for _ in range(repeats):
            file.write(content)
    return repeats * sentences


def _arguments(variant: str, source: Path, target: Path) -> list[str]:
    if variant == "plain":
        return ["-c", _PLAIN, str(source), str(target)]
    workers, _, compression = variant.partition("-")
    options = [f"--train={source}", f"--output_dir={target}", f"--workers={workers}"]
    return ["-m", "data_tools.build", *options, f"--compression={compression.upper() or 'NONE'}"]


if __name__ == "__main__":
    app.run(main)
