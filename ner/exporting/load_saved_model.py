"""Tags texts with a SavedModel as its users do, with TensorFlow alone: run as a file, `python load_saved_model.py DIR`.

Reads a JSON list of texts from standard input; writes a JSON object `{output: [rows]}` of the padded outputs.
"""

import json
import sys
from typing import Any


def main() -> None:
    """Loads DIR in a process that cannot import this project."""
    sys.modules["ner"] = sys.modules["data_tools"] = None  # type: ignore[assignment]
    import tensorflow as tf

    serve = tf.saved_model.load(sys.argv[1]).signatures["serving_default"]
    found = serve(texts=tf.constant(json.load(sys.stdin), tf.string))
    json.dump({name: as_json(value.numpy().tolist()) for name, value in found.items()}, sys.stdout)


def as_json(value: Any) -> Any:
    """Lists of numbers, and of strings as TensorFlow gives them, in UTF-8, with strings as JSON has them."""
    if isinstance(value, list):
        return [as_json(one) for one in value]
    return value.decode() if isinstance(value, bytes) else value


if __name__ == "__main__":
    main()
