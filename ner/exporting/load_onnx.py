"""Tags texts with an ONNX export as its users do, without TensorFlow: `python -m ner.exporting.load_onnx DIR`.

Reads a JSON list of texts from standard input; writes a JSON list of what `ner.Tagger` says of each.
"""

import json
import sys
from dataclasses import asdict


def main() -> None:
    """Loads DIR in a process that cannot import TensorFlow."""
    sys.modules["tensorflow"] = sys.modules["keras"] = None  # type: ignore[assignment]
    from ner.exporting.comparison import Answer
    from ner.inference.pipeline import Tagger

    nlp = Tagger.load(sys.argv[1])
    json.dump([asdict(Answer.of_doc(doc)) for doc in nlp.pipe(json.load(sys.stdin))], sys.stdout)


if __name__ == "__main__":
    main()
