"""Which version of the program this is."""

import hashlib
from importlib import metadata
from pathlib import Path

_LIBRARIES = ("tensorflow", "keras", "numpy")


def code_fingerprint() -> str:
    """A hash of this package's Python files and of the versions of the libraries that compute."""
    folder = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(f"{path.relative_to(folder)}\n".encode() + path.read_bytes())
    versions = " ".join(f"{name} {_version(name)}" for name in _LIBRARIES)
    return f"{digest.hexdigest()[:12]} with {versions}"


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:  # under another name, as tensorflow-cpu
        return "of another name"
