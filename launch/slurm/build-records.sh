#!/usr/bin/env bash
# Builds records with two Slurm job arrays and a merge job; each waits for the one before.
#
#   bash launch/slurm/build-records.sh --num_jobs=16 --train=corpus/train.txt --output_dir=records [-- SBATCH OPTIONS]
#
# Takes the flags of data_tools.build and, after --, options of sbatch such as --cpus-per-task=8, --partition=... and
# --account=... If jobs failed, run the same command again: finished work is kept.
set -euo pipefail

num_jobs="" flags=() options=(--kill-on-invalid-dep=yes)
while [ $# -gt 0 ]; do
  case "$1" in
    --)
      options+=("${@:2}")
      break
      ;;
    --num_jobs=*) num_jobs="${1#*=}" flags+=("$1") ;;
    --stage* | --job_index* | --num_jobs)
      echo "${0##*/}: error: '$1': expected --num_jobs=NUMBER; this script submits the stages and their jobs" >&2
      exit 2
      ;;
    *) flags+=("$1") ;;
  esac
  shift
done
if ! [[ "$num_jobs" =~ ^[1-9][0-9]*$ ]]; then
  echo "${0##*/}: error: expected --num_jobs=NUMBER, the jobs of each array; got '${num_jobs:-nothing}'" >&2
  exit 2
fi

# Submits stage $1 with more options of sbatch and prints the job id.
submit() {
  local stage="$1" submitted
  shift
  submitted="$(sbatch --parsable --job-name="ner-build-$stage" "${options[@]}" "$@" \
    "$(dirname "${BASH_SOURCE[0]}")/build-records.sbatch" --stage="$stage" "${flags[@]}")" || return # no -e in $(...)
  echo "${submitted%;*}" # with several clusters, ";" and the cluster name follow the id
}

array=(--array="0-$((num_jobs - 1))" --output="%x-%A_%a.out")
scan="$(submit scan "${array[@]}")"
write="$(submit write "${array[@]}" --dependency="afterok:$scan")"
merge="$(submit merge --output="%x-%j.out" --dependency="afterok:$write")"
echo "submitted: scan $scan and write $write, $num_jobs jobs each, and merge $merge, which publishes the records"
echo "logs: ner-build-scan-${scan}_*.out, ner-build-write-${write}_*.out, ner-build-merge-$merge.out"
