"""Tags texts with a SavedModel as its users do, with TensorFlow alone: run as a file, `python load_saved_model.py DIR`.

Reads a JSON list of texts from standard input; writes a JSON object `{output: [rows]}` of the padded outputs.
"""

import json
import sys


def main() -> None:
    """Loads DIR in a process that cannot import this project."""
    sys.modules["ner"] = sys.modules["data_tools"] = None  # type: ignore[assignment]
    import tensorflow as tf

    serve = tf.saved_model.load(sys.argv[1]).signatures["serving_default"]
    found = serve(texts=tf.constant(json.load(sys.stdin), tf.string))
    values = {name: value.numpy() for name, value in found.items()}
    texts = {name: array.astype("U") if array.dtype == object else array for name, array in values.items()}
    json.dump({name: array.tolist() for name, array in texts.items()}, sys.stdout)


if __name__ == "__main__":
    main()
