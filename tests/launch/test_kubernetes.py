"""The Kubernetes manifests: by the schemas of several versions, and what no schema knows."""

import os
import re
import shutil
import signal
import subprocess
import sys
from urllib.request import urlopen

import kubernetes_validate
import pytest
import yaml

from ner.signals import RUN_AGAIN
from tests.forked import Program
from tests.manifests import (
    FILES,
    FOLDER,
    KUSTOMIZATION,
    at,
    container_of,
    of_kind,
    pod_of,
    resources,
    text_values,
)

ROOT = FOLDER.parent.parent
VERSIONS = ["1.29", "1.31", "1.33", kubernetes_validate.latest_version()]
PROGRAMS = re.findall(r'^(ner-[a-z-]+) = "', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)

NAME = r"[a-z0-9]([-a-z0-9]{0,50}[a-z0-9])?"  # shorter than the 63 that DNS has: pods add to it
QUANTITY = r"\d+m?|\d+[MG]i"

# What a text may be, by the end of its place. Schemas take any text in all of these.
VALUES = {
    "apiVersion": "v1|apps/v1|batch/v1|networking.k8s.io/v1",
    "kind": "PersistentVolumeClaim|Pod|Job|Deployment|Service|NetworkPolicy",
    "name": rf"{NAME}|NER_NUM_WORKERS|NER_CHIEF|NER_CLUSTER_KEY",
    "app_kubernetes_io/name": "character-ner",
    "app_kubernetes_io/instance": NAME,
    "app_kubernetes_io/component": NAME,
    "accessModes": "ReadWriteMany",
    "requests.storage": QUANTITY,
    "requests.cpu": QUANTITY,
    "requests.memory": QUANTITY,
    "limits.memory": QUANTITY,
    "sizeLimit": QUANTITY,
    "medium": "Memory",
    "restartPolicy": "Always|OnFailure|Never",
    "completionMode": "NonIndexed|Indexed",
    "rules.action": "Ignore|FailJob|Count|FailIndex",
    "onPodConditions.type": "DisruptionTarget",
    "onPodConditions.status": "True|False|Unknown",
    "onExitCodes.operator": "In|NotIn",
    "onExitCodes.containerName": NAME,
    "seccompProfile.type": "RuntimeDefault|Localhost|Unconfined",
    "fsGroupChangePolicy": "OnRootMismatch|Always",
    "capabilities.drop": "ALL",
    "tolerations.key": "nvidia.com/gpu",
    "tolerations.operator": "Exists|Equal",
    "tolerations.effect": "NoSchedule|PreferNoSchedule|NoExecute",
    "subdomain": NAME,
    "clusterIP": "None",
    "spec.type": "ClusterIP|NodePort|LoadBalancer",
    "targetPort": NAME,
    "httpGet.port": NAME,
    "httpGet.path": "/.*",
    "policyTypes": "Ingress|Egress",
    "claimName": NAME,
    "mountPath": "/.+",
    "image": "character-ner:gpu",
    "command": "|".join([*PROGRAMS, "sleep", "infinity"]),
    "args": "--.*",
    "env.value": ".+",
    "fieldRef.fieldPath": r"metadata\.labels\['batch\.kubernetes\.io/controller-uid'\]",
}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("file", FILES, ids=lambda path: path.name)
def test_a_manifest_is_valid(file, version):
    for resource in yaml.safe_load_all(file.read_text(encoding="utf-8")):
        kubernetes_validate.validate(resource, version, strict=True)


def test_every_text_is_one_of_those_that_its_place_takes():
    for resource in resources():
        for place, text in text_values(resource):
            rules = [rule for end, rule in VALUES.items() if f".{place}".endswith(f".{end}")]
            assert rules, f"{place}: say in VALUES what {text!r} may be"
            assert any(re.fullmatch(rule, text) for rule in rules), f"{place}: {text!r}"


def check_names(found):
    """Fails where a resource names another, or a part of itself, that is not there, or not the one that is meant."""
    names = [(resource["kind"], resource["metadata"]["name"]) for resource in found]
    assert len(set(names)) == len(names)
    claims = {name for kind, name in names if kind == "PersistentVolumeClaim"}
    for metadata in [one["metadata"] for one in found if one["kind"] != "PersistentVolumeClaim"]:
        assert metadata["labels"]["app.kubernetes.io/instance"] == metadata["name"]
    for workload in of_kind(found, "Pod", "Job", "Deployment"):
        pod, container = pod_of(workload), container_of(workload)
        assert pod["metadata"]["labels"] == workload["metadata"]["labels"]
        volumes = {volume["name"]: volume for volume in pod["spec"]["volumes"]}
        assert {mount["name"] for mount in container["volumeMounts"]} == set(volumes)
        assert {claim for _, claim in mounted_claims(workload)} <= claims
        probes = [probe for key, probe in container.items() if key.endswith("Probe")]
        assert {probe["httpGet"]["port"] for probe in probes} <= set(ports_of(workload))
        rules = [
            rule for rule in workload["spec"].get("podFailurePolicy", {}).get("rules", []) if "onExitCodes" in rule
        ]
        assert {rule["onExitCodes"]["containerName"] for rule in rules} <= {container["name"]}
    for resource in of_kind(found, "Service", "NetworkPolicy", "Deployment"):
        for selector in selectors(resource):
            chosen = [one for one in of_kind(found, "Pod", "Job", "Deployment") if selects(selector, one)]
            assert [one["metadata"]["name"] for one in chosen] == [resource["metadata"]["name"]]
            targets = [port["targetPort"] for port in resource["spec"].get("ports", [])]
            assert set(targets) <= set(ports_of(chosen[0]))


