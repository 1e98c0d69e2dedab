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
from credentials import jwt, sample

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


BODY = "${{ github.event.comment.body }}"
NUMBER = "${{ github.event.issue.number }}"
BASE = "      - uses: anthropics/claude-code-base-action@v1\n        with: %s\n"
GATE = "    if: github.event.comment.author_association == 'OWNER'\n"


def told(step: str, job: str = "", trigger: str = "issue_comment") -> list[tuple[str, str]]:
    """Return the rules, each with the text at its place, that the agent of a job with the step `step` breaks."""
    document = workflow(step, trigger, job)
    return [(each.rule, document.text[slice(*each.span)]) for each in judge(jobs(document), Policy())]


def given(line: str, **variables: str) -> str:
    return (
        script(line) + "        env:\n" + "".join(f'          {name}: "{text}"\n' for name, text in variables.items())
    )


INSTRUCTED = [("stranger-in-prompt", "github.event.comment.body")]


@pytest.mark.parametrize(
    "line",
    [
        'claude -p "Answer $BODY"',
        "claude -p Answer ${BODY}",
        "claude -p ${BODY:-nothing}",
        "bash -c 'claude -p \"$BODY\"'",
        'out=$(claude -p "$BODY")',
        'printf %s "$BODY" | claude -p',
        'echo "$BODY" | tr a b | sudo claude -p x',
        'claude -p <<< "$BODY"',
        'claude -p "$(echo "$BODY" | head -1)"',
        'P="Answer: $BODY"; Q=$P; claude -p "$Q"',
        'export P="Answer: $BODY"; claude -p "$P"',
        'if true; then P="$BODY"; else P="x"; fi; claude -p "$P"',
        'P=$\'Answer\\n\'"$BODY"; claude -p "$P"',
        'read -r P <<< "$BODY"; claude -p "$P"',
        'echo "$BODY" > ask.md; claude -p < ask.md',
        'echo "$BODY" >> ask.md; claude -p "Read ask.md"',
        'echo "$BODY" | tee ask.md; cat ask.md | claude -p',
        'echo "$BODY" | claude -p x',
        'codex exec "$BODY"',
        "claude -p \"$(jq -r .comment.body <<< '$BODY')\"",
    ],
)
def test_text_of_strangers_that_a_shell_hands_to_an_agent(line: str) -> None:
    step = given(line, BODY=BODY)
    assert told(step) == INSTRUCTED
    assert told(step, GATE) == []
    assert told(step, trigger="push") == []


@pytest.mark.parametrize(
    "line",
    [
        'claude -p "Answer $BODYGUARD"',
        'claude -p "The length is ${#BODY}"',
        'echo "$BODY"; claude -p x',
        '[[ "$BODY" == *x* ]] && claude -p x',
        'claude -p x | grep "$BODY"',
        'claude -p x > "$BODY.md"',
        'echo "$BODY: $(claude -p x)"',
        'echo "$BODY" > ask.md; claude -p x',
        'echo "$BODY" > /dev/null; claude -p x < /dev/null',
        'claude -p x < ask.md; echo "$BODY" > ask.md',
    ],
)
def test_text_of_strangers_beside_an_agent(line: str) -> None:
    assert told(given(line, BODY=BODY)) == []


def test_variable_that_is_set_anew() -> None:
    assert told(given('claude -p "$BODY"', BODY="x"), f'    env: {{BODY: "{BODY}"}}\n') == []


def test_text_of_strangers_in_a_here_document() -> None:
    step = (
        "      - env: {BODY: '"
        + BODY
        + "'}\n        run: |\n          claude -p <<%s\n          $BODY\n          EOF\n"
    )
    assert told(step % "EOF") == INSTRUCTED
    assert told(step % "'EOF'") == []


def test_text_of_strangers_in_a_windows_shell() -> None:
    step = given('claude -p "$env:BODY"', BODY=BODY) + "        shell: pwsh\n"
    assert told(step) == INSTRUCTED
    assert told(step.replace("$env:BODY", "%BODY%").replace("pwsh", "cmd")) == INSTRUCTED


