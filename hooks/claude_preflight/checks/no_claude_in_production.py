"""No coding agent in production.

What it does
------------
Refuses a coding agent's command line program (Claude Code, Codex, Gemini CLI, opencode, aider and others) where
production would install, hold or start it: in the images that Dockerfiles build, in services of compose files,
containers of Kubernetes and Knative manifests, processes of a Procfile, systemd units, cloud-init and Terraform, and in
CI jobs that deploy to a production environment. An installation is a package, a download of its installer, its image,
or a copy of its program; through `npx`, `sh -c`, `sudo` and variables of the file as well.

What counts as production: a path (`Dockerfile.prod`, `overlays/production/`), the name of a stage, service, container,
profile, env file, namespace, label or environment, or a variable such as `NODE_ENV=production` (in an image only if it
starts an application). Words count as whole words, and the nearest name decides: `product`, `nonprod` and `pre-prod`
are silent. Of a Dockerfile the last stage counts, any that is called production, and what these are built from or copy
programs from. An image that starts an application with nothing that says production is a warning: it may be one.

Dev containers, sandboxes, development stages and images that are made for the agent are silent, and so are SDKs and
API keys: an application that calls a model is what production is for. Names of your own go into the policy:
`production: {names: ["acme-live*"]}` for paths, stages, namespaces and environments that are production's, and
`sandboxes: [images/agent-worker/**]` for files whose agent is meant to be there.

Why is this bad?
----------------
An agent in production is one prompt, planted in a log line or a customer's message, away from the live database and
its credentials. The program alone is enough: whoever gets a shell in the container finds a tool in it that reads,
writes and runs what it is told, and talks to a host that the firewall lets through.

Example
-------
```dockerfile Dockerfile.prod
FROM node:22-slim
RUN npm install -g @anthropic-ai/claude-code
COPY dist/ /app/
CMD ["node", "/app/server.js"]
```

Use instead
-----------
```dockerfile Dockerfile
FROM node:22-slim AS base
COPY dist/ /app/

FROM base AS development
RUN npm install -g @anthropic-ai/claude-code

FROM base AS production
CMD ["node", "/app/server.js"]
```

References
----------
* Docker, multi-stage builds: https://docs.docker.com/build/building/multi-stage/
* CWE-668, exposure of a resource to the wrong sphere: https://cwe.mitre.org/data/definitions/668.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from claude_preflight.context import Context
from claude_preflight.document import Document
from claude_preflight.hook import run_hook
from claude_preflight.model import Confidence, Finding, Rule, Severity
from claude_preflight.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from claude_preflight.agents.deployments import Deployed

IN_IMAGE = Rule(
    "agent-in-production-image",
    Severity.ERROR,
    Confidence.HIGH,
    "a production image holds a coding agent",
    668,
)
IN_SERVICE = Rule(
    "agent-in-production-service",
    Severity.ERROR,
    Confidence.HIGH,
    "a production service holds or starts a coding agent",
    668,
)
IN_JOB = Rule(
    "agent-in-production-job",
    Severity.ERROR,
    Confidence.HIGH,
    "a CI job with access to production runs a coding agent",
    668,
)
DEPLOYED = Rule(
    "agent-in-deployment",
    Severity.WARNING,
    Confidence.MEDIUM,
    "a coding agent is in what is deployed, perhaps to production",
    668,
)
RULES = (IN_IMAGE, IN_SERVICE, IN_JOB, DEPLOYED)

_RULES = {"image": IN_IMAGE, "service": IN_SERVICE, "job": IN_JOB}
_REPAIRS = {
    "image": "install it in a development stage, or in an image of its own, that production is not built from",
    "service": "take it out of this service, and run it where production is not within reach",
    "job": "run it in a job without this environment, and hand on only what it has written",
}
_EXCEPTION = "; if this is where it is meant to be, list the file under sandboxes in .claude-preflight.yaml"


def check(document: Document, context: Context) -> Iterator[Finding]:
    """Yield the agents in `document` that production would hold or run."""
    from claude_preflight.agents.deployments import deployed

    for found in deployed(document, context.policy):
        yield _finding(found)


def _finding(found: Deployed) -> Finding:
    agent, how, span = found.presence
    message = f"{agent.name} {how} in {found.place}; this counts as production: {found.evidence.what}"
    rule = _RULES[found.kind]
    if not found.evidence.sure:
        message = f"{agent.name} {how} in {found.place}; this may be production: {found.evidence.what}"
        rule = DEPLOYED
    repair = _REPAIRS[found.kind] + ("" if rule is IN_JOB else _EXCEPTION)
    return rule.at(span, message, repair=repair, key=f"{agent.name} {found.key}")


def main(argv: Sequence[str] | None = None) -> int:
    """Run this hook over the files named in `argv` (default: `sys.argv[1:]`) and return its exit status."""
    return run_hook("no-claude-in-production", argv)


if __name__ == "__main__":
    raise SystemExit(main())