def mounted_claims(workload):
    """Each mount of a claim with the claim's name."""
    volumes = {volume["name"]: volume for volume in pod_of(workload)["spec"]["volumes"]}
    mounts = container_of(workload)["volumeMounts"]
    claims = [(mount, volumes[mount["name"]].get("persistentVolumeClaim")) for mount in mounts]
    return [(mount, claim["claimName"]) for mount, claim in claims if claim]


def ports_of(workload):
    return {port["name"]: port["containerPort"] for port in container_of(workload).get("ports", [])}


def selectors(resource):
    spec = resource["spec"]
    if resource["kind"] == "Service":
        return [spec["selector"]]
    if resource["kind"] == "Deployment":
        return [spec["selector"]["matchLabels"]]
    peers = [peer for rule in spec["ingress"] for peer in rule["from"]]
    return [spec["podSelector"]["matchLabels"], *(peer["podSelector"]["matchLabels"] for peer in peers)]


def selects(selector, workload):
    return selector.items() <= pod_of(workload)["metadata"]["labels"].items()


def check_workers(found):
    """Fails where a worker of the Indexed Job would not find its chief, or would wait for another number of workers."""
    (job,) = [job for job in of_kind(found, "Job") if job["spec"].get("completionMode") == "Indexed"]
    name, spec, container = job["metadata"]["name"], job["spec"], container_of(job)
    environment = {variable["name"]: variable.get("value", variable.get("valueFrom")) for variable in container["env"]}
    assert spec["completions"] == spec["parallelism"] == int(environment["NER_NUM_WORKERS"]) > 1
    subdomain = pod_of(job)["spec"]["subdomain"]
    (service,) = [one for one in of_kind(found, "Service") if one["metadata"]["name"] == subdomain]
    assert service["spec"]["clusterIP"] == "None"
    assert service["spec"]["publishNotReadyAddresses"] is True
    assert selects(service["spec"]["selector"], job)
    assert "controller-uid" in environment["NER_CLUSTER_KEY"]["fieldRef"]["fieldPath"]
    assert environment["NER_CHIEF"] == f"{name}-0.{subdomain}:{ports_of(job)['chief']}"
    assert [port["port"] for port in service["spec"]["ports"]] == [ports_of(job)["chief"]]


def check_folders(found):
    """Fails where a program would read what is not mounted, write what it may not, or share a work folder."""
    for workload in of_kind(found, "Job", "Deployment"):
        claims = {
            mount["mountPath"]: (claim, mount.get("readOnly", False)) for mount, claim in mounted_claims(workload)
        }
        flags = dict(arg[2:].split("=", 1) for arg in container_of(workload)["args"] if "=" in arg)
        if workload["kind"] == "Deployment":
            assert claims[flags["logdir"]] == ("ner-runs", True)
            continue
        assert claims["/" + flags["records"].split("/")[1]] == ("ner-data", True)
        assert claims["/" + flags["workdir"].split("/")[1]] == ("ner-runs", False)
        assert flags["workdir"].endswith(f"/{workload['metadata']['name']}")


@pytest.mark.parametrize("check", [check_names, check_workers, check_folders], ids=lambda check: check.__name__)
def test_manifests_go_together(check):
    check(resources())


@pytest.mark.parametrize("name", ["ner-single", "ner-workers"])
def test_a_name_replaced_everywhere_is_another_run(name):
    text = yaml.safe_dump_all(resources()).replace(name, "other")
    found = list(yaml.safe_load_all(text))
    for check in (check_names, check_workers, check_folders):
        check(found)
    assert [container_of(job)["command"] for job in of_kind(found, "Job")] == [["ner-train"]] * 2


def test_the_number_of_workers_is_copied_to_wherever_it_must_stand():
    kustomization = yaml.safe_load(KUSTOMIZATION.read_text(encoding="utf-8"))
    (replacement,) = kustomization["replacements"]
    (target,) = replacement["targets"]
    (path,) = kustomization["resources"]
    found = list(yaml.safe_load_all((FOLDER / path).read_text(encoding="utf-8")))
    source = replacement["source"]
    assert target["select"] == {"kind": source["kind"], "name": source["name"]}
    (job,) = [one for one in of_kind(found, source["kind"]) if one["metadata"]["name"] == source["name"]]
    assert {str(at(job, place)) for place in target["fieldPaths"]} == {str(at(job, "spec.completions"))}
    assert source["fieldPath"] == "spec.completions"


