"""Programs as forks of a process that has imported what they share, in which TensorFlow and Keras cannot be imported.

For what a program answers before TensorFlow is imported: importing either ends it with the status `IMPORTED`.
"""

import atexit
import functools
import importlib
import json
import os
import runpy
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
PROGRAMS = [
    *("data_tools.sample", "data_tools.build", "data_tools.inspect", "data_tools.word_vectors"),
    *("ner.train", "ner.sweep", "ner.evaluate", "ner.tag", "ner.export", "ner.board"),
]
IMPORTED = 99


def run_without_tensorflow(module, *arguments, cwd):
    """The `subprocess.CompletedProcess` of `python -m MODULE ARGUMENTS` in a folder; what it prints is text."""
    server = _server()
    with tempfile.TemporaryDirectory() as folder:
        streams = [f"{folder}/output", f"{folder}/errors"]
        command = [module, *map(str, arguments)]
        server.stdin.write(json.dumps([command, str(cwd), streams]) + "\n")
        server.stdin.flush()
        status = server.stdout.readline()
        assert status, f"a program's import ended the server with {server.wait()}"
        return subprocess.CompletedProcess(command, int(status), *(Path(one).read_text("utf-8") for one in streams))


@functools.cache
def _server():
    """The process of `_serve`, which ends with this one: its standard input is closed then."""
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder)
    for name in ("tensorflow", "keras"):
        (Path(folder) / name).mkdir()
        (Path(folder) / name / "__init__.py").write_text(f"import os\nos._exit({IMPORTED})\n")
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.programs_without_tensorflow"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": folder},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    atexit.register(server.communicate)
    return server


def _serve():
    """Forks for each line of standard input, and writes the exit status; returns in each fork, and at the end."""
    for program in PROGRAMS:
        importlib.import_module(program)
        del sys.modules[program]
    for line in sys.stdin:
        command, cwd, streams = json.loads(line)
        if not (pid := os.fork()):
            _become(command, cwd, streams)
            return
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)


def _become(command, cwd, streams):
    os.chdir(cwd)
    for number, path in enumerate([os.devnull, *streams]):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT)
        os.dup2(descriptor, number)
        os.close(descriptor)
    sys.stdin, sys.stdout, sys.stderr = (open(number, "w" if number else "r", closefd=False) for number in range(3))  # noqa: SIM115
    sys.path[0] = cwd  # as with `python -m`
    sys.argv = command
    try:
        runpy.run_module(command[0], run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(ended.code or 0)  # to clear up all that was imported takes longer than the program


if __name__ == "__main__":
    _serve()
