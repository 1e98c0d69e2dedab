"""What keeps an agent away from the machine it runs on, and what only looks like it."""

from __future__ import annotations

import pytest

from claude_preflight.agents.sandboxes import (
    Sandbox,
    of_command,
    of_configuration,
    of_path,
    of_script,
    of_settings,
)
from claude_preflight.agents.settings import settings_of
from claude_preflight.document import Document
from claude_preflight.policy import Policy
from claude_preflight.syntax.nodes import Mapping, Node, Text
from claude_preflight.syntax.nodes import Sequence as NodeSequence
from claude_preflight.syntax.shell import split_words
from claude_preflight.syntax.yaml_ import read_yaml

HELD = Sandbox("a container")
PRIVILEGED = Sandbox("a container", "is privileged")
SOCKET = Sandbox("a container", "is handed the socket of the container engine")
HOME = Sandbox("a container", "is handed a whole home directory of its host")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("docker run --rm box", HELD),
        ('docker run -v "$PWD:/work" box', HELD),
        ("sudo docker --context x run box", HELD),
        ("docker compose run --rm agent", HELD),
        ("docker exec -it box bash", HELD),
        ("docker sandbox run claude", HELD),
        ("podman run box", HELD),
        ("kubectl exec -it pod --", HELD),
        ("devcontainer exec --workspace-folder .", HELD),
        ("bwrap --unshare-all", Sandbox("a jail")),
        ("firejail --net=none", Sandbox("a jail")),
        ("npx @anthropic-ai/sandbox-runtime", Sandbox("a sandbox")),
        ("limactl shell box", Sandbox("a virtual machine")),
        ("docker run --privileged box", PRIVILEGED),
        ("docker run --privileged=false box", HELD),
        ("docker run -v /var/run/docker.sock:/var/run/docker.sock box", SOCKET),
        ("docker run -v $HOME:/root box", HOME),
        ("docker run --volume=/:/host box", Sandbox("a container", "is handed the whole disk of its host")),
        ("docker run --mount type=bind,src=/home/me,dst=/h box", HOME),
        ("docker run -v ~/.ssh:/root/.ssh:ro box", Sandbox("a container", "is handed credentials of its host")),
        ("docker run -v ~/.claude:/root/.claude box", HELD),
        ("docker run --pid=host box", Sandbox("a container", "may reach the processes of its host")),
        ("docker run --cap-add SYS_ADMIN box", Sandbox("a container", "may reach the processes of its host")),
        ("docker run --cap-add NET_ADMIN box", HELD),
        ("docker run --env-file .env.production box", Sandbox("a container", "is handed secrets of production")),
        ("docker run -e PROD_DB_URL box", Sandbox("a container", "is handed secrets of production")),
        ("docker run -e PRODUCT=x box", HELD),
        ("docker ps", None),
        ("python -m venv .venv", None),
        ("nix develop -c", None),
        ("git worktree add x", None),
        ("chroot /srv", None),
        ("", None),
    ],
)
def test_of_command(line: str, expected: Sandbox | None) -> None:
    assert of_command(split_words(Text.at(line, 0, len(line)))) == expected


@pytest.mark.parametrize(
    ("path", "inside"),
    [
        (".devcontainer/start.sh", True),
        ("docker/run.sh", True),
        ("tools/sandbox/go.sh", True),
        ("scripts/claude-sandbox.sh", True),
        ("bin/docker-entrypoint.sh", True),
        ("entrypoint", True),
        ("lab/vm/x.sh", True),
        ("docker/.bashrc", True),
        ("docker/settings.json", True),
        ("docker/entrypoint.py", True),
        ("docker-entrypoint.ts", True),
        ("infra/docker/agent/loop.sh", True),
        ("scripts/docker/entrypoint.sh", True),
        ("containers/agent/start.sh", True),
        ("claude-sandbox/start.sh", True),
        (".sandbox/x.sh", True),
        ("sandbox/run.sh", True),
        ("nix/sandbox.nix", True),
        (".devcontainer/post_create.py", True),
        (".devcontainer/test.sh", True),
        ("src/containers/Chat/api.ts", False),
        ("src/sandboxes/host.ts", False),
        ("docker/agent.py", False),
        ("docker/Makefile", False),
        ("docker/package.json", False),
        ("docker/up.sh", False),
        ("scripts/docker/up.sh", False),
        ("tools/docker/run.sh", False),
        ("src/entrypoint.ts", False),
        ("test-entrypoint.sh", False),
        ("apps/sandbox/run.sh", False),
        ("packages/sandbox-api/scripts/run.sh", False),
        ("scripts/without-sandbox.sh", False),
        ("scripts/no_sandbox.sh", False),
        ("scripts/unsandboxed.sh", False),
        ("scripts/sandbox-off.sh", False),
        ("scripts/test-claude-sandbox.sh", False),
        ("no-sandbox/run.sh", False),
        ("scripts/run.sh", False),
        ("src/dockerize.sh", False),
        ("sandboxing.md", False),
        ("lab/x.sh", False),
    ],
)
def test_of_path(path: str, inside: bool) -> None:
    assert bool(of_path(path, Policy(sandboxes=("lab/vm/*",)))) == inside


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("[ -f /.dockerenv ] || exit 1", True),
        ('test -n "$REMOTE_CONTAINERS"', True),
        ("agent { docker { image 'x' } }", True),
        ("agent any", False),
        ("echo docker", False),
    ],
)
def test_of_script(text: str, inside: bool) -> None:
    assert bool(of_script(text)) == inside


