"""Tags lines of text with an exported model: `python -m tests.benchmarks.gpu.exported FOLDER TEXT`."""

import json
import sys
from pathlib import Path


def main() -> None:
    """Prints how many sentences got tags."""
    import tensorflow as tf

    model = tf.saved_model.load(str(Path(sys.argv[1]) / "1"))
    answer = model.tag(tf.constant(Path(sys.argv[2]).read_text(encoding="utf-8").splitlines()))
    print(json.dumps({"sentences": int(tf.math.count_nonzero(answer["token_tags"].row_lengths()))}))


if __name__ == "__main__":
    main()
