"""Time and memory of building records, against the plain way, each in processes of its own.

    python -m tests.benchmarks.build --train=FILE [--format=columns] [--sentences=100000]

FILE is repeated until it holds that many sentences, and written in the format that is to be measured. Variants: `plain`
(one process, `tf.train.Example` made of Python lists, one `TFRecordWriter`), and `data_tools.build` with one and two
workers, without and with GZIP. Plain records hold what ours do: characters, labels, words, the text and its place. The
plain way checks nothing, counts nothing beside the two vocabularies, and finds tokens by a regular expression of one
line. `peak_mb_1` is the largest resident memory of the largest process, `peak_mb_2` that of
the next, ..., `peak_mb_sum` of all together; Linux only.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

from absl import app, flags

from data_tools.readers.base import ReadCounts
from data_tools.readers.formats import open_reader
from data_tools.readers.read_options import ReadOptions
from ner.text.sentence import Sentence
from ner.text.spans import spans_of
from ner.text.standoff import Standoff, standoff_lines
from tests.benchmarks.repeats import medians, print_lines

_TRAIN = flags.DEFINE_string("train", None, "Column file: token and tag in the last two columns.", required=True)
_FORMAT = flags.DEFINE_enum("format", "columns", ["columns", "jsonl", "brat"], "Format of what is built.")
_SENTENCES = flags.DEFINE_integer("sentences", 100_000, "Sentences to build, at least.")
_VARIANTS = flags.DEFINE_list("variants", ["plain", "1", "2", "1-gzip", "2-gzip"], "Those to be measured.")
_SENTENCES_OF_DOCUMENT = 20  # in brat
_REPEATS = flags.DEFINE_integer("repeats", 3, "Repeats that count; one more warms up.", lower_bound=1)

# What the plain way reads, a sentence at a time: its text, the label of each character, and where words begin.
_TOKENIZE = r"""
import re

def tokenized(text, spans):
    tags, words = ["O"] * len(text), [0] * len(text)
    for match in re.finditer(r"\w+|[^\w\s]", text):
        start, end = match.span()
        words[start:end] = [1] + [2] * (end - start - 1)
    for start, end, name in spans:
        tags[start:end] = ["I-" + name] * (end - start)
        tags[start] = "B-" + name
    return tags, words
"""
_READ = {
    "columns": """
def rows_of(path):
    rows, first = [], 0
    for number, line in enumerate(open(path, encoding="utf-8")):
        columns = line.split()
        if columns:
            first = first if rows else number
            rows.append(columns[-2:])
        elif rows:
            yield first, rows
            rows = []

def sentences(path):
    for number, rows in rows_of(path):
        text, tags, words = "", [], []
        for token, tag in rows:
            if text:
                text += " "
                tags.append(tag if tag.startswith("I-") else "O")
                words.append(0)
            text += token
            tags += [tag] * len(token)
            words += [1] + [2] * (len(token) - 1)
        yield text, tags, words, 0, number
""",
    "jsonl": _TOKENIZE
    + """
import json

def sentences(path):
    for number, line in enumerate(open(path, encoding="utf-8")):
        record = json.loads(line)
        spans = [(span["start"], span["end"], span["label"]) for span in record["spans"]]
        yield record["text"], *tokenized(record["text"], spans), 0, number
""",
    "brat": _TOKENIZE
    + r"""
from pathlib import Path

def sentences(folder):
    for source, path in enumerate(sorted(Path(folder).glob("*.txt"))):
        text, spans = path.read_text(encoding="utf-8"), []
        for line in path.with_suffix(".ann").read_text(encoding="utf-8").split("\n")[:-1]:
            _, kind, _ = line.split("\t")
            name, start, end = kind.split(" ")
            spans.append((int(start), int(end), name))
        tags, words = tokenized(text, spans)
        position = 0
        for number, line in enumerate(text.split("\n")[:-1]):
            part = slice(position, position + len(line))
            yield line, tags[part], words[part], source, number
            position += len(line) + 1
""",
}

_WRITE = """
import sys
import tensorflow as tf

source, target = sys.argv[1:]
characters, labels = {}, {}
for text, tags, *_ in sentences(source):
    for character, tag in zip(text, tags):
        characters.setdefault(character, len(characters) + 2)
        labels.setdefault(tag, len(labels))

def ints(values):
    return tf.train.Feature(int64_list=tf.train.Int64List(value=values))

with tf.io.TFRecordWriter(target) as writer:
    for text, tags, words, number_of_file, line in sentences(source):
        features = {
            "chars": ints([characters[one] for one in text]),
            "labels": ints([labels[one] for one in tags]),
            "words": ints(words),
            "text": tf.train.Feature(bytes_list=tf.train.BytesList(value=[text.encode()])),
            "source": ints([number_of_file]),
            "line": ints([line]),
        }
        writer.write(tf.train.Example(features=tf.train.Features(feature=features)).SerializeToString())
"""


def main(_: list[str]) -> None:
    """Measures the variants in turn, and all of them again in each repeat."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "source"
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
    """Writes the sentences of `source` as often as makes `wanted`, in the format to be measured; how many there are."""
    content = source.read_text(encoding="utf-8").strip() + "\n\n"
    sentences = content.count("\n\n")
    repeats = -(-wanted // sentences)
    if _FORMAT.value == "columns":
        with target.open("w", encoding="utf-8") as file:
            for _ in range(repeats):
                file.write(content)
        return repeats * sentences
    reader, counts = open_reader([str(source)], ReadOptions()), ReadCounts()
    read = [one.sentence for part in reader.ranges(str(source)) for one in reader.read(part, counts)]
    if _FORMAT.value == "jsonl":
        lines = [json.dumps({"text": one.text, "spans": _spans(one)}, ensure_ascii=False) + "\n" for one in read]
        with target.open("w", encoding="utf-8") as file:
            for _ in range(repeats):
                file.writelines(lines)
        return repeats * len(read)
    target.mkdir()
    documents = [read[first : first + _SENTENCES_OF_DOCUMENT] for first in range(0, len(read), _SENTENCES_OF_DOCUMENT)]
    for number, document in enumerate(documents * repeats):
        lines, characters, entities = [], 0, 0
        for one in document:
            found = [Standoff(span["label"], span["start"], span["end"]) for span in _spans(one)]
            lines += standoff_lines(one.text, found, offset=characters, first=entities + 1)
            characters, entities = characters + len(one.text) + 1, entities + len(found)
        (target / f"{number:06d}.txt").write_text("".join(f"{one.text}\n" for one in document), encoding="utf-8")
        (target / f"{number:06d}.ann").write_text("".join(lines), encoding="utf-8")
    return repeats * len(read)


def _spans(sentence: Sentence) -> list[dict[str, Any]]:
    starts, ends = sentence.token_spans
    found = spans_of(sentence.tags)
    return [{"start": starts[one.start], "end": ends[one.end - 1], "label": one.type} for one in found]


def _arguments(variant: str, source: Path, target: Path) -> list[str]:
    if variant == "plain":
        return ["-c", _READ[_FORMAT.value] + _WRITE, str(source), str(target)]
    workers, _, compression = variant.partition("-")
    options = [f"--train={source}", f"--output_dir={target}", f"--workers={workers}"]
    return ["-m", "data_tools.build", *options, f"--compression={compression.upper() or 'NONE'}"]


if __name__ == "__main__":
    app.run(main)
