"""Finds the workers of a run: by TF_CONFIG, Slurm or a Kubernetes Indexed Job; otherwise only this process."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ner.cluster import slurm
from ner.cluster.address import Address
from ner.cluster.authentication import KEY_VARIABLE, make_key
from ner.errors import InputError

MODES = ("auto", "local", "none")

_THIS_MACHINE = "this machine only"
_TF_CONFIG_REMEDY = "correct it, unset TF_CONFIG, or use --cluster=local"
# Below the ephemeral ports of Linux. Jobs on one node do not collide: each has 16 ports for its workers.
_SLURM_PORTS, _PORTS_PER_JOB = range(20000, 32000), 16


@dataclass(frozen=True)
class Cluster:
    """The workers of a run, one process each, and the index of this one. Worker 0 is the chief.

    `chief` is the address on which the chief listens (`host:port`, "" if there is one worker). `addresses` are those of
    all workers in order of index, if TF_CONFIG names them, else empty. `source` says where this was found, for users.
    `secret` is what NER_CLUSTER_KEY holds, "" if it is not set.
    """

    num_workers: int
    index: int
    chief: str
    addresses: tuple[str, ...]
    source: str
    secret: str = field(default="", repr=False)

    @classmethod
    def single_worker(cls, remark: str = "") -> "Cluster":
        """This process only; `remark` says why, if that might surprise the user."""
        return cls(1, 0, "", (), f"{_THIS_MACHINE} ({remark})" if remark else _THIS_MACHINE)

    @property
    def is_chief(self) -> bool:
        """Whether this is worker 0."""
        return self.index == 0

    @property
    def port(self) -> int:
        """The port of this worker: from `addresses`, else the chief's port plus the index; 0 if there is one worker."""
        if self.addresses:
            return Address.parse(self.addresses[self.index]).port
        return Address.parse(self.chief).port + self.index if self.chief else 0

    @property
    def key(self) -> bytes:
        """The key by which workers of this run authenticate one another: 32 bytes, the same on all workers.

        Without `secret` it only keeps apart runs that meet by accident: job numbers and ports can be guessed.
        """
        return make_key(self.source, str(Address.parse(self.chief).port), self.secret)


def find_cluster(
    mode: str, environ: Mapping[str, str], node_address: Callable[[str], str] = slurm.node_address
) -> Cluster:
    """The cluster that the environment describes, in mode `auto`; this process only in `local` and `none`.

    An empty TF_CONFIG, or `{}`, is ignored: some platforms set it. `node_address` gives the address of a Slurm node by
    its name. NER_CLUSTER_KEY, any text, is the workers' common secret. Raises `InputError` if the environment describes
    an impossible cluster.
    """
    return replace(_find(mode, environ, node_address), secret=environ.get(KEY_VARIABLE, "").strip())


def _find(mode: str, environ: Mapping[str, str], node_address: Callable[[str], str]) -> Cluster:
    if mode not in MODES:
        raise InputError(f"--cluster={mode}: expected one of {', '.join(MODES)}")
    if mode != "auto":
        return Cluster.single_worker()
    if environ.get("TF_CONFIG", "").strip() and (config := _parsed(environ["TF_CONFIG"])) != {}:
        return _from_tf_config(config, environ["TF_CONFIG"])
    if "SLURM_STEP_NUM_TASKS" in environ and (tasks := _number(environ, "SLURM_STEP_NUM_TASKS", "srun")) > 1:
        return _from_slurm(tasks, environ, node_address)
    if "JOB_COMPLETION_INDEX" in environ and "NER_NUM_WORKERS" in environ:
        return _from_indexed_job(environ)
    return Cluster.single_worker(_why_single(environ))


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise _bad_tf_config(text, f"it is not JSON ({error})") from None


def _from_tf_config(config: Any, text: str) -> Cluster:
    if not isinstance(config, dict) or not isinstance(config.get("cluster"), dict):
        raise _bad_tf_config(text, "it has no cluster")
    jobs = {name: hosts for name, hosts in config["cluster"].items() if hosts}
    task = config.get("task", {})
    kind, index = (task.get("type"), task.get("index")) if isinstance(task, dict) else (None, None)
    if others := [name for name in ("ps", "evaluator") if name in jobs or name == kind]:
        raise InputError(
            f"TF_CONFIG names {' and '.join(others)}: parameter servers and evaluators are not supported, only workers "
            f"that all train, one of which may be called chief; {_TF_CONFIG_REMEDY}"
        )
    if unknown := sorted(set(jobs) - {"chief", "worker"}):
        raise _bad_tf_config(text, f"it has jobs of an unknown kind ({', '.join(unknown)})")
    if not all(isinstance(hosts, list) and all(isinstance(one, str) for one in hosts) for hosts in jobs.values()):
        raise _bad_tf_config(text, "its jobs are not lists of addresses")
    chiefs, workers = jobs.get("chief", []), jobs.get("worker", [])
    if len(chiefs) > 1:
        raise _bad_tf_config(text, f"it names {len(chiefs)} chiefs")
    addresses = (*chiefs, *workers)
    if not addresses:
        raise _bad_tf_config(text, "it has no cluster")
    if len(addresses) == 1:
        return Cluster.single_worker("TF_CONFIG names one worker")
    for address in addresses:
        try:
            Address.parse(address)
        except InputError as error:
            raise _bad_tf_config(text, str(error)) from None
    if repeated := sorted({one for one in addresses if addresses.count(one) > 1}):
        raise _bad_tf_config(text, f"it names {repeated[0]} twice")
    if kind not in ("chief", "worker"):
        raise _bad_tf_config(text, f"its task is of type {json.dumps(kind)}")
    count = len(jobs.get(kind, []))
    if not str(index).isdecimal() or int(str(index)) >= count:
        raise _bad_tf_config(text, f"its task has index {json.dumps(index)}, and there are {count} of type {kind}")
    own = int(str(index)) + (len(chiefs) if kind == "worker" else 0)
    return Cluster(len(addresses), own, addresses[0], addresses, "TF_CONFIG")


