"""Starts a program: parses its flags, runs it, and turns an expected failure into one clear line."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

from absl import app

from ner.errors import InputError


def run(main: Callable[[], int | None]) -> None:
    """Parses the flags, calls `main()` and exits with the status that it returns (None is 0).

    `InputError` and `OSError` (no permission, disk full, ...) become one line on standard error and status 1,
    Ctrl-C becomes status 130; any other exception is a defect of ours and keeps its traceback.
    """
    # TensorFlow reads this when it is first imported, which is after the flags were checked.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    package = Path(sys.argv[0]).parent.name
    name = f"{package}.{Path(sys.argv[0]).stem}" if sys.argv[0].endswith(".py") else Path(sys.argv[0]).name

    def guarded(argv: list[str]) -> int | None:
        try:
            if len(argv) > 1:
                raise InputError(f"unexpected argument {argv[1]!r}: options are given as --name=value (see --help)")
            return main()
        except InputError as error:
            message = str(error)
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            message = f"{where}{error.strerror or error}"
        except KeyboardInterrupt:
            print(f"{name}: interrupted", file=sys.stderr)
            return 130
        sys.stdout.flush()
        print(f"{name}: error: {message}", file=sys.stderr)
        return 1

    app.run(guarded)