def around(text: str, *keys: str | int) -> tuple[list[Node], list[str]]:
    """Return the nodes around the value that `keys` lead to in the YAML `text`, and the names among the keys."""
    node = read_yaml(text).root
    assert node is not None
    nodes = [node]
    for key in keys:
        if isinstance(key, int):
            assert isinstance(node, NodeSequence)
            node = node.items[key]
        else:
            assert isinstance(node, Mapping)
            node = node.get(key)
        assert node is not None
        nodes.append(node)
    return nodes[:-1], [str(key) for key in keys if isinstance(key, str)]


STEPS = "    steps:\n      - run: x\n"


@pytest.mark.parametrize(
    ("path", "text", "keys", "expected"),
    [
        (".github/workflows/a.yml", f"jobs:\n  a:\n    container: x\n{STEPS}", ("jobs", "a", "steps", 0, "run"), HELD),
        (".github/workflows/a.yml", f"jobs:\n  a:\n    container:\n{STEPS}", ("jobs", "a", "steps", 0, "run"), None),
        (".github/workflows/a.yml", f"jobs:\n  a:\n    runs-on: x\n{STEPS}", ("jobs", "a", "steps", 0, "run"), None),
        (
            ".github/workflows/a.yml",
            f"jobs:\n  b:\n    container: x\n  a:\n    runs-on: y\n{STEPS}",
            ("jobs", "a", "steps", 0, "run"),
            None,
        ),
        (
            ".github/workflows/a.yml",
            f"jobs:\n  a:\n    container: {{image: x, options: --privileged}}\n{STEPS}",
            ("jobs", "a", "steps", 0, "run"),
            PRIVILEGED,
        ),
        (
            ".github/workflows/a.yml",
            f"jobs:\n  a:\n    container: x  # no --privileged here\n{STEPS}",
            ("jobs", "a", "steps", 0, "run"),
            HELD,
        ),
        (
            ".github/workflows/a.yml",
            f"jobs:\n  a:\n    container: x\n    env:\n      A: ${{{{ secrets.PROD_KEY }}}}\n{STEPS}",
            ("jobs", "a", "steps", 0, "run"),
            Sandbox("a container", "is handed secrets of production"),
        ),
        (".gitlab-ci.yml", "image: x\na:\n  script: [y]\n", ("a", "script", 0), HELD),
        (".gitlab-ci.yml", "default: {image: x}\na:\n  script: [y]\n", ("a", "script", 0), HELD),
        (
            ".gitlab-ci.yml",
            "a:\n  image: docker\n  services: ['docker:dind']\n  script: [y]\n",
            ("a", "script", 0),
            Sandbox("a container", "runs Docker inside and so is privileged"),
        ),
        (".gitlab-ci.yml", "b:\n  image: x\na:\n  script: [y]\n", ("a", "script", 0), None),
        ("bitbucket-pipelines.yml", "pipelines:\n  default: [x]\n", ("pipelines", "default", 0), HELD),
        (
            ".circleci/config.yml",
            "executors:\n  e:\n    docker: [{image: x}]\njobs:\n  a:\n    executor: {name: e}\n    steps: [y]\n",
            ("jobs", "a", "steps", 0),
            HELD,
        ),
        (".circleci/config.yml", "jobs:\n  a:\n    machine: true\n    steps: [y]\n", ("jobs", "a", "steps", 0), None),
        (
            "compose.yaml",
            "services:\n  a:\n    image: x\n    privileged: true\n    command: y\n",
            ("services", "a", "command"),
            PRIVILEGED,
        ),
        (
            "compose.yaml",
            "services:\n  a:\n    image: x\n    volumes: ['${HOME}:/h']\n    command: y\n",
            ("services", "a", "command"),
            HOME,
        ),
        (
            "compose.yaml",
            "services:\n  a:\n    build: .\n    volumes:\n"
            "      - {type: bind, source: /var/run/docker.sock, target: /s}\n"
            "    command: y\n",
            ("services", "a", "command"),
            SOCKET,
        ),
        (
            ".devcontainer/devcontainer.json",
            "{image: x, postStartCommand: y}",
            ("postStartCommand",),
            Sandbox("a dev container"),
        ),
        (".devcontainer/devcontainer.json", "{image: x, initializeCommand: y}", ("initializeCommand",), None),
    ],
)
def test_of_configuration(path: str, text: str, keys: tuple[str | int, ...], expected: Sandbox | None) -> None:
    ancestors, names = around(text, *keys)
    assert of_configuration(text, path, ancestors, names) == expected


@pytest.mark.parametrize(
    ("sandbox", "holds"),
    [
        ('{"enabled": true, "allowUnsandboxedCommands": false, "failIfUnavailable": true}', True),
        ('{"enabled": true, "allowUnsandboxedCommands": false}', False),
        ('{"enabled": true, "failIfUnavailable": true}', False),
        ('{"enabled": "true", "allowUnsandboxedCommands": false, "failIfUnavailable": true}', False),
        ("{}", False),
        ("null", False),
    ],
)
def test_of_settings(sandbox: str, holds: bool) -> None:
    document = Document(".claude/settings.json", f'{{"sandbox": {sandbox}}}', frozenset(("claude-settings",)))
    settings = settings_of(document)
    assert settings is not None
    assert bool(of_settings(settings)) == holds
