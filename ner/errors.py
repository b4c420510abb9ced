"""The one exception that users are meant to read."""


class InputError(ValueError):
    """What the user gave cannot be used. The text says what was wanted, what came, where, and what to do.

    Programs print it as one line and exit with status 1 (`ner.program.run`); library code only raises it.
    """
