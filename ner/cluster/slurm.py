"""Parses Slurm's node lists and looks up the address of a node."""

import re
import subprocess

from ner.errors import InputError

_SCONTROL_SECONDS = 5.0


def first_host(nodes: str) -> str:
    """The first name in a node list: `n[001-012,020]-ib,m3` -> `n001-ib`, `r[1-2]n[3-4]` -> `r1n3`.

    Raises `InputError` if `nodes` is not a node list.
    """
    match = re.match(r"((?:[^,\[\]\s]|\[\w+[\w,-]*\])+)(?:,|$)", nodes)
    if not match:
        raise InputError(
            f"SLURM_STEP_NODELIST is {nodes!r}: expected a list of nodes such as n[01-12],m3, as srun sets it; start "
            "the program by srun, or with --cluster=local"
        )
    return re.sub(r"\[(\w+)[^\]]*\]", r"\1", match[1])


def node_address(name: str) -> str:
    """The name or IP by which Slurm itself reaches a node; `name` if `scontrol` does not know it."""
    command = ["scontrol", "-o", "show", "node", name]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SCONTROL_SECONDS, check=True)
    except (OSError, subprocess.SubprocessError, UnicodeError):
        return name
    match = re.search(r"(?:^|\s)NodeAddr=([^\s(]+)", done.stdout)
    return match[1] if match else name
