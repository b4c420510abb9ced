"""Starts a program: parses its flags, runs it, and turns an expected failure into one clear line."""

import faulthandler
import io
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from absl import flags, logging

from ner.config_flags import CommonFlags, parse_command_line, read_flags
from ner.errors import InputError, LostWorkerError
from ner.help_text import help_text
from ner.settings import settings_of
from ner.signals import RUN_AGAIN

_name = Path(sys.argv[0]).name  # what lines on standard error begin with


def run_program(main: Callable[..., int | None], *settings: type, arguments: str = "", at_once: bool = False) -> None:
    """Parses the command line, calls `main` and exits with the status that it returns (None is 0).

    `settings` are dataclasses (`ner.settings`): each gives the program its flags, and `main` gets one of each, filled.
    `arguments` says in words what may stand beside flags, such as `FILE ...`, or `-- TensorBoard's flags`; then `main`
    gets the list of these too.

    `InputError` and `OSError` (no permission, disk full, ...) become one line on standard error and status 1,
    `LostWorkerError` one and status 75, Ctrl-C becomes status 130, a closed pipe 141 and no message; any other
    exception is a bug and keeps its traceback. With `at_once`, the process then ends as by `leave`.
    """
    global _name  # noqa: PLW0603
    _open_closed_streams()
    called = Path(sys.argv[0])
    _name = f"{called.parent.name}.{called.stem}" if called.suffix == ".py" else called.name
    faulthandler.enable()
    _print_utf8()
    logging.set_verbosity(logging.WARNING)  # absl's default is INFO, which libraries use for their own notes
    flags.FLAGS([_name])  # TensorBoard's plugins read absl's own flags
    try:
        status = _run(main, settings, arguments)
    except Exception:
        if not at_once:
            raise
        traceback.print_exc()
        status = 1
    if at_once:
        leave(status)
    sys.exit(status)


def _open_closed_streams() -> None:
    """Opens the null device as standard input, output or error where it is closed, as by `<&-` in a shell.

    Otherwise Python has None for it, and the next file that is opened takes its number and what libraries print there.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest number that is free: this one
            setattr(sys, name, os.fdopen(number, mode))


def _print_utf8() -> None:
    """Lets what is printed be UTF-8 whatever the locale says, with bytes of file names that are not as they are."""
    for stream, errors in ((sys.stdout, "surrogateescape"), (sys.stderr, "backslashreplace")):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors=errors)


def _run(main: Callable[..., int | None], settings: Sequence[type], arguments: str) -> int:
    """The exit status of `main`, or that of an expected failure, whose line is printed."""
    try:
        return _parse_and_call(main, settings, arguments) or 0
    except (InputError, LostWorkerError) as error:
        return _print_failure(error)
    except BrokenPipeError:
        return _closed_pipe()
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return _print_failure(InputError(f"{where}{_reason(error)}"))
    except KeyboardInterrupt:
        print(f"{_name}: interrupted", file=sys.stderr)
        return 130


def _reason(error: OSError) -> str:
    """What went wrong, in words; of a path that goes through a file, which one that is."""
    if isinstance(error, (FileExistsError, NotADirectoryError)) and isinstance(error.filename, str):
        path = Path(error.filename)
        for one in (path, *path.parents):
            if one.is_file():
                return f"{one} is a file, not a folder; name another"
    return error.strerror or str(error)


def _parse_and_call(main: Callable[..., int | None], settings: Sequence[type], arguments: str) -> int | None:
    hint = f"; {arguments.removeprefix('-- ')} go after --" if arguments.startswith("-- ") else ""
    kinds = [*settings, CommonFlags]
    values, others = parse_command_line(kinds, sys.argv[1:], hint)
    if read_flags(CommonFlags, values).help:
        module = sys.modules[main.__module__]
        listed = [one for kind in kinds for one in settings_of(kind).values()]
        print(help_text(_name, module.__doc__ or "", listed, arguments), flush=True)
        return 0
    if others and not arguments:
        raise InputError(f"unexpected argument {others[0]!r}: flags are given as --name=value (see --help)")
    given: list[Any] = [read_flags(kind, values) for kind in settings]
    status = main(*given, others) if arguments else main(*given)
    sys.stdout.flush()
    return status


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
    leave(_print_failure(error))


def _closed_pipe() -> int:
    """The status when `| head` has read enough; what is left to print goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 128 + signal.SIGPIPE


def _print_failure(error: InputError | LostWorkerError) -> int:
    """Prints the line of an expected failure; its status."""
    sys.stdout.flush()
    if isinstance(error, InputError):
        print(f"{_name}: error: {error}", file=sys.stderr)
        return 1
    print(f"{_name}: stopped: {error}; the same command resumes it", file=sys.stderr)
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
