#!/usr/bin/env bash
# Checks correctness and speed on this machine's GPU; writes results.jsonl and summary.md to OUTPUT_DIR.
#   bash launch/gpu-check.sh OUTPUT_DIR [FLAGS OF tests.benchmarks.gpu, such as --minutes=8 --records=DIR]
# Uses python3 (or PYTHON=...) if it has all the libraries; otherwise creates an environment.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=environment.sh
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

[ $# -ge 1 ] || fail "name a folder for the results: bash launch/gpu-check.sh OUTPUT_DIR" 2
output_dir="$1"
shift

python="${PYTHON:-python3}"
needed="import absl, google_crc32c, keras, matplotlib, numpy, PIL, sklearn, tensorboard, tensorflow, tqdm"
if ! "$python" -c "$needed" 2>/dev/null; then
  if nvidia-smi >/dev/null 2>&1; then
    prepare_environment ".[gpu]"
  else
    prepare_environment "."
  fi
  python="$VENV/bin/python"
fi

mkdir -p "$output_dir"
output_dir="$(cd "$output_dir" && pwd)"
cd "$CLONE"
exec "$python" -u -m tests.benchmarks.gpu --output_dir="$output_dir" "$@"
