# Functions for the batch scripts in this folder, which set CLONE, the root of the repository, and source this file.
#
#   run_in_job MODULE ARGUMENTS   runs a program of the project on each node of the job and exits with its status;
#                                 requeues the job if the status says so
#   run_worker COMMAND            runs the program on one node
#
# Environment variables for the user, as in PYTHON=... sbatch ...:
#
#   PYTHON         Python that runs the project: a path, or a command with arguments, such as
#                  "apptainer exec --nv ner.sif python3"; default: .venv/bin/python of the clone
#   MAX_RESTARTS   limit on restarts of a job, for any reason. Default: 20
#
# shellcheck shell=bash

MAX_RESTARTS="${MAX_RESTARTS:-20}"
# Array tasks must be named ARRAY_TASK: the job id of the last task is also that of the array, and would requeue all.
JOB="${SLURM_ARRAY_JOB_ID:+${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID}"
JOB="${JOB:-$SLURM_JOB_ID}"

say() {
  echo "job $JOB: $1"
}

fail() {
  echo "job $JOB: error: $1" >&2
  exit 1
}

# Whether exit status $1 means "run again": stopped by a signal and saved (75), or killed before that by SIGKILL (lost
# node, out of memory), SIGUSR1 or SIGTERM.
asks_to_be_run_again() {
  case "$1" in
    75 | 137 | 138 | 143) ;;
    *) return 1 ;;
  esac
}

# Runs a command and sets `status`. If SIGUSR1 or SIGTERM arrives, even before the command has begun, calls function $1
# with the signal's name and the command's process. Does not rely on bash's `wait` alone, which loses the status if a
# signal arrives just as the process ends.
run_with_signals() {
  local process received="" signal
  trap 'received=USR1' USR1
  trap 'received=TERM' TERM
  "${@:2}" &
  process=$!
  while kill -0 "$process" 2>/dev/null; do
    sleep 0.5 # signal traps run after it
    signal="$received" received=""
    [ -z "$signal" ] || "$1" "$signal" "$process"
  done
  status=0
  wait "$process" || status=$?
  trap - USR1 TERM
}

pass_on() {
  kill -s "$1" "$2" 2>/dev/null || true
}

# Exits with the status of a command, plus 200 if it is a failure. srun returns the highest status of all workers and
# kills the others when one fails: their 143 ("run again") would hide a 1.
#
# Slurm may send a signal to this shell alone (proctrack/cgroup does) or also to the command.
run_worker() {
  local cores
  cores="$(env -u OMP_NUM_THREADS nproc)"
  if [ "$cores" -gt "${SLURM_CPUS_PER_TASK:-$cores}" ]; then # Slurm does not bind workers to cores here
    export TF_NUM_INTRAOP_THREADS="${TF_NUM_INTRAOP_THREADS:-$SLURM_CPUS_PER_TASK}"
    export TF_NUM_INTEROP_THREADS="${TF_NUM_INTEROP_THREADS:-$SLURM_CPUS_PER_TASK}"
  fi
  run_with_signals pass_on "$@"
  if [ "$status" = 134 ] && [ "$SLURM_STEP_NUM_TASKS" -gt 1 ]; then
    status=75 # TensorFlow may abort when it loses another worker
  fi
  if [ "$status" = 0 ] || asks_to_be_run_again "$status"; then
    exit "$status"
  fi
  if [ "$SLURM_STEP_NUM_TASKS" -gt 1 ]; then
    echo "worker $SLURM_PROCID ended with status $status on $SLURMD_NODENAME"
  fi
  exit $((status < 50 ? 200 + status : 201))
}

# Asks the workers to save and exit, with SIGUSR1 in either case: SIGTERM would make srun kill them.
stop_workers() {
  say "received SIG$1, stopping the workers"
  pass_on USR1 "$2"
}

# Prints why the job must not be requeued, or nothing. A job that was cancelled, or that Slurm requeues by itself, is
# COMPLETING while its script still runs. A busy controller may not say how the job stands.
reason_to_end() {
  local job
  job="$(scontrol -o show job "$JOB")" || true
  if [ "${SLURM_RESTART_COUNT:-0}" -ge "$MAX_RESTARTS" ]; then
    echo "this was the last start that MAX_RESTARTS=$MAX_RESTARTS allows; the same sbatch command resumes it"
  elif [[ -n "$job" && "$job" != *" JobState=RUNNING "* ]]; then
    echo "the job was cancelled, or Slurm requeues it itself"
  fi
}

# Requeues the job, which ends this script; returns if Slurm does not do so. Tries for a minute: a controller that is
# busy or being restarted does not answer at once.
requeue() {
  local attempt
  for attempt in {1..6}; do
    if scontrol requeue "$JOB"; then
      sleep 60
      break
    fi
    [ "$attempt" = 6 ] || sleep 10
  done
}

run_in_job() {
  local python=("$CLONE/.venv/bin/python") options reason
  if [ -n "${PYTHON:-}" ]; then
    python=("$PYTHON") # a path, which may hold spaces
    [ -x "$PYTHON" ] || read -r -a python <<<"$PYTHON"
  else
    unset PYTHONPATH PYTHONHOME # set by environment modules; would take precedence over what .venv has installed
  fi
  say "start $((${SLURM_RESTART_COUNT:-0} + 1)) of at most $((MAX_RESTARTS + 1)) on $SLURM_JOB_NODELIST, each node with \
${SLURM_CPUS_PER_TASK:-1} cores and ${SLURM_GPUS_ON_NODE:-no} GPUs, in $PWD"
  command -v "${python[0]}" >/dev/null || fail "${python[0]}: no such program; install the project into $CLONE/.venv \
(see launch/README.md), or name a Python that has it: PYTHON=... sbatch ..."
  say "$(printf '%q ' "${python[@]}" -m "$@")"

  export PYTHONUNBUFFERED=1
  export SRUN_CPUS_PER_TASK="${SLURM_CPUS_PER_TASK:-1}" # since Slurm 22.05 srun does not inherit it from the job
  # Shared secret by which the workers of this start authenticate one another.
  export NER_CLUSTER_KEY="${NER_CLUSTER_KEY:-$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')}"
  options=(--ntasks="$SLURM_JOB_NUM_NODES" --ntasks-per-node=1 --kill-on-bad-exit=1 --wait=0)
  [ "$SLURM_JOB_NUM_NODES" = 1 ] || options+=(--label) # prefixes each line with its worker: "1: ..."
  # shellcheck disable=SC2016 # expanded by the worker's shell
  run_with_signals stop_workers srun "${options[@]}" \
    bash -c 'source "$0" && run_worker "$@"' "$CLONE/launch/slurm/job.sh" "${python[@]}" -m "$@"

  [ "$status" -lt 200 ] || status=$((status - 200))
  if ! asks_to_be_run_again "$status"; then
    say "ended with status $status after $SECONDS seconds"
    exit "$status"
  fi
  reason="$(reason_to_end)"
  say "ended with status $status (run again) after $SECONDS seconds; ${reason:-requeueing}"
  if [ -z "$reason" ]; then
    requeue
    say "Slurm did not requeue the job; the same sbatch command resumes it"
  fi
  exit "$status"
}