@pytest.mark.parametrize(
    "line",
    [
        'echo "ask=$BODY" >> "$GITHUB_OUTPUT"',
        'printf "ask=%s\\n" "$BODY" >> $GITHUB_OUTPUT',
        '{ echo "ask<<X"; echo "$BODY"; echo X; } >> "$GITHUB_OUTPUT"',
    ],
)
@pytest.mark.parametrize(
    ("agent", "rules"),
    [
        (BASE % "{prompt: 'Answer ${{ steps.a.outputs.ask }}'}", ["stranger-in-prompt"]),
        (given('claude -p "$ASK"', ASK="${{ steps.a.outputs.ask }}"), ["stranger-in-prompt"]),
        (script('claude -p "${{ steps.a.outputs.ask }}"'), ["injected-agent-script"]),
        (given('claude -p "$ASK"', ASK="${{ steps.a.outputs.other }}"), []),
        (given('claude -p "$ASK"', ASK="${{ steps.b.outputs.ask }}"), []),
    ],
)
def test_text_of_strangers_in_an_output(line: str, agent: str, rules: list[str]) -> None:
    step = given(line, BODY=BODY).replace("- run", "- id: a\n        run")
    assert [rule for rule, _ in told(step + agent)] == rules


def test_output_that_follows_another() -> None:
    lines = '{ echo "ask<<X"; echo "x"; echo X; echo "two=$BODY"; echo "$BODY"; } >> "$GITHUB_OUTPUT"'
    step = given(lines, BODY=BODY).replace("- run", "- id: a\n        run")
    assert told(step + given('claude -p "$ASK"', ASK="${{ steps.a.outputs.ask }}")) == []
    assert told(step + given('claude -p "$ASK"', ASK="${{ steps.a.outputs.two }}")) == INSTRUCTED


def test_variable_for_the_steps_that_follow() -> None:
    step = given('echo "ASK=$BODY" >> "$GITHUB_ENV"', BODY=BODY)
    assert told(step + script('claude -p "$ASK"')) == INSTRUCTED
    assert [rule for rule, _ in told(step + script('claude -p "${{ env.ASK }}"'))] == ["injected-agent-script"]
    assert told(script('claude -p "$ASK"') + step) == []


@pytest.mark.parametrize(
    ("tools", "job", "expected"),
    [
        ("Edit,Write", "    permissions: {contents: write}\n", [("agent-open-to-strangers", "Edit")]),
        ("Edit,Write", "    permissions: {contents: read}\n", INSTRUCTED),
        ("Edit,Write", "", INSTRUCTED),
        ("Read", "    permissions: {contents: write}\n", INSTRUCTED),
    ],
)
def test_what_an_instructed_agent_may_do(tools: str, job: str, expected: list[tuple[str, str]]) -> None:
    assert told(given(f'claude -p "$BODY" --allowedTools "{tools}"', BODY=BODY), job) == expected
    assert told(given(f'claude -p x --allowedTools "{tools}"', BODY=BODY), job) == []


@pytest.mark.parametrize(
    ("tools", "reads"),
    [
        ("mcp__github__get_issue", True),
        ("mcp__github", True),
        ("Bash(gh issue view:*)", True),
        ("Bash(gh:*)", True),
        ("Bash(gh api *)", True),
        ("WebFetch", True),
        ("mcp__github__update_issue", False),
        ("mcp__github_inline_comment__create_inline_comment", False),
        ("Bash(gh issue comment:*)", False),
        ("Bash(gh label list)", False),
        ("Read", False),
    ],
)
def test_number_that_the_tools_of_an_agent_can_look_up(tools: str, reads: bool) -> None:
    expected = [("stranger-in-prompt", "github.event.issue.number")] if reads else []
    base = "      - uses: anthropics/claude-code-base-action@v1\n        with:\n"
    given_by_action = f'          prompt: "Label {NUMBER}"\n          allowed_tools: "{tools}"\n'
    assert told(base + given_by_action) == expected
    assert told(base.replace("-base", "") + given_by_action) == []
    assert told(given(f'claude -p "Label $N" --allowedTools "{tools}"', N=NUMBER)) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('gh issue view "$N" | claude -p x', True),
        ('claude -p "$(gh pr diff $N)"', True),
        ('gh issue view $N --json title,body > i.json; claude -p "Read i.json"', True),
        ("gh api repos/x/issues/$N --jq .body | claude -p x", True),
        ("gh pr diff $N --name-only | claude -p x", False),
        ("gh api repos/x/pulls/$N --jq .head.sha | claude -p x", False),
        ("gh issue edit $N --add-label x; claude -p x", False),
        ('gh issue comment $N --body "$(claude -p x)"', False),
    ],
)
def test_what_a_program_reads_under_a_number(line: str, expected: bool) -> None:
    assert told(given(line, N=NUMBER)) == ([("stranger-in-prompt", "github.event.issue.number")] if expected else [])


