"""The exceptions that users are meant to read."""


class InputError(ValueError):
    """What the user gave cannot be used. The text says what was expected, what came, where, and what to do.

    Programs print it as one line and exit with status 1 (`ner.cli.run_program`); library code only raises it.
    """


class LostWorkerError(Exception):
    """Another worker of the run disconnected, does not answer, or never connected; the text says which.

    Nothing is wrong with what the user gave: a program prints it as one line and exits with the status that asks to be
    run again.
    """
