"""Agents in what is deployed: which are found, where they stand, and why that counts as production."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claude_preflight.agents.agent_clis import agents
from claude_preflight.agents.deployments import Deployed, deployed
from claude_preflight.agents.deployments.evidence import path_stage
from claude_preflight.agents.files import kinds_of
from claude_preflight.agents.places import PRODUCTION
from claude_preflight.agents.words import AGENTS
from claude_preflight.checks.no_claude_in_production import check
from claude_preflight.context import Context
from claude_preflight.document import Document
from claude_preflight.policy import Policy
from claude_preflight.repository import Repository

CLAUDE, CODEX, GEMINI = "Claude Code", "Codex", "Gemini CLI"
NPM = "RUN npm install -g @anthropic-ai/claude-code\n"
SERVER = 'EXPOSE 3000\nCMD ["node", "server.js"]\n'


def found(path: str, text: str, policy: Policy | None = None) -> list[Deployed]:
    return list(deployed(Document(path, text, kinds_of(path)), policy or Policy()))


def told(path: str, text: str, policy: Policy | None = None) -> list[tuple[str, str, str, bool]]:
    """Return the agent of each finding, the source that it points at, the evidence, and whether that is sure."""
    return [
        (each.presence.agent.name, text[slice(*each.presence.span)], each.evidence.what, each.evidence.sure)
        for each in found(path, text, policy)
    ]


@pytest.mark.parametrize(
    ("path", "text", "excepted"),
    [
        ("Dockerfile", f"FROM node\nENV NODE_ENV=production\n{NPM}{SERVER}", True),
        ("Dockerfile", f"FROM node\n{NPM}{SERVER}", True),
        ("docker-compose.prod.yml", "services: {a: {image: node, command: claude -p x}}\n", True),
        (".github/workflows/a.yml", "on: push\njobs: {a: {environment: production, steps: [{run: claude}]}}\n", False),
    ],
)
def test_repair_names_the_exception_that_the_policy_can_make(path: str, text: str, excepted: bool) -> None:
    context = Context(Repository("."), Policy(), "2026-11-22")
    (finding,) = check(Document(path, text, kinds_of(path)), context)
    assert ("sandboxes in .claude-preflight.yaml" in (finding.repair or "")) == excepted
    if excepted:
        policy = Policy(sandboxes=(path,))
        assert list(check(Document(path, text, kinds_of(path)), Context(Repository("."), policy, "2026-11-22"))) == []


def in_image(run: str) -> list[tuple[str, str]]:
    """Return the agents, and where they stand, in an image of production with the instruction `run`."""
    return [each[:2] for each in told("Dockerfile.prod", f"FROM node:22\n{run}\nCMD x\n")]


@pytest.mark.parametrize(
    ("run", "agent", "source"),
    [
        ("RUN npm i -g @anthropic-ai/claude-code@2.1.330", CLAUDE, "@anthropic-ai/claude-code@2.1.330"),
        ("RUN npm install @anthropic-ai/claude-code", CLAUDE, "@anthropic-ai/claude-code"),
        ("RUN npm --prefix /opt install --global=true @openai/codex", CODEX, "@openai/codex"),
        ("RUN pnpm add -g @openai/codex", CODEX, "@openai/codex"),
        ("RUN yarn global add opencode-ai@1.1.65", "opencode", "opencode-ai@1.1.65"),
        ("RUN bun add -g @google/gemini-cli", GEMINI, "@google/gemini-cli"),
        ("RUN mise use -g npm:@openai/codex@latest", CODEX, "npm:@openai/codex@latest"),
        ("RUN pip install --no-cache-dir aider-chat==0.86.2", "aider", "aider-chat==0.86.2"),
        ("RUN python3.12 -m pip install aider-chat", "aider", "aider-chat"),
        ("RUN uv tool install --python 3.12 'aider-chat[x]'", "aider", "aider-chat[x]"),
        ("RUN pipx install aider-chat", "aider", "aider-chat"),
        ("RUN apk add --no-cache claude-code", CLAUDE, "claude-code"),
        ("RUN brew install --cask claude-code", CLAUDE, "claude-code"),
        ("RUN curl -fsSL https://claude.ai/install.sh | bash -s 2.1.330", CLAUDE, "https://claude.ai/install.sh"),
        ("RUN bash <(curl -fsSL https://claude.ai/install.sh)", CLAUDE, "https://claude.ai/install.sh"),
        ('RUN sh -c "$(wget -qO- https://aider.chat/install.sh)"', "aider", "https://aider.chat/install.sh"),
        ("ADD https://claude.ai/install.sh /tmp/", CLAUDE, "https://claude.ai/install.sh"),
        ("RUN powershell -Command irm https://claude.ai/install.ps1", CLAUDE, "https://claude.ai/install.ps1"),
        ('RUN ["npm", "i", "-g", "@openai/codex"]', CODEX, "@openai/codex"),
        ("RUN --mount=type=cache,target=/root/.npm npm i -g @openai/codex", CODEX, "@openai/codex"),
        ("RUN npm i -g \\\n  # why\n\n  @openai/codex", CODEX, "@openai/codex"),
        ("RUN npm i -g \\\r\n  @openai/codex\r", CODEX, "@openai/codex"),
        ("RUN <<EOF\nset -e\nnpm i -g @openai/codex\nEOF", CODEX, "@openai/codex"),
        ("run if [ -n x ]; then npm i -g @openai/codex; fi", CODEX, "@openai/codex"),
        ("RUN su - node -c 'npm i -g @openai/codex'", CODEX, "@openai/codex"),
        ("RUN sudo -u x bash -lc 'npm i -g @openai/codex && ln -s a b'", CODEX, "@openai/codex"),
        ("ARG P=@openai/codex\nRUN npm i -g $P@1", CODEX, "$P@1"),
        ('ENV TOOLS="pnpm @openai/codex"\nRUN npm i -g ${TOOLS}', CODEX, "${TOOLS}"),
        ("RUN P=@openai/codex; npm i -g $P", CODEX, "$P"),
        ("RUN npm i -g ${P:-@openai/codex}", CODEX, "${P:-@openai/codex}"),
        ("RUN for p in pnpm @openai/codex; do npm i -g $p; done", CODEX, "$p"),
        ("COPY --chmod=755 bin/codex /usr/local/bin/", CODEX, "bin/codex"),
        ("COPY --from=x/y /opt/agent /usr/bin/claude", CLAUDE, "/opt/agent"),
        ("RUN install -m 755 codex /usr/local/bin/codex", CODEX, "codex"),
        ("ENTRYPOINT claude -p x", CLAUDE, "claude"),
        ('ENTRYPOINT ["/usr/bin/tini", "-g", "--", "claude"]', CLAUDE, "claude"),
        ('ENTRYPOINT ["/docker-entrypoint.sh", "gemini"]', GEMINI, "gemini"),
        ('ENTRYPOINT ["gosu", "node", "codex"]', CODEX, "codex"),
        ("RUN npx -y @openai/codex@0.169.0 exec x", CODEX, "@openai/codex"),
        ("RUN timeout 60 env A=1 claude -p x", CLAUDE, "claude"),
        ("RUN docker run --rm paulgauthier/aider:1", "aider", "paulgauthier/aider"),
        ("RUN docker run --rm node:22 claude -p x", CLAUDE, "claude"),
        ("RUN goose run -t x", "Goose", "goose"),
        ("RUN copilot -p x --allow-all-tools", "GitHub Copilot", "copilot"),
    ],
)
def test_agent_in_image(run: str, agent: str, source: str) -> None:
    assert in_image(run) == [(agent, source)]


@pytest.mark.parametrize(
    "run",
    [
        "RUN npm install @anthropic-ai/sdk openai @anthropic-ai/claude-agent-sdk",
        "RUN pip install anthropic openai claude-agent-sdk",
        "RUN npm uninstall -g @anthropic-ai/claude-code",
        "RUN npm install -g codex",
        'RUN echo "npm install -g @anthropic-ai/claude-code"',
        "RUN echo hi # npm install -g @anthropic-ai/claude-code",
        "RUN command -v claude || which claude; test -x claude",
        "RUN mkdir -p /root/.claude && chown claude:claude /root/.claude",
        "RUN goose -dir migrations postgres up",
        "RUN goose -dir migrations -table session up",
        "COPY --from=builder /bin/goose /bin/goose",
        "COPY claude /app/claude",
        "COPY . /usr/local/bin/",
        "RUN copilot svc deploy --env production",
        "RUN q 'select 1'",
        "RUN python claude.py && node codex/index.js",
        "ENV ANTHROPIC_API_KEY=x CLAUDE_MODEL=opus",
        "USER claude",
        "LABEL a=claude",
    ],
)
def test_no_agent_in_image(run: str) -> None:
    assert in_image(run) == []


@pytest.mark.parametrize(
    ("path", "text", "what", "sure"),
    [
        ("Dockerfile.production", "FROM node\n" + NPM, "its path says so", True),
        ("docker/prod/Dockerfile", "FROM node\n" + NPM, "its path says so", True),
        ("Dockerfile", "FROM node AS PROD\n" + NPM, "its name says so", True),
        ("Dockerfile", "FROM node AS prod\n" + NPM + "FROM node AS dev\n", "its name says so", True),
        ("Dockerfile", "FROM node\nENV NODE_ENV production\n" + NPM + SERVER, "NODE_ENV=production", True),
        ("Dockerfile", "FROM node\nARG M=prod\nENV APP_ENV=$M\n" + NPM + "CMD node x", "APP_ENV=prod", True),
        ("Dockerfile", "FROM node\nLABEL com.acme.env=prod\n" + NPM + SERVER, "com.acme.env=prod", True),
        ("Dockerfile", "FROM node\n" + NPM + 'CMD ["npm", "run", "start:prod"]', "its start command says so", True),
        ("Dockerfile", "FROM node\n" + NPM + SERVER, "it starts an application", False),
        ("Dockerfile", "FROM node\n" + NPM + "EXPOSE 1\nCMD ./entrypoint.sh", "it starts an application", False),
        (
            "Dockerfile",
            "FROM node\nENV NODE_ENV=production CODEX_HOME=/x\n" + NPM + SERVER,
            "NODE_ENV=production",
            False,
        ),
    ],
)
def test_why_an_image_counts(path: str, text: str, what: str, sure: bool) -> None:
    assert told(path, text) == [(CLAUDE, "@anthropic-ai/claude-code", what, sure)]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("Dockerfile", ""),
        ("Dockerfile", NPM),
        ("Dockerfile", "FROM node\n" + NPM),
        ("Dockerfile", "FROM node\nENV NODE_ENV=production\n" + NPM),
        ("Dockerfile", "FROM node\nENV NODE_ENV=production\n" + NPM + 'CMD ["sleep", "infinity"]'),
        ("Dockerfile", "FROM node\nENV NODE_ENV=production\n" + NPM + 'EXPOSE 1\nCMD ["bash", "-l"]'),
        ("Dockerfile", "FROM node\nENV NODE_ENV=production\n" + NPM + 'EXPOSE 1\nENTRYPOINT ["claude"]'),
        ("Dockerfile", "FROM node\n" + NPM + "EXPOSE 1\nCMD npm run dev"),
        ("Dockerfile", "FROM node\n" + NPM + "WORKDIR /workspace\n" + SERVER),
        ("Dockerfile", "FROM node\n" + NPM + "CMD ./entrypoint.sh"),
        ("Dockerfile", "FROM docker.io/cloudflare/sandbox:1\nENV NODE_ENV=production\n" + NPM + SERVER),
        ("Dockerfile", "FROM node AS build\n" + NPM + "FROM node AS production\n" + SERVER),
        ("Dockerfile", "FROM node AS prod-deps\n" + NPM + "FROM node\n" + SERVER),
        ("Dockerfile", "FROM node AS staging\nENV NODE_ENV=production\n" + NPM + SERVER),
        ("Dockerfile.dev", "FROM node\nENV NODE_ENV=production\n" + NPM + SERVER),
        ("docker/preprod/Dockerfile", "FROM node\nENV NODE_ENV=production\n" + NPM + SERVER),
        ("product/Dockerfile", "FROM node\n" + NPM),
        ("docs/Dockerfile.prod", "FROM node\n" + NPM),
        (".devcontainer/Dockerfile", "FROM node\n" + NPM + SERVER),
        ("images/claude/Dockerfile", "FROM node\nENV NODE_ENV=production\n" + NPM + SERVER),
        ("ci-runner/Dockerfile", "FROM node\nENV NODE_ENV=production\n" + NPM + SERVER),
    ],
)
def test_images_that_are_none_of_productions(path: str, text: str) -> None:
    assert told(path, text) == []


@pytest.mark.parametrize(
    ("copy", "taken"),
    [
        ("COPY --from=Tools /usr/local/lib/node_modules /usr/local/lib/node_modules", True),
        ("COPY --from=0 /usr/local /usr/local", True),
        ("COPY --from=tools /root/.local /root/.local", True),
        ("COPY --from=tools / /", True),
        ("COPY --from=tools /app/dist /app", False),
        ("COPY --from=tools /usr/src/app/dist /app", False),
        ("COPY --from=other /usr/local /usr/local", False),
        ("COPY /usr/local /usr/local", False),
    ],
)
def test_what_a_stage_copies(copy: str, taken: bool) -> None:
    text = f"FROM node AS tools\n{NPM}FROM node AS other\nFROM node AS production\n{copy}\n"
    assert [each[0] for each in told("Dockerfile", text)] == [CLAUDE] * taken


def test_each_agent_of_an_image_is_found_once_with_the_place_nearest_to_it() -> None:
    text = f"FROM node AS base\n{NPM}RUN npm i -g @openai/codex\nFROM base AS production\nRUN claude --version\n"
    assert [each[:2] for each in told("Dockerfile", text)] == [(CLAUDE, "claude"), (CODEX, "@openai/codex")]


@pytest.mark.parametrize(
    ("base", "agent"),
    [
        ("ghcr.io/acme/claude-code:2.1", CLAUDE),
        ("paulgauthier/aider-full", "aider"),
        ("localhost:5000/codex-cli@sha256:0", CODEX),
        ("us-docker.pkg.dev/gemini-code-dev/gemini-cli/sandbox:1", GEMINI),
        ("acme/claude-code-proxy", None),
        ("acme/my-claude-code", None),
        ("gomicro/goose", None),
    ],
)
def test_base_image(base: str, agent: str | None) -> None:
    text = f"ARG BASE={base}\nFROM $BASE AS production\n"
    assert [each[:2] for each in told("Dockerfile", text)] == ([(agent, "$BASE")] if agent else [])


COMPOSE = "services:\n  {name}:\n    command: claude -p x\n    {more}\n"


@pytest.mark.parametrize(
    ("path", "name", "more", "what", "sure"),
    [
        ("docker-compose.prod.yml", "a", "tty: true", "its path says so", True),
        ("compose.yaml", "agent-prod", "tty: true", "its name says so", True),
        ("compose.yaml", "a", "profiles: [prod]", 'the profile "prod"', True),
        ("compose.yaml", "a", "container_name: bot-prod", 'the container "bot-prod"', True),
        ("compose.yaml", "a", "env_file: [.env.production]", 'the env file ".env.production"', True),
        ("compose.yaml", "a", "environment: {RAILS_ENV: production}", "RAILS_ENV=production", True),
        ("compose.yaml", "a", "environment: [NODE_ENV=production]", "NODE_ENV=production", True),
        ("compose.yaml", "a", "deploy: {replicas: 2}", "it has deploy.replicas", False),
        ("stacks/prod/stack.yml", "a", "tty: true", "its path says so", True),
    ],
)
def test_why_a_service_counts(path: str, name: str, more: str, what: str, sure: bool) -> None:
    assert told(path, COMPOSE.format(name=name, more=more)) == [(CLAUDE, "claude", what, sure)]


@pytest.mark.parametrize(
    ("path", "name", "more"),
    [
        ("compose.yaml", "a", "tty: true"),
        ("compose.yaml", "a", "deploy: {resources: {}}"),
        ("compose.dev.yaml", "a", "environment: [NODE_ENV=production]"),
        ("compose.prod.yaml", "a", "profiles: [dev]"),
        ("compose.yaml", "product", "environment: {ENVIRONMENT: nonprod}"),
        ("compose.yaml", "a", "environment: {ENVIRONMENT: $X}"),
    ],
)
def test_services_that_are_none_of_productions(path: str, name: str, more: str) -> None:
    assert told(path, COMPOSE.format(name=name, more=more)) == []


POD = """apiVersion: v1
kind: Pod
metadata: {metadata}
spec: {{containers: [{{name: c, image: node, {container}}}]}}
"""


@pytest.mark.parametrize(
    ("metadata", "container", "what"),
    [
        ("{namespace: production}", "command: [claude]", 'the namespace "production"'),
        ("{namespace: live}", "args: [claude]", 'the namespace "live"'),
        ("{name: a-prd}", "command: [claude]", 'the name "a-prd"'),
        ("{labels: {env: prod}}", "command: [sh, -c], args: ['claude -p x']", "env=prod"),
        ("{annotations: {acme.io/stage: Production}}", "command: [claude]", "stage=Production"),
        ("{name: a}", "command: [claude], env: [{name: NODE_ENV, value: production}]", "NODE_ENV=production"),
    ],
)
def test_why_a_container_counts(metadata: str, container: str, what: str) -> None:
    assert told("k8s/a.yaml", POD.format(metadata=metadata, container=container)) == [(CLAUDE, "claude", what, True)]


@pytest.mark.parametrize(
    "metadata",
    ["{name: a}", "{namespace: preprod}", "{namespace: product}", "{name: a, namespace: prod, labels: x}x", "[prod]"],
)
def test_containers_that_are_none_of_productions(metadata: str) -> None:
    assert told("k8s/a.yaml", POD.format(metadata=metadata, container="command: [claude]")) == []


def test_every_document_before_one_that_does_not_parse() -> None:
    pod = POD.format(metadata="{namespace: prod}", container="command: [claude]")
    assert len(told("k8s/a.yaml", f"{pod}---\n{pod}---\na: b: c\n---\n{pod}")) == 2


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("Procfile", "web: x\nworker: claude -p x\n", [(CLAUDE, "claude", "it stands in a Procfile", True)]),
        ("Procfile.dev", "worker: claude -p x\n", []),
        (
            "deploy/prod/a.service",
            "[Service]\nExecStart=-/bin/claude \\\n -p x\n",
            [(CLAUDE, "/bin/claude", "its path says so", True)],
        ),
        ("a.service", "[Service]\nExecStart=/bin/claude\n", []),
        ("a-prod.service", "[Unit]\nDescription=claude\n", []),
        (
            "prod/user-data.sh",
            "#!/bin/sh\nnpm i -g @openai/codex\n",
            [(CODEX, "@openai/codex", "its path says so", True)],
        ),
        ("user-data.sh", "#!/bin/sh\nnpm i -g @openai/codex\n", []),
        (
            "cloud-init.yaml",
            "#cloud-config\nfqdn: db.prod.acme.io\nruncmd: [[sh, -c, codex exec x]]\n",
            [(CODEX, "codex", 'the host "db.prod.acme.io"', True)],
        ),
        ("cloud-init.yaml", "#cloud-config\nruncmd: [codex exec x]\n", []),
        (
            "main.tf",
            'module "a" {\n  environment = "prod"\n  command = ["codex", "exec"]\n}\n',
            [(CODEX, "codex", "environment=prod", True)],
        ),
        ("main.tf", 'module "a" {\n  environment = var.env\n  command = ["codex", "exec"]\n}\n', []),
        ("dev/main.tf", 'module "a" {\n  environment = "prod"\n  command = ["codex", "exec"]\n}\n', []),
        ("prod.tf", 'module "a" {\n  # command = ["codex"]\n  name = "codex"\n}\n', []),
        ("prod.tf", 'r "a" {\n  user_data = <<EOF\nclaude -p x\n', [(CLAUDE, "claude", "its path says so", True)]),
        ("prod/values.yaml", "claude: {command: claude}\n", []),
    ],
)
def test_servers(path: str, text: str, expected: list[tuple[str, str, str, bool]]) -> None:
    assert told(path, text) == expected


JOB = "on: push\njobs:\n  a:\n    runs-on: x\n    environment: {name}\n    steps:\n      - {step}\n"


@pytest.mark.parametrize(
    ("name", "step", "source"),
    [
        ("production", "run: claude -p x", "claude"),
        ("Prod", "run: npx @anthropic-ai/claude-code -p x", "@anthropic-ai/claude-code"),
        ("live", "uses: anthropics/claude-code-action@v1", "anthropics/claude-code-action@v1"),
        ("{name: eu-prod, url: x}", "run: claude -p x", "claude"),
    ],
)
def test_jobs_of_production(name: str, step: str, source: str) -> None:
    path = ".github/workflows/a.yml"
    assert [each[:2] for each in told(path, JOB.format(name=name, step=step))] == [(CLAUDE, source)]


@pytest.mark.parametrize("name", ["preprod", "nonprod", "product", "staging", "live-demo", "${{ inputs.env }}", "dev"])
def test_jobs_of_other_environments(name: str) -> None:
    assert told(".github/workflows/a.yml", JOB.format(name=name, step="run: claude -p x")) == []


def test_the_group_of_secrets_of_a_job() -> None:
    text = (
        "jobs:\n  a:\n    docker: [{image: node}]\n    steps:\n      - run: claude -p x\n"
        "workflows:\n  w:\n    jobs:\n      - a:\n          context: [acme-production]\n"
    )
    assert told(".circleci/config.yml", text) == [(CLAUDE, "claude", 'the group "acme-production"', True)]


def test_policy() -> None:
    policy = Policy(production_names=("acme-live*",), sandboxes=("box/*",))
    text = "FROM node\n" + NPM
    assert told("img/acme-live-1/Dockerfile", text, policy)[0][2:] == ("its path says so", True)
    assert told("Dockerfile", f"FROM node AS acme-live\n{NPM}", policy)[0][2:] == ("its name says so", True)
    assert told("box/Dockerfile.prod", text, policy) == []


# Found only in files that hold another word of their agent.
def test_every_way_to_install_holds_a_word_that_is_searched_for() -> None:
    names = [each for agent in agents() for each in (*agent.downloads, *agent.system, *agent.images, *agent.actions)]
    assert [name for name in names if not any(word in name for word in AGENTS)] == []


PATHS = [
    "Dockerfile.prod",
    "compose.prod.yml",
    "k8s/prod/a.yaml",
    "Procfile",
    "prod.service",
    "prod.tf",
    "user-data-prod",
]
PIECES = [
    "FROM node AS prod\n",
    "RUN ",
    "COPY --from=",
    "claude ",
    "npm i -g @openai/codex ",
    "sh -c '",
    '"',
    "$A",
    "\n",
]
PIECES += [
    "ENV A=",
    "services:\n",
    "  command: ",
    "- ",
    "{",
    "}",
    "[",
    "]",
    "<<EOF\n",
    "web: ",
    "ExecStart=",
    "\\\n",
    "\0",
]
PIECES += [
    "apiVersion: v1\nkind: Pod\n",
    "containers: ",
    "https://claude.ai/install.sh ",
    "\ud800",
    "sudo ",
    "&& ",
    "é",
]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(PATHS), st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=25).map("".join))
def test_never_raises_and_points_into_the_file(path: str, text: str) -> None:
    for each in found(path, text):
        start, end = each.presence.span
        assert 0 <= start <= end <= len(text)
        assert each.evidence.what


@pytest.mark.parametrize(
    ("pattern", "path"), [("eu-*", "ops/eu-west/app.yaml"), ("ops/*/app.yaml", "ops/blue/app.yaml")]
)
def test_the_policy_names_production_by_folder_or_by_path(pattern: str, path: str) -> None:
    assert path_stage(path, Policy(production_names=(pattern,))) == PRODUCTION
    assert path_stage(path, Policy()) == ""
