"""Worker discovery, rendezvous and the control channel of a run. Imports neither flags nor TensorFlow."""
