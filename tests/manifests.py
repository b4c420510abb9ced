"""The manifests of `launch/kubernetes`, read and taken apart for the tests of them."""

from collections.abc import Iterator
from pathlib import Path

import yaml

FOLDER = Path(__file__).parent.parent / "launch" / "kubernetes"
KUSTOMIZATION = FOLDER / "kustomization.yaml"
FILES = sorted(path for path in FOLDER.glob("*.yaml") if path != KUSTOMIZATION)


def resources() -> list[dict]:
    """What all files declare."""
    return [resource for path in FILES for resource in yaml.safe_load_all(path.read_text(encoding="utf-8"))]


def of_kind(found: list[dict], *kinds: str) -> list[dict]:
    return [resource for resource in found if resource["kind"] in kinds]


def pod_of(workload: dict) -> dict:
    """The pod that a workload makes, or that it is: `metadata` and `spec`."""
    return workload if workload["kind"] == "Pod" else workload["spec"]["template"]


def container_of(workload: dict) -> dict:
    (container,) = pod_of(workload)["spec"]["containers"]
    return container


def text_values(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text in a resource with its place, as ("spec.ports.name", "http"); lists add nothing to a place."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from text_values(inner, f"{path}.{key.replace('.', '_')}".lstrip("."))
    elif isinstance(value, list):
        for inner in value:
            yield from text_values(inner, path)
    elif isinstance(value, str):
        yield path, value


def at(resource: dict, path: str) -> object:
    """The value at a path as Kustomize writes it: `spec.containers.[name=trainer].image`."""
    value: object = resource
    for part in path.split("."):
        if part.startswith("["):
            key, wanted = part[1:-1].split("=")
            (value,) = [item for item in value if item[key] == wanted]
        else:
            value = value[part]
    return value
