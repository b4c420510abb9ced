#!/usr/bin/env bash
# Lint, types and all tests, in an environment that is made or reused; stops at the first failure.
#   bash launch/test.sh [ARGUMENTS OF PYTEST]
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=environment.sh
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

prepare_environment ".[test]"
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
# A file of tests is one process' from its first test to its last: what its tests share is made once.
"$VENV/bin/python" -m pytest -n auto --maxprocesses=4 --dist=loadfile "$@"
