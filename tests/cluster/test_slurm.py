import time

import pytest

from ner.cluster import slurm
from ner.errors import InputError


@pytest.mark.parametrize(
    ("nodes", "first"),
    [
        ("n1", "n1"),
        ("n1,n2", "n1"),
        ("n[2-12]", "n2"),
        ("n[001-012,020]-ib,m3", "n001-ib"),
        ("r[1-2]n[3-4]", "r1n3"),
        ("gpu-a.cluster[7]", "gpu-a.cluster7"),
    ],
)
def test_first_host_reads_ranges_in_any_place(nodes, first):
    assert slurm.first_host(nodes) == first


@pytest.mark.parametrize("nodes", ["", "n[1-2", "n1]", "n[]", ",n1", "n 1"])
def test_first_host_refuses_anything_but_a_list(nodes):
    with pytest.raises(InputError, match=r"SLURM_STEP_NODELIST is .*: expected a list of nodes"):
        slurm.first_host(nodes)


@pytest.fixture
def scontrol(tmp_path, monkeypatch):
    """Writes the program that takes the place of scontrol."""

    def write(script):
        program = tmp_path / "scontrol"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path), prepend=":")

    return write


def test_node_address_is_what_slurm_uses(scontrol):
    scontrol('[ "$*" = "-o show node n1" ] && echo "NodeName=n1 CPUTot=2 NodeAddr=10.0.0.7 NodeHostName=n1 Port=17001"')
    assert slurm.node_address("n1") == "10.0.0.7"


@pytest.mark.parametrize("script", ["echo Node n1 not found; exit 1", "echo NodeName=n1 'NodeAddr=(null)'", "exit 0"])
def test_node_address_is_the_name_if_slurm_does_not_know_it(scontrol, script):
    scontrol(script)
    assert slurm.node_address("n1") == "n1"


def test_node_address_is_the_name_without_scontrol(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert slurm.node_address("n1") == "n1"


def test_node_address_has_a_time_limit(scontrol, monkeypatch):
    monkeypatch.setattr(slurm, "_SCONTROL_SECONDS", 0.2)
    scontrol("exec sleep 20")
    started = time.monotonic()
    assert slurm.node_address("n1") == "n1"
    assert time.monotonic() - started < 10