def _bad_tf_config(text: str, what: str) -> InputError:
    quoted = text if len(text) <= 300 else f"{text[:300]}..."
    example = '{"cluster": {"worker": ["n1:2222", "n2:2222"]}, "task": {"type": "worker", "index": 0}}'
    return InputError(f"TF_CONFIG is {quoted!r}: {what}; expected a value such as {example}: {_TF_CONFIG_REMEDY}")


def _from_slurm(tasks: int, environ: Mapping[str, str], node_address: Callable[[str], str]) -> Cluster:
    job, step, index = (_number(environ, name, "srun") for name in ("SLURM_JOB_ID", "SLURM_STEP_ID", "SLURM_PROCID"))
    if index >= tasks:
        raise InputError(
            f"SLURM_PROCID is {index} and SLURM_STEP_NUM_TASKS is {tasks}: expected a lower number, as srun sets it; "
            "start the program by srun, or with --cluster=local"
        )
    host = node_address(slurm.first_host(environ.get("SLURM_STEP_NODELIST", "")))
    port = _SLURM_PORTS[(job * _PORTS_PER_JOB + step) % len(_SLURM_PORTS)]
    return Cluster(tasks, index, str(Address(host, port)), (), f"Slurm job {job}")


def _from_indexed_job(environ: Mapping[str, str]) -> Cluster:
    workers = _number(environ, "NER_NUM_WORKERS", "the manifest")
    if workers == 1:
        return Cluster.single_worker()
    index = _number(environ, "JOB_COMPLETION_INDEX", "Kubernetes")
    remedy = "set both variables in the manifest (completions: N, NER_NUM_WORKERS=N), or use --cluster=local"
    if index >= workers:
        raise InputError(
            f"JOB_COMPLETION_INDEX is {index} and NER_NUM_WORKERS is {workers}: expected as many workers as the Job "
            f"has completions; {remedy}"
        )
    expected = "expected HOST:PORT of the pod with index 0, such as ner-train-0.ner-train:2222; set it in the manifest"
    if not environ.get("NER_CHIEF"):
        raise InputError(f"NER_NUM_WORKERS is {workers}, but NER_CHIEF is not set: {expected}, or use --cluster=local")
    try:
        chief = Address.parse(environ["NER_CHIEF"])
    except InputError as error:
        raise InputError(f"NER_CHIEF: {error}; {expected}, or use --cluster=local") from None
    if chief.port + workers - 1 > 65535:
        raise InputError(
            f"NER_CHIEF is {chief}: expected a port that leaves {workers - 1} above it for the other workers"
        )
    return Cluster(workers, index, str(chief), (), "Kubernetes Indexed Job")


def _number(environ: Mapping[str, str], name: str, setter: str) -> int:
    text = environ.get(name, "")
    if not (text.isascii() and text.isdecimal()) or (name.startswith("NER_") and int(text) < 1):
        came = f"is {text!r}" if name in environ else "is not set"
        raise InputError(f"{name} {came}: expected a number, as {setter} sets it; correct it, or use --cluster=local")
    return int(text)


def _why_single(environ: Mapping[str, str]) -> str:
    """What a user who meant more than one worker may have forgotten; "" if nothing suggests that."""
    nodes = environ.get("SLURM_JOB_NUM_NODES", "1")
    if nodes != "1" and "SLURM_STEP_NUM_TASKS" not in environ:
        return f"Slurm job {environ.get('SLURM_JOB_ID')} has {nodes} nodes, but the program was not started by srun"
    if "JOB_COMPLETION_INDEX" in environ and environ["JOB_COMPLETION_INDEX"] != "0":
        return f"index {environ['JOB_COMPLETION_INDEX']} of an Indexed Job, but NER_NUM_WORKERS is not set"
    if environ.get("NER_NUM_WORKERS", "1") != "1":
        return f"NER_NUM_WORKERS is {environ['NER_NUM_WORKERS']}, but JOB_COMPLETION_INDEX is not set"
    return ""
