"""Time and memory of building records, against the plain way, each in processes of its own.

    python -m tests.benchmarks.build --train=FILE [--sentences=100000]

FILE is repeated until it holds that many sentences. Variants: `plain` (one process, `tf.train.Example` made of Python
lists, one `TFRecordWriter`), and `data_tools.build` with one and two workers, without and with GZIP. `peak_mb` is the
resident memory of the largest process.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from absl import app, flags

from tests.benchmarks.repeats import print_lines

_TRAIN = flags.DEFINE_string("train", None, "Column file: token and tag in the last two columns.", required=True)
_SENTENCES = flags.DEFINE_integer("sentences", 100_000, "Sentences to build, at least.")
_VARIANTS = flags.DEFINE_list("variants", ["plain", "1", "2", "2-gzip"], "Those to be measured: plain, or workers.")

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

_PEAK = "import json, resource, subprocess, sys; done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL); "
_PEAK += "print(json.dumps([done.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss]))"


def main(_: list[str]) -> None:
    """Measures the variants one after the other."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "train.txt"
        sentences = _write_repeated(Path(_TRAIN.value), source, _SENTENCES.value)
        results = {}
        for variant in _VARIANTS.value:
            command = [sys.executable, *_arguments(variant, source, Path(folder) / variant)]
            start = time.perf_counter()
            shown = subprocess.run([sys.executable, "-c", _PEAK, *command], check=True, stdout=subprocess.PIPE).stdout
            seconds = time.perf_counter() - start
            status, peak_kb = json.loads(shown)
            if status:
                raise SystemExit(f"{variant}: exit status {status}")
            results[variant] = {
                "sentences": sentences,
                "seconds": seconds,
                "sentences_per_second": sentences / seconds,
                "peak_mb": peak_kb / 1024,
            }
    print_lines(results)
    print(f"peak of this program itself: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


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
