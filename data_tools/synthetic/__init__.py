"""An invented annotated corpus: names, grammar and documents, so that everything runs without any download."""