def test_prompt_of_an_action_is_not_expanded() -> None:
    job = f"    env: {{BODY: '{BODY}'}}\n"
    assert told(BASE % "{prompt: Answer $BODY}", job) == []
    assert told(BASE % "{prompt: 'Answer ${{ env.BODY }}'}", job) == INSTRUCTED


CHECKOUT = "      - uses: actions/checkout@v4\n        with:\n          ref: %s\n" + script("claude -p x")
SHA = "${{ github.event.pull_request.head.sha }}"


@pytest.mark.parametrize(
    ("line", "ref", "foreign"),
    [
        ('echo "ref=$SHA" >> $GITHUB_OUTPUT', "steps.a.outputs.ref", True),
        ('echo "ref=$(gh pr view 1 --json headRefOid -q .headRefOid)" >> $GITHUB_OUTPUT', "steps.a.outputs.ref", True),
        ('R=$(gh api x --jq .head.sha); echo "ref=$R" >> $GITHUB_OUTPUT', "steps.a.outputs.ref", True),
        ('echo "REF=refs/pull/1/head" >> $GITHUB_ENV', "env.REF", True),
        ('echo "ref=$SHA" >> $GITHUB_OUTPUT', "steps.a.outputs.base", False),
        ('echo "ref=$(gh pr view 1 --json baseRefOid -q .baseRefOid)" >> $GITHUB_OUTPUT', "steps.a.outputs.ref", False),
        ('echo "ref=$(git merge-base HEAD $SHA)" >> $GITHUB_OUTPUT', "steps.a.outputs.ref", False),
        ('echo "head_sha=$(git rev-parse HEAD)" >> $GITHUB_OUTPUT', "steps.a.outputs.rev", False),
        ("echo", "env.SHA", False),  # of another step
    ],
)
def test_checkout_of_the_other_side_through_a_name(line: str, ref: str, foreign: bool) -> None:
    step = given(line, SHA=SHA).replace("- run", "- id: a\n        run") + CHECKOUT % ("${{ " + ref + " }}")
    rules = [rule for rule, _ in told(step, trigger="pull_request_target")]
    assert rules == (["agent-in-foreign-checkout"] if foreign else [])
    assert told(step, trigger="pull_request") == []


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("github.event.workflow_run.conclusion == 'failure'", ["agent-in-foreign-checkout"]),
        ("github.event.workflow_run.event == 'pull_request'", ["agent-in-foreign-checkout"]),
        ("github.event.workflow_run.event == 'push'", []),
        ("github.event.workflow_run.pull_requests[0]", []),
    ],
)
def test_action_that_checks_nobody_after_another_workflow(condition: str, expected: list[str]) -> None:
    ref = "${{ github.event.workflow_run.head_sha }}"
    step = (CHECKOUT % ref).replace(script("claude -p x"), "      - uses: anthropics/claude-code-action@v1\n")
    job = f"    if: {condition}\n"
    assert [rule for rule, _ in told(step, job, "workflow_run")] == expected
    assert told(step.replace("anthropics/claude-code", "openai/codex"), job, "workflow_run") == []


@pytest.mark.parametrize(
    ("uses", "inputs", "expected"),
    [
        ("anthropics/claude-code-action@v1", "claude_args: --allowedTools Bash", True),
        ("anthropics/claude-code-action@v1", "claude_args: '--allowedTools \"Bash(npm test)\"'", False),
        ("anthropics/claude-code-base-action@v1", "allowed_tools: Bash", True),
        (GEMINI, "prompt: x", False),  # which may run any command without being told so
    ],
)
def test_any_command_outside_of_a_container(uses: str, inputs: str, expected: bool) -> None:
    step = f"      - uses: {uses}\n        with:\n          {inputs}\n"
    assert found(workflow(step)) == (["agent-outside-container"] if expected else [])
    assert found(workflow(step, job="    container: node\n")) == []


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


def test_token_that_has_expired_is_no_credential() -> None:
    step = given("claude -p x", SESSION_TOKEN="%s")
    assert found(workflow(step % jwt({"iss": "x", "sub": "y"}))) == ["literal-ci-credential"]
    assert found(workflow(step % jwt({"iss": "x", "exp": 1_600_000_000}))) == []


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_places_survive_line_ends(ending: str) -> None:
    document = workflow(script(TITLE), "issues")
    turned = Document(WORKFLOW, document.text.replace("\n", ending), document.kinds)
    (evidence,) = judge(jobs(turned), Policy())
    assert turned.text[slice(*evidence.span)] == "github.event.issue.title"
