# Sourced by the scripts beside it: makes or reuses the virtual environment of this clone.
#
#   CLONE   the folder of the project
#   VENV    its virtual environment
#   prepare_environment .|.[test]|.[gpu]   installs the project, or the project with what its tests need or with CUDA's
#                                          libraries, into VENV; nothing is done where the same was installed before
#
# PYTHON=... chooses the Python that a new environment is made with. Bash 3.2 (macOS) must understand all of this.
# shellcheck shell=bash

CLONE="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
VENV="$CLONE/.venv"

fail() {
  echo "${0##*/}: error: $1" >&2
  exit "${2:-1}"
}

headline() {
  printf '\n== %s\n' "$1"
}

# Whether $1 is a Python that the project runs on.
suitable() {
  "$1" -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null
}

find_python() {
  local candidate
  if [ -n "${PYTHON:-}" ]; then
    suitable "$PYTHON" || fail "PYTHON=$PYTHON is no Python 3.10 to 3.13; name one, or leave PYTHON unset to search"
    echo "$PYTHON"
    return
  fi
  for candidate in python3 python3.13 python3.12 python3.11 python3.10; do
    if suitable "$candidate"; then
      echo "$candidate"
      return
    fi
  done
  fail "no Python 3.10 to 3.13 found; install one (https://www.python.org/downloads/) or name it: PYTHON=... bash $0"
}

python_version() {
  "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])'
}

# Whether VENV can be used: it has a suitable Python with pip, of the version that PYTHON asks for, if it asks.
usable_environment() {
  [ -x "$VENV/bin/python" ] && suitable "$VENV/bin/python" || return 1
  "$VENV/bin/python" -m pip --version >/dev/null 2>&1 || return 1
  [ -z "${PYTHON:-}" ] || [ "$(python_version "$VENV/bin/python")" = "$(python_version "$PYTHON")" ]
}

# What an installation depends on. The folder counts because an editable installation points to it.
installation_state() {
  cksum <"$CLONE/pyproject.toml"
  python_version "$VENV/bin/python"
  echo "$CLONE"
}

# Installs `.` or `.[test]`, in the clone, because an extra cannot follow every path that a folder may have.
install_project() {
  local pip=("$VENV/bin/python" -m pip install --quiet --disable-pip-version-check)
  if [ "$1" = ".[test]" ]; then
    # seqeval is published as source only, and from Python 3.12 on its build takes the newest setuptools-scm without
    # what that one needs; so it is built first, with one that needs nothing else.
    "${pip[@]}" "setuptools-scm<10" wheel && "${pip[@]}" --no-build-isolation --no-deps seqeval || return 1
  fi
  (cd "$CLONE" && "${pip[@]}" --editable "$1")
}

prepare_environment() {
  local wanted="$1" stamp="$VENV/installed" python state
  case "$wanted" in
    ".[test]") stamp="$VENV/installed-test" ;;
    ".[gpu]") stamp="$VENV/installed-gpu" ;;
  esac
  if ! usable_environment; then
    python="$(find_python)"
    headline "Making a virtual environment in $VENV with Python $(python_version "$python")"
    "$python" -m venv --clear "$VENV" || fail "no virtual environment could be made in $VENV; see the lines above"
  fi
  state="$(installation_state)"
  if [ "$(cat "$stamp" 2>/dev/null)" = "$state" ]; then
    return
  fi
  headline "Installing the project and TensorFlow into $VENV (the first time about 2 minutes and 2.5 GB)"
  install_project "$wanted" || fail "pip could not install the project; see the lines above, then try again"
  echo "$state" >"$VENV/installed"
  echo "$state" >"$stamp"
}
