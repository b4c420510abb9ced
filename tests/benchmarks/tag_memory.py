"""Start and memory of `ner.tag` with an ONNX export: `python -m tests.benchmarks.tag_memory --export=DIR --text=FILE`.

Prints what a new process takes from `import` to the first entity, and then, for files of `--lines` lines, which repeat
those of FILE, what the program takes: CPU seconds, sentences a CPU second, and the peak of memory in MB.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path

_START = (
    "import sys; from ner import Tagger; Tagger.load(sys.argv[1])('Ada Lovelace lived in London.').ents; "
    "assert 'tensorflow' not in sys.modules"
)


def run(*arguments: str) -> dict[str, float]:
    """CPU seconds, wall seconds and the peak of memory of a new Python. Raises RuntimeError where it fails."""
    begin = time.perf_counter()
    process = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{arguments} ended with {process.returncode}")
    return {
        "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 2),
        "seconds": round(time.perf_counter() - begin, 2),
        "peak_mb": round(usage.ru_maxrss / 1000),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--export", required=True)
    parser.add_argument("--text", required=True)
    parser.add_argument("--lines", default="10000,100000,1000000")
    options = parser.parse_args()
    print(json.dumps({"name": "start", **run("-c", _START, options.export)}))
    lines = Path(options.text).read_text(encoding="utf-8").splitlines(keepends=True)
    for number in map(int, options.lines.split(",")):
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".txt") as file:
            file.writelines(islice(cycle(lines), number))
            file.flush()
            found = run("-m", "ner.tag", f"--workdir={options.export}", file.name)
        speed = round(number / found["cpu_seconds"])
        print(json.dumps({"name": f"{number:,} lines", **found, "sentences_per_cpu_second": speed}), flush=True)


if __name__ == "__main__":
    main()
