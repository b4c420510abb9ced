#!/usr/bin/env bash
# Builds records by two arrays of Slurm jobs and a merge, each of which waits for the one before.
#
#   bash launch/slurm/build-records.sh --num_jobs=16 --train=corpus/train.txt --output_dir=records [-- OPTIONS OF sbatch]
#
# Flags are those of data_tools.build. Options of sbatch are such as --cpus-per-task=8, --time=1-00, --partition=... and
# --account=... The same command again does what is left where jobs have failed.
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
      echo "${0##*/}: error: '$1': wanted --num_jobs=NUMBER; the stages and their jobs are submitted by this script" >&2
      exit 2
      ;;
    *) flags+=("$1") ;;
  esac
  shift
done
if ! [[ "$num_jobs" =~ ^[1-9][0-9]*$ ]]; then
  echo "${0##*/}: error: wanted --num_jobs=NUMBER, the jobs of each array; came '${num_jobs:-nothing}'" >&2
  exit 2
fi

# Submits stage $1 with further options of sbatch and prints the number of the job.
submit() {
  local stage="$1" submitted
  shift
  submitted="$(sbatch --parsable --job-name="ner-build-$stage" "${options[@]}" "$@" \
    "$(dirname "${BASH_SOURCE[0]}")/build-records.sbatch" --stage="$stage" "${flags[@]}")"
  echo "${submitted%;*}" # what follows is the cluster's name, where there are several
}

array=(--array="0-$((num_jobs - 1))" --output="%x-%A_%a.out")
scan="$(submit scan "${array[@]}")"
write="$(submit write "${array[@]}" --dependency="afterok:$scan")"
merge="$(submit merge --output="%x-%j.out" --dependency="afterok:$write")"
echo "submitted: scan $scan and write $write, $num_jobs jobs each, and merge $merge, with which the records appear"
echo "what they print: ner-build-scan-${scan}_*.out, ner-build-write-${write}_*.out, ner-build-merge-$merge.out"
