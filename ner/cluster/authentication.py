"""Mutual authentication of the chief and another worker when they connect: HMAC-SHA-256 (RFC 2104) with the run's key.

    chief  -> worker   a greeting and a challenge, 32 random bytes
    worker -> chief    a nonce, 32 random bytes; a proof over challenge, nonce and content; content (a `WorkerInfo`)
    chief  -> worker   a proof over challenge and nonce, or `REFUSAL`

Both sides contribute random bytes, so that no recorded proof can be used again. `multiprocessing.connection` has a
similar exchange, but without time limits and, before Python 3.12, by HMAC-MD5, which machines in FIPS mode do not have.
"""

import hashlib
import hmac
import secrets

REFUSAL = b""
KEY_VARIABLE = "NER_CLUSTER_KEY"

_GREETING = b"ner.cluster: authenticate, then wait for the others\n"
_RANDOM_BYTES = 32
_PROOF_BYTES = hashlib.sha256().digest_size


class AuthenticationError(ConnectionError):
    """The other end is another program, or does not have the key of this run."""


def make_key(*texts: str) -> bytes:
    """A key of 32 bytes from texts that all workers of a run have in common."""
    return hashlib.sha256("\0".join(("ner.cluster", *texts)).encode()).digest()


def make_challenge() -> bytes:
    """The chief's first message."""
    return _GREETING + secrets.token_bytes(_RANDOM_BYTES)


def answer_challenge(key: bytes, challenge: bytes, content: bytes) -> tuple[bytes, bytes]:
    """The worker's answer with `content`, and the proof that it expects from the chief.

    Raises `AuthenticationError` if `challenge` was not made by `make_challenge`.
    """
    if not challenge.startswith(_GREETING) or len(challenge) != len(_GREETING) + _RANDOM_BYTES:
        raise AuthenticationError("another program answers there")
    nonce = secrets.token_bytes(_RANDOM_BYTES)
    answer = nonce + _proof(key, b"worker", challenge, nonce, content) + content
    return answer, _proof(key, b"chief", challenge, nonce)


def check_answer(key: bytes, challenge: bytes, answer: bytes) -> tuple[bytes, bytes]:
    """The content of a worker's answer, and the chief's proof to send. Raises `AuthenticationError` on another key."""
    nonce, proof = answer[:_RANDOM_BYTES], answer[_RANDOM_BYTES : _RANDOM_BYTES + _PROOF_BYTES]
    content = answer[_RANDOM_BYTES + _PROOF_BYTES :]
    if not hmac.compare_digest(proof, _proof(key, b"worker", challenge, nonce, content)):
        raise AuthenticationError("it does not have the key of this run")
    return content, _proof(key, b"chief", challenge, nonce)


def check_proof(expected: bytes, proof: bytes) -> None:
    """Raises `AuthenticationError` unless the chief sent the expected proof."""
    if not hmac.compare_digest(proof, expected):
        raise AuthenticationError(f"it belongs to another run, or has another {KEY_VARIABLE}")


def _proof(key: bytes, role: bytes, challenge: bytes, nonce: bytes, content: bytes = b"") -> bytes:
    return hmac.digest(key, role + challenge + nonce + content, "sha256")
