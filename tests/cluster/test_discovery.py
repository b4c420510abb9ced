import json

import pytest

from ner.cluster.discovery import MODES, Cluster, find_cluster
from ner.errors import InputError

SLURM = {
    "SLURM_JOB_ID": "4711",
    "SLURM_JOB_NUM_NODES": "2",
    "SLURM_STEP_ID": "0",
    "SLURM_STEP_NUM_TASKS": "2",
    "SLURM_STEP_NODELIST": "n[1-2]",
    "SLURM_PROCID": "1",
}
INDEXED_JOB = {
    "JOB_COMPLETION_INDEX": "2",
    "NER_NUM_WORKERS": "3",
    "NER_CHIEF": "ner-train-0.ner-train:2222",
}
THIS_MACHINE = "this machine only"


def tf_config(cluster, kind="worker", index=0):
    return {"TF_CONFIG": json.dumps({"cluster": cluster, "task": {"type": kind, "index": index}})}


def found(environ, mode="auto"):
    return find_cluster(mode, environ, node_address=lambda name: f"{name}.example")


def test_an_empty_environment_is_a_single_worker():
    cluster = found({})
    assert cluster == Cluster.single_worker() == Cluster(1, 0, "", (), THIS_MACHINE)
    assert cluster.is_chief
    assert cluster.port == 0


def test_tf_config_precedes_slurm_and_slurm_an_indexed_job():
    everything = SLURM | INDEXED_JOB | tf_config({"worker": ["a:1", "b:2"]})
    assert found(everything).source == "TF_CONFIG"
    assert found(everything | {"TF_CONFIG": ""}).source == "Slurm job 4711"
    assert found(everything | {"TF_CONFIG": "", "SLURM_STEP_NUM_TASKS": "1"}).source == "Kubernetes Indexed Job"


@pytest.mark.parametrize("mode", ["local", "none"])
def test_other_modes_ignore_the_environment(mode):
    assert found(SLURM | {"TF_CONFIG": "not JSON"}, mode) == Cluster.single_worker()


def test_an_unknown_mode_is_refused():
    with pytest.raises(InputError, match=r"--cluster=both: expected one of auto, local, none"):
        found({}, "both")
    assert MODES == ("auto", "local", "none")


def test_tf_config_of_workers():
    cluster = found(tf_config({"worker": ["a:2222", "[::1]:2223", "c:2224"]}, index=1))
    assert cluster == Cluster(3, 1, "a:2222", ("a:2222", "[::1]:2223", "c:2224"), "TF_CONFIG")
    assert not cluster.is_chief
    assert cluster.port == 2223


@pytest.mark.parametrize(("kind", "index", "own"), [("chief", 0, 0), ("worker", 0, 1), ("worker", "1", 2)])
def test_tf_config_with_a_chief_counts_it_first(kind, index, own):
    cluster = found(tf_config({"worker": ["b:1", "c:1"], "chief": ["a:1"], "ps": []}, kind, index))
    assert (cluster.num_workers, cluster.index, cluster.chief) == (3, own, "a:1")
    assert cluster.addresses == ("a:1", "b:1", "c:1")


@pytest.mark.parametrize("text", ["", " ", "{}"])
def test_an_empty_tf_config_is_ignored(text):
    assert found({"TF_CONFIG": text}) == Cluster.single_worker()
    assert found(SLURM | {"TF_CONFIG": text}).source == "Slurm job 4711"


@pytest.mark.parametrize("cluster", [{"worker": ["a:1"]}, {"chief": ["a:1"]}, {"chief": ["a:1"], "worker": []}])
def test_a_tf_config_of_one_worker_is_a_single_worker(cluster):
    assert found(SLURM | tf_config(cluster, "chief")) == Cluster.single_worker("TF_CONFIG names one worker")


