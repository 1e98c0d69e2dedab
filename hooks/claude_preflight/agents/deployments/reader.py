"""Which reader a file of a deployment gets: by its kinds and name, and for YAML by what it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from claude_preflight.agents import files
from claude_preflight.agents.deployments.model import Deployed
from claude_preflight.document import Document
from claude_preflight.policy import Policy, matches_any
from claude_preflight.syntax.nodes import Mapping

_HEADER = 200  # characters that the first comments take


def deployed(document: Document, policy: Policy) -> Iterator[Deployed]:
    """Yield the agents in `document` that production would hold or run; none in a sandbox of the policy."""
    if matches_any(document.path, policy.sandboxes):
        return
    yield from _reader(document)(document, policy)


def _reader(document: Document) -> Callable[[Document, Policy], Iterator[Deployed]]:
    if files.DOCKERFILE in document.kinds:
        from claude_preflight.agents.deployments.images import in_dockerfile

        return in_dockerfile
    if files.CI in document.kinds:
        from claude_preflight.agents.deployments.jobs import in_ci

        return in_ci
    if files.COMPOSE in document.kinds:
        from claude_preflight.agents.deployments.compose import in_compose

        return in_compose
    if document.path.endswith((".yml", ".yaml")) and "#cloud-config" not in document.text[:_HEADER]:
        return _in_yaml
    return _by_name(document.path.rpartition("/")[2])


def _by_name(name: str) -> Callable[[Document, Policy], Iterator[Deployed]]:
    from claude_preflight.agents.deployments.units import in_procfile, in_unit, in_user_data

    if name.startswith("Procfile"):
        return in_procfile
    if name.endswith(".service"):
        return in_unit
    if name.endswith((".tf", ".tf.json", ".hcl", ".nomad")):
        from claude_preflight.agents.deployments.terraform import in_terraform

        return in_terraform
    return in_user_data


def _in_yaml(document: Document, policy: Policy) -> Iterator[Deployed]:
    """Yield the agents in a manifest, or in a compose file under a name of its own; other YAML has none."""
    from claude_preflight.agents.deployments.compose import in_compose
    from claude_preflight.agents.deployments.kubernetes import in_manifest, is_manifest
    from claude_preflight.syntax.yaml_ import read_yaml_documents

    for number, tree in enumerate(read_yaml_documents(document.text)):
        if isinstance(tree.root, Mapping) and is_manifest(tree.root):
            yield from in_manifest(tree.root, document, policy)
        elif not number and isinstance(tree.root, Mapping) and tree.root.mapping("services"):
            yield from in_compose(document, policy)
