"""As much of kustomize as deploy/kubernetes uses, so that what it makes can be judged without the program.

What is not known here is refused: a manifest never says more than was rendered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # it has no types

Document = dict[str, Any]

KNOWN = {"apiVersion", "kind", "resources", "components", "patches", "nameSuffix", "labels", "images"}
SELECTORS = {
    "Service": ["spec/selector"],
    "Deployment": [
        "spec/selector/matchLabels",
        "spec/template/metadata/labels",
        "spec/template/spec/topologySpreadConstraints/labelSelector/matchLabels",
    ],
    "Job": ["spec/template/metadata/labels"],
    "PodDisruptionBudget": ["spec/selector/matchLabels"],
    "NetworkPolicy": [
        "spec/podSelector/matchLabels",
        "spec/ingress/from/podSelector/matchLabels",
        "spec/egress/to/podSelector/matchLabels",
    ],
    "ServiceAccount": [],
}
"""Where kustomize writes labels beside the metadata, in the kinds that are given any."""


def render(folder: Path) -> list[Document]:
    """What `kubectl kustomize` makes of that folder."""
    return _onto([], folder)


def _onto(found: list[Document], folder: Path) -> list[Document]:
    (told,) = documents(folder / "kustomization.yaml")
    assert set(told) <= KNOWN, f"{folder}: {set(told) - KNOWN}"
    for name in told.get("resources", []):
        place = folder / name
        assert place.is_dir() or place.parent == folder, f"{folder}: files of elsewhere are not loaded"
        found = [*found, *(render(place) if place.is_dir() else documents(place))]
    for name in told.get("components", []):
        found = _onto(found, folder / name)
    for patch in told.get("patches", []):
        _patch(found, **patch)
    _suffix(found, told.get("nameSuffix", ""))
    for entry in told.get("labels", []):
        _label(found, **entry)
    for image in told.get("images", []):
        _image(found, **image)
    names = [(one["apiVersion"], one["kind"], one["metadata"]["name"]) for one in found]
    assert len(names) == len(set(names)), f"{folder}: one thing twice"
    return found


def documents(path: Path) -> list[Document]:
    return list(yaml.safe_load_all(path.read_text()))


def _patch(found: list[Document], patch: str, target: dict[str, str]) -> None:
    kind, selector = target.pop("kind"), target.pop("labelSelector", "")
    assert not target
    chosen = [one for one in found if re.fullmatch(kind, one["kind"]) and _selected(one, selector)]
    assert chosen, f"nothing is patched: {patch}"
    for one in chosen:
        for operation in yaml.safe_load(patch):
            _operate(one, **operation)


def _selected(one: Document, selector: str) -> bool:
    if not selector:
        return True
    key, unlike, value = re.fullmatch(r"([^!=]+)(!?)=(.+)", selector).groups()  # type: ignore[union-attr]  # it matches or fails
    return bool(one["metadata"].get("labels", {}).get(key) == value) != bool(unlike)


def _operate(one: Any, op: str, path: str, value: Any = None) -> None:
    """JSON patch. Only `add` may name what is not there."""
    *way, last = path.strip("/").split("/")
    for step in way:
        one = one[int(step) if isinstance(one, list) else step]
    if isinstance(one, list):
        assert (op, last) == ("add", "-"), f"{op} {path}"
        one.append(value)
        return
    assert op in {"add", "replace", "remove"}
    assert op == "add" or last in one, f"nothing at {path}"
    if op == "remove":
        del one[last]
    else:
        one[last] = value


def _suffix(found: list[Document], suffix: str) -> None:
    accounts = {one["metadata"]["name"] for one in found if one["kind"] == "ServiceAccount"}
    for one in found if suffix else []:
        assert one["kind"] in SELECTORS, f"names that refer to a {one['kind']} are not followed"
        one["metadata"]["name"] += suffix
        pod = one.get("spec", {}).get("template", {}).get("spec", {})
        if pod.get("serviceAccountName") in accounts:
            pod["serviceAccountName"] += suffix


def _label(found: list[Document], pairs: dict[str, str], *, includeSelectors: bool) -> None:  # noqa: N803 - theirs
    assert includeSelectors
    for one in found:
        one["metadata"].setdefault("labels", {}).update(pairs)
        for path in SELECTORS[one["kind"]]:
            for place in _at(one, path.split("/")):
                place.update(pairs)


def _at(value: Any, path: list[str]) -> Iterator[Any]:
    """Every place at that path that exists; lists are walked through."""
    if isinstance(value, list):
        for part in value:
            yield from _at(part, path)
    elif not path:
        yield value
    elif path[0] in value:
        yield from _at(value[path[0]], path[1:])


def _image(found: list[Document], name: str, newName: str) -> None:  # noqa: N803 - theirs
    for one in found:
        for container in one.get("spec", {}).get("template", {}).get("spec", {}).get("containers", []):
            if container["image"] == name:
                container["image"] = newName


@pytest.fixture(scope="session", name="render")
def _render() -> Callable[[Path], list[Document]]:
    return render