@pytest.mark.parametrize(
    "environ",
    [
        tf_config({"worker": ["a:1"], "ps": ["b:1"]}),
        tf_config({"worker": ["a:1", "b:1"]}, "ps"),
        tf_config({"chief": ["a:1"], "worker": ["b:1"], "evaluator": ["c:1"]}),
        tf_config({"chief": ["a:1"], "worker": ["b:1"]}, "evaluator"),
    ],
)
def test_parameter_servers_and_evaluators_are_refused(environ):
    with pytest.raises(InputError, match=r"names (ps|evaluator): .*not supported, only workers that all train"):
        found(environ)


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        (
            {"TF_CONFIG": "worker: a:1"},
            r"is 'worker: a:1': it is not JSON .*; expected .*unset TF_CONFIG.*--cluster=local",
        ),
        ({"TF_CONFIG": "[1]"}, "it has no cluster"),
        ({"TF_CONFIG": '{"task": {"type": "worker", "index": 0}}'}, "it has no cluster"),
        ({"TF_CONFIG": '{"cluster": {"worker": ["a:1", "b:1"]}}'}, "its task is of type null"),
        ({"TF_CONFIG": '{"cluster": {"worker": ["a:1", "b:1"]}, "task": []}'}, "its task is of type null"),
        ({"TF_CONFIG": '{"cluster": {"worker": ["a:1", "b:1"]}, "task": {"type": "worker"}}'}, "index null, and there"),
        (tf_config({}), "it has no cluster"),
        (tf_config({"worker": []}), "it has no cluster"),
        (tf_config({"worker": {"0": "a:1"}}), "not lists of addresses"),
        (tf_config({"worker": ["a:1", 2]}), "not lists of addresses"),
        (tf_config({"worker": ["a:1", "b:1"], "trainer": ["c:1"]}), r"unknown kind \(trainer\)"),
        (tf_config({"worker": ["a:1", "b:1"]}, ["worker"]), r"of type \[\"worker\"\]"),
        (tf_config({"worker": ["a:1", "b:1"]}, "chief"), "index 0, and there are 0 of type chief"),
        (tf_config({"worker": ["a:1", "b:1"]}, index=2), "index 2, and there are 2 of type worker"),
        (tf_config({"worker": ["a:1", "b:1"]}, index=-1), "index -1"),
        (tf_config({"worker": ["a:1", "b:1"]}, index=True), "index true"),
        (tf_config({"worker": ["a:1", "b"]}), "'b' is not an address"),
        (tf_config({"worker": ["a:1", "b:1", "a:1"]}), "names a:1 twice"),
        (tf_config({"chief": ["a:1", "b:1"]}, "chief"), "names 2 chiefs"),
    ],
)
def test_an_impossible_tf_config_is_refused(environ, message):
    with pytest.raises(InputError, match=message):
        found(environ)


def test_slurm_gives_workers_and_the_address_of_the_first_node():
    first, second = found(SLURM | {"SLURM_PROCID": "0"}), found(SLURM)
    host, port = first.chief.split(":")
    assert host == "n1.example"
    assert (first.num_workers, first.index, first.addresses) == (2, 0, ())
    assert (second.num_workers, second.index, second.chief) == (2, 1, first.chief)
    assert first.port == int(port)
    assert second.port == int(port) + 1
    assert first.source == "Slurm job 4711"


def test_slurm_jobs_that_share_nodes_have_different_ports():
    jobs = [found(SLURM | {"SLURM_JOB_ID": str(job), "SLURM_PROCID": "0"}).port for job in range(1000, 1750)]
    assert min(jobs) >= 20000
    assert max(jobs) < 32000
    assert sorted(jobs)[1:] == [port + 16 for port in sorted(jobs)[:-1]]


def test_an_ipv6_node_address_is_in_brackets():
    assert find_cluster("auto", SLURM, node_address=lambda name: "fd00::7").chief.startswith("[fd00::7]:")


@pytest.mark.parametrize("name", ["SLURM_JOB_ID", "SLURM_STEP_ID", "SLURM_PROCID", "SLURM_STEP_NODELIST"])
def test_a_missing_slurm_variable_is_named(name):
    with pytest.raises(InputError, match=rf"{name} is .*: expected .*--cluster=local"):
        found({key: value for key, value in SLURM.items() if key != name})


@pytest.mark.parametrize("name", ["SLURM_STEP_NUM_TASKS", "SLURM_JOB_ID", "SLURM_STEP_ID", "SLURM_PROCID"])
def test_a_slurm_variable_that_is_not_a_number_is_named(name):
    with pytest.raises(InputError, match=rf"{name} is 'x': expected a number, as srun sets it"):
        found(SLURM | {name: "x"})


def test_a_slurm_task_beyond_the_last_is_refused():
    with pytest.raises(InputError, match=r"SLURM_PROCID is 2 and SLURM_STEP_NUM_TASKS is 2"):
        found(SLURM | {"SLURM_PROCID": "2"})


