"""Agents in the services that a compose file runs in production.

The file's path says so (`compose.prod.yaml`), or the service does: by its name or its container's, a profile, an env
file, or a variable. Replicas and rollout settings, which a swarm reads, are only a guess.
"""

from __future__ import annotations

from collections.abc import Iterator

from claude_preflight.agents.config import mapping_of
from claude_preflight.agents.deployments.containers import in_container, texts_of
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
from claude_preflight.model import Span
from claude_preflight.policy import Policy
from claude_preflight.syntax.nodes import Mapping, Text

_OF_SWARM = ("replicas", "update_config", "rollback_config", "placement")


def in_compose(document: Document, policy: Policy) -> Iterator[Deployed]:
    """Yield the agents in the production services of the compose file `document`."""
    root = mapping_of(document)
    if root is None or path_stage(document.path, policy) not in ("", PRODUCTION):
        return
    by_path = of_path(document.path, policy)
    seen: set[Span] = set()
    for name, service in _services(root):
        if is_other_stage(_names(name, service), policy):
            continue
        evidence = by_path or _evidence(name, service, policy)
        if evidence is None:
            continue
        lines = (service.get("entrypoint"), service.get("command"))
        found = next(in_container(service.text("image"), *lines), None)
        if found and found.span not in seen:  # several services may share what is written once
            seen.add(found.span)
            yield Deployed(SERVICE, found, f'the service "{name}"', evidence, str(name))


def _services(root: Mapping) -> Iterator[tuple[Text, Mapping]]:
    services = root.mapping("services")
    for name, service in services.live_pairs() if services else ():
        if isinstance(service, Mapping):
            yield name, service


def _names(name: Text, service: Mapping) -> list[str]:
    return [str(name), *map(str, texts_of(service.get("profiles"))), *map(str, texts_of(service.get("container_name")))]


def _evidence(name: Text, service: Mapping, policy: Policy) -> Evidence | None:
    named = [("service", str(name))]
    for key, what in (("container_name", "container"), ("profiles", "profile"), ("env_file", "env file")):
        named += [(what, str(text)) for text in texts_of(service.get(key))]
    sure = of_names(named, policy) or of_variables(pairs_of(service.get("environment")), policy)
    if sure:
        return sure
    deploy = service.mapping("deploy")
    told = next((key for key in _OF_SWARM if deploy and deploy.get(key) is not None), None)
    return Evidence(f"it has deploy.{told}", sure=False) if told else None
