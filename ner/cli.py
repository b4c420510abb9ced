"""Starts a program: parses its flags, runs it, and turns an expected failure into one clear line."""

import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from absl import app, logging

from ner.config_flags import define_flags, read_flags
from ner.errors import InputError, LostWorkerError
from ner.signals import RUN_AGAIN

_name = Path(sys.argv[0]).name  # what lines on standard error begin with


def run_program(
    main: Callable[..., int | None], *settings: type, arguments: bool = False, at_once: bool = False
) -> None:
    """Parses the command line, calls `main` and exits with the status that it returns (None is 0).

    `settings` are dataclasses (`ner.settings`): each gives the program its flags, and `main` gets one of each, filled.
    With `arguments`, `main` also gets the list of the other arguments; without, there may be none.

    `InputError` and `OSError` (no permission, disk full, ...) become one line on standard error and status 1,
    `LostWorkerError` one and status 75, Ctrl-C becomes status 130, a closed pipe 141 without a word; any other
    exception is a defect of ours and keeps its traceback. With `at_once`, the process then ends as by `leave`.
    """
    global _name  # noqa: PLW0603
    called = Path(sys.argv[0])
    _name = f"{called.parent.name}.{called.stem}" if called.suffix == ".py" else called.name

    def guarded(argv: list[str]) -> int | None:
        try:
            if len(argv) > 1 and not arguments:
                raise InputError(f"unexpected argument {argv[1]!r}: options are given as --name=value (see --help)")
            return main(*map(read_flags, settings), *([argv[1:]] if arguments else []))
        except (InputError, LostWorkerError) as error:
            return _tell(error)
        except BrokenPipeError:
            return _closed_pipe()
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            return _tell(InputError(f"{where}{error.strerror or error}"))
        except KeyboardInterrupt:
            print(f"{_name}: interrupted", file=sys.stderr)
            return 130

    def left_at_once(argv: list[str]) -> NoReturn:
        try:
            status = guarded(argv)
        except Exception:
            traceback.print_exc()
            status = 1
        leave(status or 0)

    if main.__module__ != "__main__":  # a console script: --help looks for text and flags where `python -m` has them
        sys.modules["__main__"].__doc__ = sys.modules[main.__module__].__doc__
        sys.argv[0] = main.__module__
    for kind in settings:
        define_flags(kind)
    logging.set_verbosity(logging.WARNING)  # absl would begin with INFO: what libraries note (see --verbosity)
    try:
        try:
            app.run(left_at_once if at_once else guarded)
        finally:
            sys.stdout.flush()  # --help, which absl answers
    except BrokenPipeError:
        sys.exit(_closed_pipe())


def leave(status: int) -> NoReturn:
    """Ends the process now, with everything printed.

    Python's own way out takes TensorFlow apart first, for seconds that a scheduler's grace period may not have.
    """
    with suppress(BrokenPipeError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(status)


def fail(error: InputError | LostWorkerError) -> NoReturn:
    """Ends the process now, from any thread, with the error's line and status."""
    leave(_tell(error))


def _closed_pipe() -> int:
    """The status when `| head` has read enough; what is left to print goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 128 + signal.SIGPIPE


def _tell(error: InputError | LostWorkerError) -> int:
    """Prints the line of an expected failure; its status."""
    sys.stdout.flush()
    if isinstance(error, InputError):
        print(f"{_name}: error: {error}", file=sys.stderr)
        return 1
    print(f"{_name}: stopped: {error}; the same command carries on", file=sys.stderr)
    return RUN_AGAIN


def load_tensorflow(only_fatal: bool = False) -> None:
    """Imports TensorFlow and lets it find its devices, without the lines that it prints meanwhile.

    Call it after everything that can be checked without. The lines (drivers of GPUs that are not there, ...) are shown
    if the import fails, or if the user has set TF_CPP_MIN_LOG_LEVEL. With `only_fatal`, errors that TensorFlow prints
    before it raises them are left out: where a worker is gone, they are many and say less than the line that follows.
    """
    if "TF_CPP_MIN_LOG_LEVEL" in os.environ:
        return
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3" if only_fatal else "2"
    sys.stderr.flush()
    standard_error = os.dup(2)
    with tempfile.TemporaryFile() as held_back:
        os.dup2(held_back.fileno(), 2)
        try:
            import tensorflow as tf

            tf.config.list_physical_devices()
        except BaseException:
            held_back.seek(0)
            os.write(standard_error, held_back.read())
            raise
        finally:
            os.dup2(standard_error, 2)
            os.close(standard_error)