def test_unused_slurm_nodes_are_reported():
    batch_script = {name: SLURM[name] for name in ("SLURM_JOB_ID", "SLURM_JOB_NUM_NODES")}
    remark = "Slurm job 4711 has 2 nodes, but the program was not started by srun"
    assert found(batch_script).source == f"{THIS_MACHINE} ({remark})"
    assert found(batch_script | {"SLURM_JOB_NUM_NODES": "1"}) == Cluster.single_worker()
    assert found(SLURM | {"SLURM_STEP_NUM_TASKS": "1"}) == Cluster.single_worker()


def test_an_indexed_job_gives_the_index_and_the_manifest_the_rest():
    cluster = found(INDEXED_JOB)
    assert cluster == Cluster(3, 2, "ner-train-0.ner-train:2222", (), "Kubernetes Indexed Job")
    assert cluster.port == 2224


@pytest.mark.parametrize(
    ("environ", "source"),
    [
        (INDEXED_JOB | {"NER_NUM_WORKERS": "1", "JOB_COMPLETION_INDEX": "0"}, THIS_MACHINE),
        ({"JOB_COMPLETION_INDEX": "0"}, THIS_MACHINE),
        ({"JOB_COMPLETION_INDEX": "3"}, f"{THIS_MACHINE} (index 3 of an Indexed Job, but NER_NUM_WORKERS is not set)"),
        ({"NER_NUM_WORKERS": "3"}, f"{THIS_MACHINE} (NER_NUM_WORKERS is 3, but JOB_COMPLETION_INDEX is not set)"),
    ],
)
def test_an_indexed_job_of_one_is_a_single_worker(environ, source):
    cluster = found(environ)
    assert (cluster.num_workers, cluster.source) == (1, source)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"JOB_COMPLETION_INDEX": "3"}, r"JOB_COMPLETION_INDEX is 3 and NER_NUM_WORKERS is 3: .*completions"),
        ({"JOB_COMPLETION_INDEX": ""}, r"JOB_COMPLETION_INDEX is '': expected a number, as Kubernetes sets it"),
        ({"NER_NUM_WORKERS": "three"}, r"NER_NUM_WORKERS is 'three': expected a number, as the manifest sets it"),
        ({"NER_NUM_WORKERS": "0"}, r"NER_NUM_WORKERS is '0'"),
        ({"NER_CHIEF": ""}, r"NER_NUM_WORKERS is 3, but NER_CHIEF is not set: expected HOST:PORT"),
        ({"NER_CHIEF": "ner-train-0"}, r"NER_CHIEF: 'ner-train-0' is not an address: .*--cluster=local"),
        ({"NER_CHIEF": "ner-train-0:65534"}, r"NER_CHIEF is ner-train-0:65534: expected a port that leaves 2 above it"),
    ],
)
def test_an_impossible_indexed_job_is_refused(changed, message):
    with pytest.raises(InputError, match=message):
        found(INDEXED_JOB | changed)


def test_workers_of_a_run_share_a_key_and_other_runs_have_another():
    keys = {
        name: {found(environ | {variable: index}).key for index in ("0", "1")}
        for name, environ, variable in (
            ("job", SLURM, "SLURM_PROCID"),
            ("other job with the same port", SLURM | {"SLURM_JOB_ID": str(4711 + 750)}, "SLURM_PROCID"),
            ("other step", SLURM | {"SLURM_STEP_ID": "1"}, "SLURM_PROCID"),
            ("with a secret", SLURM | {"NER_CLUSTER_KEY": "abc"}, "SLURM_PROCID"),
            ("indexed", INDEXED_JOB, "JOB_COMPLETION_INDEX"),
            ("other indexed", INDEXED_JOB | {"NER_CLUSTER_KEY": "abc"}, "JOB_COMPLETION_INDEX"),
        )
    }
    assert all(len(one) == 1 for one in keys.values())
    assert len(set.union(*keys.values())) == len(keys)


def test_nodes_that_know_the_chief_by_other_names_have_the_same_key():
    assert found(SLURM).key == find_cluster("auto", SLURM, node_address=lambda name: "10.0.0.1").key
    lists = (["localhost:1", "b:1"], ["127.0.0.1:1", "b:1"])
    assert len({found(tf_config({"worker": workers})).key for workers in lists}) == 1


def test_the_secret_is_stripped_and_not_shown():
    cluster = found(INDEXED_JOB | {"NER_CLUSTER_KEY": "abc\n"})
    assert cluster.secret == "abc"
    assert "abc" not in repr(cluster)
