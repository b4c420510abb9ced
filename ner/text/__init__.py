"""Text and labels without TensorFlow: sentences, vocabularies, spans and decoding."""
