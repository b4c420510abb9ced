# Creates or reuses the virtual environment of this clone. Sourced by the scripts in this folder.
#
#   CLONE   root of the repository
#   VENV    its virtual environment
#   prepare_environment .|.[test]|.[gpu]   installs the project into VENV: alone, with its test dependencies, or with
#                                          CUDA's libraries; does nothing if the same is already installed
#
# PYTHON=... selects the Python for a new environment. Keep to Bash 3.2, which macOS has.
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

# Whether $1 is a supported Python.
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

# Whether VENV is usable: a supported Python with pip and, if PYTHON is set, of the same version.
usable_environment() {
  [ -x "$VENV/bin/python" ] && suitable "$VENV/bin/python" || return 1
  "$VENV/bin/python" -m pip --version >/dev/null 2>&1 || return 1
  [ -z "${PYTHON:-}" ] || [ "$(python_version "$VENV/bin/python")" = "$(python_version "$PYTHON")" ]
}

# What an installation depends on, the path included: an editable installation points to it.
installation_state() {
  cksum <"$CLONE/pyproject.toml"
  python_version "$VENV/bin/python"
  echo "$CLONE"
}

# Installs $1 from inside the clone: pip cannot parse an extra after every possible path.
install_project() {
  local pip=("$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile)
  if [[ "$1" == ".[test"* ]]; then
    # seqeval has no wheel, and on Python 3.12 and later its build pulls in a setuptools-scm that lacks a dependency.
    # Build it first with an older setuptools-scm.
    "${pip[@]}" "setuptools-scm<10" wheel && "${pip[@]}" --no-build-isolation --no-deps seqeval || return 1
  fi
  (cd "$CLONE" && "${pip[@]}" --editable "$1") || return 1
  # pip would compile 12,000 modules on one core. Some packages hold templates that are not Python.
  "$VENV/bin/python" -m compileall -qq -j 0 "$VENV/lib" || true
}

prepare_environment() {
  local wanted="$1" stamp="$VENV/installed" python state
  unset PYTHONPATH PYTHONHOME # set by environment modules; would take precedence over what VENV has installed
  if [ "$wanted" != "." ]; then
    stamp="$VENV/installed-$(tr -d '.[]' <<<"$wanted")"
  fi
  if ! usable_environment; then
    python="$(find_python)"
    headline "Creating a virtual environment in $VENV with Python $(python_version "$python")"
    "$python" -m venv --clear "$VENV" || fail "could not create a virtual environment in $VENV; see the lines above"
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
