"""Which CI system reads a file, and the jobs that it finds there."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from itertools import islice

from claude_preflight.agents.ci.model import Job
from claude_preflight.agents.config import tree_of
from claude_preflight.document import Document
from claude_preflight.late import late
from claude_preflight.syntax.nodes import Mapping, Node

# The module that reads a system's files, by their paths.
_READERS = {
    "github": late(r"(?:^|/)(?:\.(?:github|gitea|forgejo)/workflows/[^/]+|action)\.ya?ml$"),
    "gitlab": late(r"(?:^|/)(?:\.gitlab-ci[^/]*|[^/]*\.gitlab-ci|\.gitlab/.+)\.ya?ml$"),
    "circleci": late(r"(?:^|/)\.circleci/.+\.ya?ml$"),
    "azure": late(r"(?:^|/)(?:azure-pipelines[^/]*|\.(?:azure-pipelines|azuredevops)/.+)\.ya?ml$"),
    "bitbucket": late(r"(?:^|/)bitbucket-pipelines\.ya?ml$"),
    "jenkins": late(r"(?:^|/)(?:Jenkinsfile[^/]*|[^/]+\.jenkinsfile)$"),
}


# No file in use comes near; some of what is read of a job grows with what stands around all of them.
_MAX_JOBS = 1000
_MAX_KEYS = 5000


def jobs(document: Document) -> tuple[Job, ...]:
    """Return the jobs of `document` in source order, the first 1,000; none if it cannot be read as a CI file.

    Ask for them with `document.remember(jobs)`. Jobs that never run (`if: false`) are left out. Never raises.
    """
    system = next((name for name, path in _READERS.items() if path.search(document.path)), "")
    if system == "jenkins":
        from claude_preflight.agents.ci.jenkins import pipeline_jobs

        return tuple(islice(pipeline_jobs(document.text), _MAX_JOBS))
    if not system:
        return ()
    read = import_module(f"claude_preflight.agents.ci.{system}").pipeline_jobs
    roots = (root for root in _roots(document, system) if isinstance(root, Mapping) and len(root.pairs) <= _MAX_KEYS)
    return tuple(islice((job for root in roots for job in read(root, document.text)), _MAX_JOBS))


def _roots(document: Document, system: str) -> Iterator[Node | None]:
    """Yield the file's document; of GitLab also the second, which follows a header with the inputs of the file."""
    first = tree_of(document).root
    yield first
    if system == "gitlab" and isinstance(first, Mapping) and first.get("spec") is not None:
        from claude_preflight.syntax.yaml_ import read_yaml_documents

        yield from (tree.root for tree in read_yaml_documents(document.text)[1:])
