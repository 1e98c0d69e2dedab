"""What an agent's own environment holds, told by names alone, in commits that the agent makes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from claude_preflight.agents.production import names_of_production
from claude_preflight.agents.session_environment import in_session
from claude_preflight.policy import Policy
from claude_preflight.syntax.nodes import Text
from conftest import MakeRepository, tool

VALUE = "kept-to-itself-" + "4711"
MARKERS = (
    *("CLAUDECODE", "CLAUDE_CODE_SESSION_ID", "AI_AGENT", "CURSOR_AGENT", "CODEX_SANDBOX", "GEMINI_CLI", "OPENCODE"),
    *("CODEX_SANDBOX_NETWORK_DISABLED", "GOOSE_TERMINAL"),
)


def checked(folder: Path, *arguments: str, **environment: str) -> tuple[int, str]:
    """Run the command in `folder` with nothing in its environment but what it needs and `environment`."""
    import subprocess

    kept = {name: os.environ[name] for name in ("PATH", "HOME", "GIT_CONFIG_NOSYSTEM") if name in os.environ}
    done = subprocess.run(
        (tool("claude-preflight"), "check", *arguments),
        cwd=folder,
        env={**kept, **environment},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert VALUE not in done.stdout + done.stderr
    return done.returncode, done.stdout


def test_an_agent_with_variables_of_production_is_told_which(make_repository: MakeRepository) -> None:
    folder = make_repository({"README.md": "# Shop\n"})
    given = {"CLAUDECODE": "1", "PROD_DB_PASSWORD": VALUE, "STRIPE_KEY_PROD": VALUE, "NODE_ENV": "production"}
    code, out = checked(folder, **given)
    assert code == 0
    assert out.startswith("<environment>: warning: ")
    assert "PROD_DB_PASSWORD and STRIPE_KEY_PROD [production-environment]" in out
    assert "1 finding (0 errors, 1 warning) in 0 files" in out


def test_the_hook_by_its_own_id_blocks_and_the_policy_decides(make_repository: MakeRepository) -> None:
    policy = 'production: {names: ["BLUE_*"]}\nseverity: {production-environment: error}\n'
    folder = make_repository({".claude-preflight.yaml": policy})
    assert checked(folder, CLAUDECODE="1", BLUE_KEY=VALUE)[0] == 1
    assert checked(folder, CLAUDECODE="1", GREEN_KEY=VALUE)[0] == 0
    assert checked(folder, "--hook", "no-production-credentials", "--strict", AI_AGENT="x", PROD_KEY=VALUE)[0] == 1
    assert checked(folder, "--hook", "mcp-transport", "--strict", AI_AGENT="x", PROD_KEY=VALUE)[0] == 0


@pytest.mark.parametrize("environment", [{}, {"CLAUDECODE": ""}, {"CLAUDE_CONFIG_DIR": "/nowhere"}])
def test_silent_where_no_agent_makes_the_commit(make_repository: MakeRepository, environment: dict[str, str]) -> None:
    folder = make_repository({"README.md": "# Shop\n"})
    assert checked(folder, "--strict", PROD_DB_PASSWORD=VALUE, **environment) == (0, "no findings in 0 files\n")


@pytest.mark.parametrize("marker", MARKERS)
def test_each_agent_is_known_by_its_variable(marker: str) -> None:
    assert in_session({marker: "1"})
    assert not in_session({marker: ""})


PRESENT = (
    *("PROD_DB_PASSWORD", "DB_URL_PROD", "ACME_PROD_TOKEN", "PRODUCTION_DATABASE_URL", "PROD_API_KEY", "PROD_DB_HOST"),
    *("prodDbPassword", "PRD_CONNECTION_STRING", "STRIPE_SECRET_KEY_PRODUCTION", "CI_PROD_TOKEN", "DB_LIVE_PASSWORD"),
)
ABSENT = (
    *("NODE_ENV", "PROD", "PRODUCT_KEY", "REPRODUCIBLE", "PRODUCER_TOKEN", "NONPROD_DB_URL", "PRE_PROD_TOKEN", "PATH"),
    *("PROD_LIKE_TEST_TOKEN", "STAGING_PROD_COPY_URL", "PROD_REGION", "PROD_TOKEN_TTL", "PROD_RETRIES", "PRD_URL"),
    *("VERCEL_PROJECT_PRODUCTION_URL", "NEXT_PUBLIC_VERCEL_PROJECT_PRODUCTION_URL", "RAILWAY_SERVICE_PROD_API_URL"),
    *("VITE_PROD_API_URL", "NEXT_PUBLIC_PROD_URL", "LIVE_CHAT_TOKEN", "SOURCE_DATE_EPOCH", "npm_config_production", ""),
)


def told(names: tuple[str, ...], policy: Policy | None = None) -> list[str]:
    texts = (Text.at(name, 0, len(name)) for name in names)
    return [str(name) for name in names_of_production(texts, policy or Policy())]


def test_names_that_open_a_system_of_production() -> None:
    assert told(PRESENT) == list(PRESENT)
    assert told(ABSENT) == []


def test_names_that_the_policy_adds_count_whatever_they_are() -> None:
    policy = Policy(production_names=("ACME_LIVE_*", "PROD"))
    assert told(("ACME_LIVE_REGION", "ACME_DEV_KEY", "PROD", "PROD_KEY"), policy) == [
        "ACME_LIVE_REGION",
        "PROD",
        "PROD_KEY",
    ]
