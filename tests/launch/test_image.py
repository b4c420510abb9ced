"""The Dockerfile as far as it can be checked without building an image."""

import importlib.metadata
import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.manifests import container_of, of_kind, pod_of, resources

ROOT = Path(__file__).parent.parent.parent
PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions in their order, as ("RUN", "pip install ..."), continued lines joined."""
    lines = (ROOT / "launch/Dockerfile").read_text(encoding="utf-8").splitlines()
    text = "\n".join(line for line in lines if not line.startswith("#")).replace("\\\n", "")
    return [tuple(line.split(maxsplit=1)) for line in text.splitlines() if line]


def arguments_of(name: str) -> list[str]:
    return [arguments for instruction, arguments in instructions() if instruction == name]


def copied() -> list[str]:
    return [source for arguments in arguments_of("COPY") for source in arguments.split()[:-1]]


def test_what_is_copied_is_there_and_sent_to_the_builder_alone():
    ignored = [line for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line[:1] != "#"]
    assert ignored[0] == "*"
    assert sorted(line[1:] for line in ignored if line.startswith("!")) == sorted(copied())
    assert all((ROOT / source).exists() for source in copied())


def test_every_package_is_copied_under_its_own_name():
    (packages,) = re.findall(r"^include = (.*)", PYPROJECT, re.MULTILINE)
    assert {name.rstrip("*") for name in json.loads(packages)} <= set(copied())
    assert all(arguments.split()[-1] in (arguments.split()[0], "./") for arguments in arguments_of("COPY"))


def test_code_is_copied_after_its_dependencies_are_installed():
    order = [f"{name} {arguments}" for name, arguments in instructions()]
    (dependencies,) = [index for index, line in enumerate(order) if "VARIANT:" in line]
    assert [line for line in order[:dependencies] if line.startswith("COPY")] == ["COPY pyproject.toml ./"]


@pytest.mark.parametrize(("variant", "installed"), [("gpu", ".[gpu]"), ("cpu", "."), ("tpu", None)])
def test_the_variant_decides_what_is_installed(tmp_path, variant, installed):
    pip = tmp_path / "pip"
    pip.write_text('#!/bin/sh\necho "$@" >calls\n')
    pip.chmod(0o755)
    (step,) = [step for step in arguments_of("RUN") if "VARIANT" in step]
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "VARIANT": variant}
    ran = subprocess.run(["sh", "-c", step], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    if installed:
        assert (ran.returncode, ran.stderr) == (0, "")
        assert (tmp_path / "calls").read_text() == f"install {installed}\n"
    else:
        assert (ran.returncode, ran.stderr) == (1, "VARIANT=tpu: expected gpu or cpu\n")
        assert not (tmp_path / "calls").exists()


def test_the_gpu_variant_is_an_extra_that_tensorflow_has():
    assert re.search(r'^gpu = \["tensorflow\[and-cuda\]"\]', PYPROJECT, re.MULTILINE)
    assert "and-cuda" in importlib.metadata.metadata("tensorflow").get_all("Provides-Extra")


def test_python_is_one_that_the_project_runs_on():
    (base,) = [argument for argument in arguments_of("ARG") if argument.startswith("BASE=")]
    assert re.fullmatch(r"BASE=python:3\.1[0-3]-slim", base)


def test_the_command_is_process_1_and_a_program_of_ours():
    names = [name for name, _ in instructions()]
    assert "ENTRYPOINT" not in names
    (command,) = arguments_of("CMD")
    assert re.search(rf'^{json.loads(command)[0]} = "', PYPROJECT, re.MULTILINE)


def test_the_user_is_the_one_of_the_manifests():
    user, group = map(int, arguments_of("USER")[-1].split(":"))
    assert f"--uid {user} " in arguments_of("RUN")[-1]
    for workload in of_kind(resources(), "Pod", "Job", "Deployment"):
        context = pod_of(workload)["spec"]["securityContext"]
        assert (context["runAsUser"], context["runAsGroup"], context["fsGroup"]) == (user, group, group)


def test_flag_files_of_the_manifests_are_in_the_image():
    (folder,) = [source for source in copied() if source.startswith("launch/")]
    flags = [arg for job in of_kind(resources(), "Job") for arg in container_of(job)["args"] if "flagfile" in arg]
    assert len(flags) == 2
    for flag in flags:
        assert flag.startswith(f"--flagfile={folder}/")
        assert (ROOT / flag.split("=")[1]).is_file()
