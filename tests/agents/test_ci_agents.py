"""Which commands and actions of a CI job run an agent, and what is unsafe about it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from claude_preflight.agents.agent_clis import agents
from claude_preflight.agents.ci import jobs
from claude_preflight.agents.ci.agent_runs import SKIPPED, Run, agent_runs
from claude_preflight.agents.ci.agent_table import ANY, EDITS, NAMED, habits_of, wrapping_called
from claude_preflight.agents.ci.risks import Evidence, judge
from claude_preflight.agents.ci.strangers import written_texts
from claude_preflight.agents.data import data_path
from claude_preflight.document import Document
from claude_preflight.policy import Policy
from claude_preflight.syntax.nodes import Text
from credentials import sample

WORKFLOW = ".github/workflows/ci.yml"
GEMINI = "google-github-actions/run-gemini-cli@v0"


def workflow(step: str, trigger: str = "push", job: str = "") -> Document:
    text = f"on: {trigger}\njobs:\n  a:\n    runs-on: ubuntu-latest\n{job}    steps:\n{step}"
    return Document(WORKFLOW, text, frozenset(["ci"]))


def script(line: str) -> str:
    return f"      - run: |\n          {line}\n"


def runs(document: Document) -> list[Run]:
    return [run for job in jobs(document) for run in agent_runs(job)]


def found(document: Document, policy: Policy = Policy()) -> list[str]:  # noqa: B008
    return [evidence.rule for evidence in judge(jobs(document), policy)]


def test_table_fits_its_schema() -> None:
    path = Path(data_path("ci_agents.json"))
    schema = json.loads(path.with_name("ci_agents.schema.json").read_text(encoding="utf-8"))
    table = json.loads(path.read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(table)
    assert [entry["name"] for entry in table["agents"]] == [agent.name for agent in agents()]


def test_action_by_name() -> None:
    wrapping = wrapping_called("openai/codex-action")
    assert wrapping is not None
    assert (wrapping.agent.name, wrapping.checks_author, wrapping.opened_by) == ("Codex", True, ("allow-users",))
    assert wrapping_called("actions/checkout") is None
    assert "mcp" in habits_of(wrapping.agent).idle


@pytest.mark.parametrize(
    ("line", "spelled", "reach"),
    [
        ("claude -p x", "claude", NAMED),
        ("sudo -E timeout 60 claude -p x", "claude", NAMED),
        ("npx -y @anthropic-ai/claude-code@2 -p x", "@anthropic-ai/claude-code", NAMED),
        ("bunx codex exec x", "codex", NAMED),
        ("bash -lc 'gemini -p x'", "gemini", NAMED),
        ("out=$(claude --print x)", "claude", NAMED),
        ("git diff | claude -p review", "claude", NAMED),
        ("retry 3 -- claude -p x", "claude", NAMED),
        ("python -m aider --message x", "aider", EDITS),
        ("claude -p x --permission-mode acceptEdits", "claude", EDITS),
        ("claude -p x --allowedTools Read,Edit", "claude", EDITS),
        ('claude -p x --allowedTools "Read,Bash"', "claude", ANY),
        ("claude -p x --allowed-tools Read 'Bash(python3:*)'", "claude", ANY),
        ('claude -p x --allowedTools="Bash(*)"', "claude", ANY),
        ("claude -p x --allowedTools 'Bash(gh issue:*)'", "claude", NAMED),
        ("claude -p x --disallowedTools Bash", "claude", NAMED),
        ("codex exec --sandbox workspace-write x", "codex", EDITS),
        ("opencode run x", "opencode", ANY),
        ("goose run -t x", "goose", ANY),
        ("gemini -y -p x", "gemini", SKIPPED),
        ("copilot -p x --allow-all-tools", "copilot", SKIPPED),
    ],
)
def test_command_that_runs_an_agent(line: str, spelled: str, reach: str) -> None:
    document = workflow(script(line))
    (run,) = runs(document)
    assert (document.text[slice(*run.span)], run.reach) == (spelled, reach)


@pytest.mark.parametrize(
    "line",
    [
        "npm install -g @anthropic-ai/claude-code",
        "pip install aider-chat",
        "claude --version",
        "claude mcp add x -- npx y",
        "codex login --api-key $KEY",
        "gemini extensions install x",
        "command -v claude",
        "which claude && echo claude -p x",
        "echo 'claude -p x'",
        "goose -dir migrations postgres $DSN up",
        "amp --list",
        "copilot deploy",
        "docker build -t claude .",
        "# claude -p x",
        "cat claude.md",
        "./claude-helper -p x",
    ],
)
def test_command_that_runs_none(line: str) -> None:
    assert runs(workflow(script(line))) == []


@pytest.mark.parametrize(
    ("uses", "given", "reach"),
    [
        ("anthropics/claude-code-action@v1", "", NAMED),
        ("Anthropics/Claude-Code-Action@v1", "claude_args: '--allowedTools Bash'", ANY),
        ("anthropics/claude-code-base-action@v1", "allowed_tools: 'Bash(git:*),Edit'", EDITS),
        ("openai/codex-action@v1", "safety-strategy: unsafe", SKIPPED),
        ("openai/codex-action@v1", "safety-strategy: drop-sudo", NAMED),
        ("google-github-actions/run-gemini-cli@v0", "prompt: x", ANY),
        (
            "google-github-actions/run-gemini-cli@v0",
            """settings: '{"coreTools": ["run_shell_command(echo)"]}'""",
            NAMED,
        ),
        ("google-github-actions/run-gemini-cli@v0", """settings: '{"tools": {"core": []}}'""", NAMED),
        ("google-github-actions/run-gemini-cli@v0", """settings: '{"coreTools": ["run_shell_command"]}'""", ANY),
    ],
)
def test_action_that_runs_an_agent(uses: str, given: str, reach: str) -> None:
    (run,) = runs(workflow(f"      - uses: {uses}\n        with:\n          {given}\n"))
    assert (run.action is not None, run.reach) == (True, reach)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${{ github.event.issue.title }}", ["github.event.issue.title"]),
        ("${{github.head_ref||github.ref}}", ["github.head_ref"]),
        ("${{ github.head_ref }}${{ github.event.issue.body }}", ["github.head_ref", "github.event.issue.body"]),
        ("${{ toJSON(github.event) }}", ["github.event"]),
        ("${{ github.event.commits[0].message }}", ["github.event.commits[0].message"]),
        ("${{ contains(github.event.comment.body, '@claude') }}", []),
        ("${{ github.event.issue.title == 'x' }}", []),
        ("${{ github.event.issue.number }} ${{ github.event.issue.user.login }}", []),
        ("${{ github.event.pull_request.head.sha }}", []),
        ("github.event.issue.title", []),
        ("${{ github.event.issue.title", []),
        ("", []),
    ],
)
def test_text_of_strangers(text: str, expected: list[str]) -> None:
    texts = list(written_texts(Text.at(text, 0, len(text))))
    assert [str(each) for each in texts] == expected
    assert [text[each.start : each.end] for each in texts] == expected


TITLE = 'claude -p "${{ github.event.issue.title }}"'


@pytest.mark.parametrize(
    ("trigger", "job", "expected"),
    [
        ("issues", "", ["injected-agent-script"]),
        ("[push, issue_comment]", "", ["injected-agent-script"]),
        ("{issues: {types: [labeled]}}", "", ["interpolated-agent-script"]),
        ("push", "", ["interpolated-agent-script"]),
        ("issues", "    if: github.actor == 'me'\n", ["interpolated-agent-script"]),
        ("issues", "    if: github.actor != 'dependabot[bot]'\n", ["injected-agent-script"]),
        ("issues", "    environment: review\n", ["interpolated-agent-script"]),
    ],
)
def test_injection_depends_on_who_may_start_the_job(trigger: str, job: str, expected: list[str]) -> None:
    assert found(workflow(script(TITLE), trigger, job)) == expected


@pytest.mark.parametrize(
    ("ref", "trigger", "expected"),
    [
        ("${{ github.event.pull_request.head.sha }}", "pull_request_target", ["agent-in-foreign-checkout"]),
        ("refs/pull/${{ github.event.number }}/merge", "pull_request_target", ["agent-in-foreign-checkout"]),
        ("${{ github.event.workflow_run.head_sha }}", "workflow_run", ["agent-in-foreign-checkout"]),
        ("${{ github.event.workflow_run.head_branch }}", "workflow_run", []),
        ("${{ github.event.pull_request.base.sha }}", "pull_request_target", []),
        ("${{ github.event.pull_request.head.sha }}", "pull_request", []),
    ],
)
def test_checkout_of_the_other_side(ref: str, trigger: str, expected: list[str]) -> None:
    step = f"      - uses: actions/checkout@v4\n        with:\n          ref: {ref}\n{script('claude -p x')}"
    assert found(workflow(step, trigger)) == expected
    aside = step.replace("          ref:", "          path: theirs\n          ref:")
    assert found(workflow(aside, trigger)) == []


def test_policy_names_of_production() -> None:
    step = script("claude -p x").rstrip("\n") + "\n        env: {A: '${{ secrets.ACME_LIVE_KEY }}'}\n"
    document = workflow(step)
    assert found(document) == []
    (evidence,) = judge(jobs(document), Policy(production_names=("ACME_LIVE_*",)))
    assert document.text[slice(*evidence.span)] == "ACME_LIVE_KEY"


@pytest.mark.parametrize(
    "name", ["PRODUCT_KEY", "NONPROD_KEY", "ANTHROPIC_API_KEY_PROD", "PREPROD_TOKEN", "GITHUB_TOKEN"]
)
def test_secrets_that_are_not_of_production(name: str) -> None:
    step = script("claude -p x").rstrip("\n") + "\n        env: {A: '${{ secrets." + name + " }}'}\n"
    assert found(workflow(step)) == []


def test_no_message_holds_the_credential() -> None:
    key = sample("anthropic-api-key")
    document = workflow(script("claude -p x").rstrip("\n") + f"\n        env: {{ANTHROPIC_API_KEY: {key}}}\n")
    evidence: Evidence
    (evidence,) = judge(jobs(document), Policy())
    assert evidence.rule == "literal-ci-credential"
    assert document.text[slice(*evidence.span)] == key
    assert key[12:24] not in "".join((evidence.message, evidence.repair, evidence.key))


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_places_survive_line_ends(ending: str) -> None:
    document = workflow(script(TITLE), "issues")
    turned = Document(WORKFLOW, document.text.replace("\n", ending), document.kinds)
    (evidence,) = judge(jobs(turned), Policy())
    assert turned.text[slice(*evidence.span)] == "github.event.issue.title"
