"""From text to entities as one TensorFlow graph, which needs nothing of this project to run."""
