import json
from dataclasses import replace

import pytest

from ner.cluster.handshake import Membership, WorkerInfo, check_matching
from ner.errors import InputError

CHIEF = WorkerInfo(0, 3, "node6", 2222, {"code": "c0", "records": "99ab", "settings": '{"steps": 5, "seed": 0}'})
OTHER = replace(CHIEF, index=1, host="node7", port=2223)


def with_texts(**texts):
    return replace(OTHER, must_match={**OTHER.must_match, **texts})


@pytest.mark.parametrize("introduction", [CHIEF, replace(OTHER, must_match={}, failure="port 2223 is in use")])
def test_worker_info_reads_what_it_writes(introduction):
    assert WorkerInfo.from_bytes(introduction.to_bytes()) == introduction


def test_membership_reads_what_it_writes():
    welcome = Membership(("worker 0 (node6)", "worker 1 (node7)"), ("10.0.0.6:2222", "[fd00::7]:2223"))
    assert Membership.from_bytes(welcome.to_bytes()) == welcome


@pytest.mark.parametrize(
    "payload",
    [b"", b"\xff", b"[1]", b"{}", b'{"protocol": 1}', b"[" * 100_000]
    + [
        json.dumps({**json.loads(OTHER.to_bytes()), name: value}).encode()
        for name, value in {
            "index": "1",
            "num_workers": True,
            "host": 7,
            "must_match": {"code": 1},
            "failure": None,
        }.items()
    ],
)
def test_anything_but_worker_info_is_refused(payload):
    with pytest.raises(ValueError) as caught:
        WorkerInfo.from_bytes(payload)
    assert not isinstance(caught.value, InputError)


def test_worker_info_of_another_version_says_so():
    payload = json.dumps({"protocol": 2, "index": 1, "host": "node7"}).encode()
    with pytest.raises(InputError, match=r"^worker 1 \(node7\) runs another version .*; install the same version on"):
        WorkerInfo.from_bytes(payload)


def test_equal_texts_match():
    check_matching(CHIEF, [OTHER, replace(OTHER, index=2)])


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (
            with_texts(records="3f2a"),
            "worker 1 (node7) has other records than worker 0: 3f2a there, 99ab on worker 0; "
            "every worker must see the same --records",
        ),
        (
            with_texts(code="c1"),
            "worker 1 (node7) has other code than worker 0: c1 there, c0 on worker 0; "
            "install the same version on every node",
        ),
        (
            with_texts(settings='{"seed": 1, "steps": 5, "ema_decay": null}'),
            "worker 1 (node7) has other settings than worker 0: seed 1 there, 0 on worker 0, "
            "ema_decay null there, not set on worker 0; start every worker with the same flags",
        ),
        (
            with_texts(settings='{"seed": 0, "steps": 5}'),
            'worker 1 (node7) has other settings than worker 0: {"seed": 0, "steps": 5} there, '
            '{"steps": 5, "seed": 0} on worker 0; start every worker with the same flags',
        ),
        (
            with_texts(mood="x" * 1000),
            f"worker 1 (node7) has other mood than worker 0: {'x' * 80}... there, nothing on worker 0; "
            "mood must be the same on every worker",
        ),
    ],
)
def test_a_difference_names_the_worker_what_it_is_and_the_remedy(other, message):
    with pytest.raises(InputError) as caught:
        check_matching(CHIEF, [other])
    assert str(caught.value) == message


def test_all_differences_of_the_first_worker_are_named_and_the_others_counted():
    first = with_texts(code="c1", records="3f2a")
    others = [replace(OTHER, index=2), first, replace(first, index=3), replace(first, index=4)]
    message = r"other code .* version on every node; worker 1 .* other records .* \(and 2 more workers differ\)$"
    with pytest.raises(InputError, match=message):
        check_matching(CHIEF, others)
