# Sourced by the batch scripts beside it, which set CLONE, the folder of the project.
#
#   run_in_job MODULE ARGUMENTS   runs a program of the project on each node of the job and ends the script with its
#                                 status; where that asks to be run again, the job is queued again
#   run_worker COMMAND            what each node runs
#
# Variables of the user's environment, as in PYTHON=... sbatch ...:
#
#   PYTHON         what runs the project; the clone's .venv/bin/python unless set. Several words are a command with
#                  arguments, such as "apptainer exec --nv ner.sif python3"
#   MAX_RESTARTS   how often a job may be started again, for whatever reason; 20 unless set
#
# shellcheck shell=bash

MAX_RESTARTS="${MAX_RESTARTS:-20}"
# A part of an array goes by this name: the number of its last part is the array's, too, and would requeue all of it.
JOB="${SLURM_ARRAY_JOB_ID:+${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID}"
JOB="${JOB:-$SLURM_JOB_ID}"

say() {
  echo "job $JOB: $1"
}

fail() {
  echo "job $JOB: error: $1" >&2
  exit 1
}

# Whether exit status $1 says "run me again": told to stop and saved (75), or killed before that by SIGKILL (a lost
# machine, no memory), SIGUSR1 or SIGTERM.
asks_to_be_run_again() {
  case "$1" in
    75 | 137 | 138 | 143) ;;
    *) return 1 ;;
  esac
}

# Waits until process $1 has ended, and puts its status into `status`. Not by bash's `wait` alone, which loses the status
# where a signal comes just when the process ends.
wait_for() {
  while kill -0 "$1" 2>/dev/null; do
    sleep 0.5 # traps of signals run behind it
  done
  status=0
  wait "$1" || status=$?
}

# Ends with the status of a command, moved up by 200 where that is a failure. srun returns the highest status of all
# workers, and ends the others when one fails: a 1 would be hidden by their 143, and look like "run me again".
#
# Slurm may send a signal to this shell alone (proctrack/cgroup does), or to the command as well.
run_worker() {
  local child cores
  cores="$(env -u OMP_NUM_THREADS nproc)"
  if [ "$cores" -gt "${SLURM_CPUS_PER_TASK:-$cores}" ]; then # this Slurm does not bind workers to their cores
    export TF_NUM_INTRAOP_THREADS="${TF_NUM_INTRAOP_THREADS:-$SLURM_CPUS_PER_TASK}"
    export TF_NUM_INTEROP_THREADS="${TF_NUM_INTEROP_THREADS:-$SLURM_CPUS_PER_TASK}"
  fi
  "$@" &
  child=$!
  trap 'kill -s USR1 "$child" 2>/dev/null || true' USR1
  trap 'kill -s TERM "$child" 2>/dev/null || true' TERM
  wait_for "$child"
  if [ "$status" = 134 ] && [ "$SLURM_STEP_NUM_TASKS" -gt 1 ]; then
    status=75 # TensorFlow may abort where it loses another worker
  fi
  if [ "$status" = 0 ] || asks_to_be_run_again "$status"; then
    exit "$status"
  fi
  if [ "$SLURM_STEP_NUM_TASKS" -gt 1 ]; then
    echo "worker $SLURM_PROCID ended with status $status on $SLURMD_NODENAME"
  fi
  exit $((status < 50 ? 200 + status : 201))
}

# Passes on to the workers that they shall save and leave. SIGTERM, which would have srun kill them, becomes SIGUSR1.
stop_workers() {
  say "told to stop by SIG$1"
  kill -s USR1 "$step" 2>/dev/null || true
}

# Why the job is not to be queued again, or nothing. One that was cancelled, or that Slurm itself queues again, is
# COMPLETING while its script still runs.
reason_to_end() {
  if [ "${SLURM_RESTART_COUNT:-0}" -ge "$MAX_RESTARTS" ]; then
    echo "this was the last start that MAX_RESTARTS=$MAX_RESTARTS allows; the same sbatch command carries on"
  elif [[ "$(scontrol -o show job "$JOB")" != *" JobState=RUNNING "* ]]; then
    echo "the job was cancelled, or Slurm itself starts it again"
  fi
}

run_in_job() {
  local python=("$CLONE/.venv/bin/python") options step reason
  [ -z "${PYTHON:-}" ] || read -r -a python <<<"$PYTHON"
  say "start $((${SLURM_RESTART_COUNT:-0} + 1)) of at most $((MAX_RESTARTS + 1)) on $SLURM_JOB_NODELIST, each node with \
${SLURM_CPUS_PER_TASK:-1} cores and ${SLURM_GPUS_ON_NODE:-no} GPUs, in $PWD"
  command -v "${python[0]}" >/dev/null || fail "${python[0]}: no such program; install the project into $CLONE/.venv \
(README.md, Slurm), or name a Python that has it: PYTHON=... sbatch ..."
  say "$(printf '%q ' "${python[@]}" -m "$@")"

  export PYTHONUNBUFFERED=1
  export SRUN_CPUS_PER_TASK="${SLURM_CPUS_PER_TASK:-1}" # srun does not take it from the job any more (since 22.05)
  # The secret by which the workers of this start know one another.
  export NER_CLUSTER_KEY="${NER_CLUSTER_KEY:-$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')}"
  options=(--ntasks="$SLURM_JOB_NUM_NODES" --ntasks-per-node=1 --kill-on-bad-exit=1 --wait=0)
  [ "$SLURM_JOB_NUM_NODES" = 1 ] || options+=(--label) # every line begins with the number of its worker: "1: ..."
  # shellcheck disable=SC2016 # the worker's shell expands them
  srun "${options[@]}" \
    bash -c 'source "$0" && run_worker "$@"' "$CLONE/launch/slurm/job.sh" "${python[@]}" -m "$@" &
  step=$!
  trap 'stop_workers USR1' USR1
  trap 'stop_workers TERM' TERM
  wait_for "$step"
  trap - USR1 TERM

  [ "$status" -lt 200 ] || status=$((status - 200))
  if ! asks_to_be_run_again "$status"; then
    say "ended with status $status after $SECONDS seconds"
    exit "$status"
  fi
  reason="$(reason_to_end)"
  say "ended with status $status (run me again) after $SECONDS seconds; ${reason:-queueing it again}"
  if [ -z "$reason" ]; then
    if scontrol requeue "$JOB"; then
      sleep 60 # until Slurm ends this script
    fi
    say "Slurm did not queue it again; the same sbatch command carries on"
  fi
  exit "$status"
}
