#!/usr/bin/env bash
# Runs lint, type checks and all tests; creates or reuses an environment; stops at the first failure.
#   bash launch/test.sh [PYTEST ARGUMENTS]
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=environment.sh
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

prepare_environment ".[test${TEST_EXTRAS:+,$TEST_EXTRAS}]"
cd "$CLONE"

headline "Lint"
"$VENV/bin/python" -m ruff check .
"$VENV/bin/python" -m ruff format --check .
if command -v shellcheck >/dev/null; then
  shellcheck launch/*.sh launch/slurm/* .ci/run
else
  echo "shellcheck is not installed: the shell scripts were not checked"
fi

headline "Types"
"$VENV/bin/python" -m mypy

headline "Tests"
unset PYTHONDONTWRITEBYTECODE  # tests start some hundred processes, each of which would compile the project anew
# --dist=loadscope keeps tests that share fixtures in one process, and --no-loadscope-reorder the longest files first
# (tests/scheduling.py). One process more than cores: many tests wait for what they have started; two are no faster.
cores=$("$VENV/bin/python" -c 'import os; print(os.cpu_count())')
"$VENV/bin/python" -m pytest -n "$((cores < 4 ? cores + 1 : 4))" --dist=loadscope --no-loadscope-reorder "$@"
