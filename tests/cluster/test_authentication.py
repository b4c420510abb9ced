import hashlib
import hmac

import pytest

from ner.cluster.authentication import (
    REFUSAL,
    AuthenticationError,
    answer_challenge,
    check_answer,
    check_proof,
    make_challenge,
    make_key,
)

KEY = make_key("job 1", "secret")


def test_both_ends_with_the_same_key_accept_each_other():
    challenge = make_challenge()
    answer, expected = answer_challenge(KEY, challenge, b"worker 1")
    content, proof = check_answer(KEY, challenge, answer)
    assert content == b"worker 1"
    check_proof(expected, proof)


def test_proofs_are_hmac_sha256_over_what_both_ends_contribute():
    challenge = make_challenge()
    answer, expected = answer_challenge(KEY, challenge, b"worker 1")
    nonce = answer[:32]
    assert answer[32:64] == hmac.new(KEY, b"worker" + challenge + nonce + b"worker 1", hashlib.sha256).digest()
    assert expected == hmac.new(KEY, b"chief" + challenge + nonce, hashlib.sha256).digest()


def test_a_worker_with_another_key_is_refused():
    challenge = make_challenge()
    answer, _ = answer_challenge(make_key("job 2", "secret"), challenge, b"worker 1")
    with pytest.raises(AuthenticationError, match="does not have the key"):
        check_answer(KEY, challenge, answer)


@pytest.mark.parametrize("changed", [slice(0, 1), slice(40, 41), slice(64, 65)], ids=["nonce", "proof", "content"])
def test_an_answer_that_was_changed_on_the_way_is_refused(changed):
    challenge = make_challenge()
    answer = bytearray(answer_challenge(KEY, challenge, b"worker 1")[0])
    answer[changed] = bytes([answer[changed][0] ^ 1])
    with pytest.raises(AuthenticationError):
        check_answer(KEY, challenge, bytes(answer))


def test_a_recorded_answer_is_no_use_for_another_challenge():
    answer, _ = answer_challenge(KEY, make_challenge(), b"worker 1")
    with pytest.raises(AuthenticationError):
        check_answer(KEY, make_challenge(), answer)


def test_a_recorded_proof_of_the_chief_is_no_use_for_another_answer():
    challenge = make_challenge()
    proof = check_answer(KEY, challenge, answer_challenge(KEY, challenge, b"worker 1")[0])[1]
    _, expected = answer_challenge(KEY, challenge, b"worker 1")
    with pytest.raises(AuthenticationError, match="another run, or has another NER_CLUSTER_KEY"):
        check_proof(expected, proof)


@pytest.mark.parametrize("proof", [REFUSAL, bytes(32), b"x"])
def test_a_chief_without_the_key_is_refused(proof):
    _, expected = answer_challenge(KEY, make_challenge(), b"worker 1")
    with pytest.raises(AuthenticationError):
        check_proof(expected, proof)


CHALLENGE = make_challenge()


@pytest.mark.parametrize(
    "challenge", [b"", b"220 ready", CHALLENGE[:-1], CHALLENGE + b"x"], ids=["none", "SMTP", "shorter", "longer"]
)
def test_what_another_program_sends_first_is_not_answered(challenge):
    with pytest.raises(AuthenticationError, match="another program"):
        answer_challenge(KEY, challenge, b"worker 1")


@pytest.mark.parametrize("answer", [b"", bytes(31), bytes(64), b"GET / HTTP/1.1"])
def test_what_is_no_answer_is_refused(answer):
    with pytest.raises(AuthenticationError):
        check_answer(KEY, make_challenge(), answer)


def test_keys_differ_by_every_text_and_where_one_ends():
    assert len({make_key(*texts) for texts in (("a", "b"), ("ab", ""), ("", "ab"), ("a", "c"), ("b", "a"))}) == 5
