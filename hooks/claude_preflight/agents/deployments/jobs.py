"""Agents in the CI jobs that work on production, as the name of their environment says, or of a group of secrets."""

from __future__ import annotations

from collections.abc import Iterator

from claude_preflight.agents.ci import Job, jobs
from claude_preflight.agents.ci.model import GROUP
from claude_preflight.agents.deployments.evidence import of_names
from claude_preflight.agents.deployments.model import JOB, Deployed, Presence
from claude_preflight.agents.deployments.presence import in_shell, of_action
from claude_preflight.document import Document
from claude_preflight.policy import Policy


def in_ci(document: Document, policy: Policy) -> Iterator[Deployed]:
    """Yield the agents in the jobs of the CI file `document` that target production, the first of each job."""
    for job in document.remember(jobs):
        evidence = of_names(_names(job), policy)
        if evidence:
            found = [*_presences(job)]
            yield from (Deployed(JOB, each, f'the job "{job.name}"', evidence, str(job.name)) for each in found[:1])


def _names(job: Job) -> Iterator[tuple[str, str]]:
    """Yield the names of the environment that `job` deploys to, and of the groups of secrets that it is given."""
    if job.target is not None:
        yield "environment", str(job.target)
    yield from (("group", str(each.name)) for each in job.references if each.kind == GROUP)


def _presences(job: Job) -> Iterator[Presence]:
    values = {str(name): str(value) for name, value in job.environment}
    for step in job.steps:
        if step.script:
            yield from in_shell(step.script.text, values)
        elif step.action:
            found = of_action(step.action.name, step.action.uses)
            if found:
                yield found