@pytest.mark.skipif(not shutil.which("kubectl"), reason="kubectl is not installed")
def test_kustomize_sets_the_number_of_workers(tmp_path):
    shutil.copytree(FOLDER, tmp_path, dirs_exist_ok=True)
    manifest = tmp_path / "train-workers.yaml"
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(text.replace("completions: 2\n", "completions: 5\n"), encoding="utf-8")
    built = subprocess.run(["kubectl", "kustomize", tmp_path], capture_output=True, text=True, check=True)
    found = list(yaml.safe_load_all(built.stdout))
    check_workers(found)
    assert of_kind(found, "Job")[0]["spec"]["completions"] == 5


def test_exit_statuses_are_treated_as_the_trainer_means_them():
    for job in of_kind(resources(), "Job"):
        disruption, *by_status = job["spec"]["podFailurePolicy"]["rules"]
        assert disruption["action"] == "Ignore"
        assert disruption["onPodConditions"] == [{"type": "DisruptionTarget", "status": "True"}]
        statuses = {rule["action"]: rule["onExitCodes"]["values"] for rule in by_status}
        assert statuses == {"Ignore": [RUN_AGAIN, 128 + signal.SIGTERM], "FailJob": [1, 2]}
        assert {rule["onExitCodes"]["operator"] for rule in by_status} == {"In"}
        assert pod_of(job)["spec"]["restartPolicy"] == "Never"  # a policy of failures is refused with another one
        assert job["spec"]["backoffLimit"] >= 10
        assert {"activeDeadlineSeconds", "ttlSecondsAfterFinished"} <= set(job["spec"])
        assert pod_of(job)["spec"]["terminationGracePeriodSeconds"] == 120


def test_pods_may_do_no_more_than_they_must():
    for workload in of_kind(resources(), "Pod", "Job", "Deployment"):
        spec, container = pod_of(workload)["spec"], container_of(workload)
        assert spec["automountServiceAccountToken"] is spec["enableServiceLinks"] is False
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
        }
        assert "/tmp" in [mount["mountPath"] for mount in container["volumeMounts"]]
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(spec)


def test_resources_are_asked_for_as_the_scheduler_wants_them():
    for workload in of_kind(resources(), "Pod", "Job", "Deployment"):
        asked = container_of(workload)["resources"]
        assert asked["requests"]["memory"] == asked["limits"]["memory"]
        assert set(asked["requests"]) == {"cpu", "memory"}
        assert set(asked["limits"]) == {"memory", *(["nvidia.com/gpu"] if workload["kind"] == "Job" else [])}


def test_trainings_have_shared_memory_beyond_the_default():
    for job in of_kind(resources(), "Job"):
        (name,) = [mount["name"] for mount in container_of(job)["volumeMounts"] if mount["mountPath"] == "/dev/shm"]
        (volume,) = [volume for volume in pod_of(job)["spec"]["volumes"] if volume["name"] == name]
        assert volume["emptyDir"]["medium"] == "Memory"
        assert "sizeLimit" in volume["emptyDir"]


@pytest.mark.parametrize("job", of_kind(resources(), "Job"), ids=lambda job: job["metadata"]["name"])
def test_the_trainer_takes_its_flags(job, tmp_path):
    """It parses and checks all of them before it looks for the records, which are missing here."""
    container, missing = container_of(job), str(tmp_path / "records")
    assert container["command"] == ["ner-train"]
    arguments = [arg.replace("/data/records", missing).replace("/runs", str(tmp_path)) for arg in container["args"]]
    command = [sys.executable, "-m", "ner.train", *arguments, "--cluster=none"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert answer.returncode == 1
    assert answer.stderr.startswith(f"ner.train: error: {missing}: no such folder")


def test_the_board_takes_its_flags_answers_its_probes_and_ends_when_told(tmp_path):
    import tensorflow as tf

    with tf.summary.create_file_writer(str(tmp_path / "runs" / "a" / "logs" / "train")).as_default():
        tf.summary.scalar("loss", 1.0, 1)
    (deployment,) = of_kind(resources(), "Deployment")
    container = container_of(deployment)
    assert container["command"] == ["ner-board"]
    assert f"--port={ports_of(deployment)['http']}" in container["args"]
    replaced = {"--logdir=/runs": f"--logdir={tmp_path / 'runs'}", "--port=6006": "--port=0"}
    arguments = [replaced.get(arg, arg) for arg in container["args"]]
    assert arguments != container["args"]
    lines, output = os.pipe()
    program = Program("ner.board", *arguments, streams={1: output})
    with os.fdopen(lines, encoding="utf-8") as shown:
        try:
            port = re.search(r":(\d+)/", shown.readline())[1]
            probes = [probe for key, probe in container.items() if key.endswith("Probe")]
            assert len(probes) == 3
            for probe in probes:
                with urlopen(f"http://127.0.0.1:{port}{probe['httpGet']['path']}", timeout=60) as answer:
                    assert answer.status == 200
        finally:
            program.send_signal(signal.SIGTERM)
    assert program.wait() == 0
