"""What only a GPU can show, in one command: `python -m tests.benchmarks.gpu`. One file a stage."""
