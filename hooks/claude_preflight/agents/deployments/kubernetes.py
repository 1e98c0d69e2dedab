"""Agents in the containers that a Kubernetes or Knative manifest runs in production.

Any mapping with `apiVersion` and `kind` is a manifest, so that custom resources with pods in them count as well. The
file's path says that it is production's, or the namespace, the name, a label or annotation, or a variable.
"""

from __future__ import annotations

from collections.abc import Iterator

from claude_preflight.agents.deployments.containers import in_container, named_pairs
from claude_preflight.agents.deployments.evidence import (
    is_other_stage,
    of_names,
    of_path,
    of_variables,
    pairs_of,
    path_stage,
)
from claude_preflight.agents.deployments.model import SERVICE, Deployed, Evidence
from claude_preflight.agents.places import PRODUCTION
from claude_preflight.document import Document
from claude_preflight.policy import Policy
from claude_preflight.syntax.nodes import Mapping, Node, Scalar, Sequence, Text, walk

_CONTAINERS = frozenset("containers initContainers ephemeralContainers".split())


def is_manifest(node: Node | None) -> bool:
    """Tell whether `node` is an object of Kubernetes."""
    return isinstance(node, Mapping) and bool(node.text("apiVersion")) and bool(node.text("kind"))


def in_manifest(root: Mapping, document: Document, policy: Policy) -> Iterator[Deployed]:
    """Yield the agents in the production containers of the manifest `root` of `document`, or of the list it is."""
    stage = path_stage(document.path, policy)
    if stage not in ("", PRODUCTION):
        return
    items = root.sequence("items") if (root.text("kind") or "").endswith("List") else None
    for item in [each for each in items.items if isinstance(each, Mapping)] if items else [root]:
        metadata = [node for path, node in walk(item) if path[-1:] == ("metadata",) and isinstance(node, Mapping)]
        names = [str(text) for each in metadata for _, text in named_pairs(each, {"namespace": "", "name": ""})]
        if is_other_stage(names, policy):
            continue
        evidence = of_path(document.path, policy) or _of_metadata(metadata, policy)
        yield from _in_item(item, evidence, policy)


def _in_item(item: Mapping, evidence: Evidence | None, policy: Policy) -> Iterator[Deployed]:
    for container in _containers(item):
        told = evidence or of_variables(pairs_of(container.get("env")), policy)
        if told is None:
            continue
        name = str(container.text("name") or "")
        place = f'the container "{name}"' if name else "a container"
        command = (container.get("command"), container.get("args"))
        found = [*in_container(container.text("image"), *command), *in_container(None, _hook(container))]
        key = f"{(item.mapping('metadata') or item).text('name') or ''}/{name}"
        yield from (Deployed(SERVICE, each, place, told, key) for each in found[:1])


def _containers(item: Mapping) -> Iterator[Mapping]:
    for path, node in walk(item):
        if path[-1:] and path[-1] in _CONTAINERS and isinstance(node, Sequence):
            yield from (each for each in node.items if isinstance(each, Mapping))
        elif path[-1:] == ("container",) and isinstance(node, Mapping) and node.get("image") is not None:
            yield node


def _hook(container: Mapping) -> Node | None:
    """Return the command that runs once `container` has started."""
    node: Mapping | None = container
    for key in ("lifecycle", "postStart", "exec"):
        node = node.mapping(key) if node else None
    return node.get("command") if node else None


def _of_metadata(metadata: list[Mapping], policy: Policy) -> Evidence | None:
    for each in metadata:
        named = list(named_pairs(each, {"namespace": "namespace", "name": "name"}))
        labels = [pair for key in ("labels", "annotations") for pair in _stage_labels(each.mapping(key))]
        found = of_names(named, policy) or of_variables(labels, policy)
        if found:
            return found
    return None


def _stage_labels(labels: Mapping | None) -> Iterator[tuple[str, str]]:
    for key, value in labels.pairs if labels else ():
        if isinstance(value, Scalar) and isinstance(value.value, Text):
            yield str(key).rpartition("/")[2], str(value.value)
