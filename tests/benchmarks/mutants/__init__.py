"""Mutation testing of what users depend on: `python -m tests.benchmarks.mutants`."""
