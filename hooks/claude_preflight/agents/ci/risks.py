"""What is unsafe about the coding agents that CI jobs run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from claude_preflight.agents.ci.agent_runs import SKIPPED, Run, agent_runs
from claude_preflight.agents.ci.agent_table import ANY, EDITS, NAMED
from claude_preflight.agents.ci.flow import WRITTEN, Flow, Origin
from claude_preflight.agents.ci.github import references
from claude_preflight.agents.ci.model import (
    AZURE,
    BITBUCKET,
    CIRCLECI,
    GITHUB,
    GITLAB,
    JENKINS,
    SELF_HOSTED,
    VARIABLE,
    Job,
    Reference,
    Trigger,
)
from claude_preflight.agents.ci.reading import pairs_of
from claude_preflight.agents.ci.strangers import (
    checked_out,
    everybody,
    instruction,
    is_open,
    open_trigger,
    words_of_strangers,
    written_into,
)
from claude_preflight.agents.places import PRODUCTION, environment, names_host, words
from claude_preflight.agents.sandboxes import SECRETS_OF_PRODUCTION
from claude_preflight.agents.secrets import Secret, find_in_text, find_in_value
from claude_preflight.agents.secrets.names import NOTHING, what_is_named
from claude_preflight.model import Span
from claude_preflight.policy import Policy, matches_any
from claude_preflight.syntax.nodes import Text
from claude_preflight.typed import NamedTuple

# Rules of the check that evidence belongs to, by id.
INJECTION, INTERPOLATION = "injected-agent-script", "interpolated-agent-script"
STRANGERS, PROMPT, CHECKOUT = "agent-open-to-strangers", "stranger-in-prompt", "agent-in-foreign-checkout"
WRITE_ALL, NEAR_PRODUCTION, LITERAL = "agent-may-write-all", "agent-near-production", "literal-ci-credential"
OUTSIDE, OPEN_CONTAINER, MOVABLE = "agent-outside-container", "agent-in-open-container", "movable-agent-action"
LOUD, BOTS, UNSCRUBBED = "agent-output-in-log", "bots-start-agent", "agent-sees-secrets"


class Evidence(NamedTuple):
    """A risk: `rule` is a constant of this module; see `Finding` for the other fields."""

    rule: str
    span: Span
    message: str
    repair: str
    key: str


_NOUN = {BITBUCKET: "step", JENKINS: "stage"}
_CONTAINER = {
    GITHUB: "give the job a `container:`",
    GITLAB: "give the job an `image:` and a runner that uses it",
    CIRCLECI: "use the `docker:` executor for the job",
    AZURE: "give the job a `container:`",
    BITBUCKET: "use runners that start the step's `image:`",
    JENKINS: "use `agent { docker { image '…' } }` for the stage",
}
_OR_NAME = ", or name the commands that it needs"
# What keys of the agent's own model and tools are called: those are the same in production.
_OWN = frozenset("anthropic claude openai codex gemini cursor copilot qwen".split())
_BRANCHES = frozenset("main master beta experimental dev develop next latest head trunk alpha nightly edge".split())
_GITHUB_TOKEN = ("secrets.GITHUB_TOKEN", "github.token")
_SCRUB = "CLAUDE_CODE_SUBPROCESS_ENV_SCRUB"
_GATE_OF_RUNS = (
    "compare `github.event.workflow_run.head_repository.full_name` with `github.repository` in the job's `if:`"
)
_GATE = "look at `author_association` in the job's `if:`"
_DOING = {SKIPPED: "runs any command without asking", ANY: "may run any command"}


def judge(jobs: Iterable[Job], policy: Policy) -> Iterator[Evidence]:
    """Yield what is unsafe about the agents in the `jobs` of a file, in no order, each thing once."""
    seen: set[tuple[str, Span]] = set()
    busy = [(job, runs) for job in jobs if (runs := list(agent_runs(job)))]
    for job, runs in busy:
        for evidence in _of_job(job, runs, policy):
            if (evidence.rule, evidence.span) not in seen:
                seen.add((evidence.rule, evidence.span))
                yield evidence
    everywhere = [(job, run) for job, runs in busy for run in runs]
    yield from _outside(everywhere)
    yield from _movable(everywhere)


def _of_job(job: Job, runs: Sequence[Run], policy: Policy) -> Iterator[Evidence]:
    by_step = list({id(run.step): run for run in reversed(runs)}.values())
    production = [reference for reference in job.references if _is_production(reference, policy)]
    yield from _token(job)
    yield from _literals(job, by_step)
    yield from _unscrubbed(job, by_step)
    yield from _production(job, by_step, production)
    flow = words_of_strangers(job)
    for run in by_step:
        yield from _injected(job, run, flow)
    foreign = checked_out(job)
    for run in runs:
        yield from _strangers(job, run, foreign, flow)
        yield from _container(job, run, bool(production))
        yield from _settings(job, run)


def _named(job: Job) -> str:
    return f'{_NOUN.get(job.system, "job")} "{job.name}"'


def _key(job: Job, *parts: str) -> str:
    return "/".join((str(job.name), *parts))


# --- What people outside can do -----------------------------------------------------------------------------------


def _injected(job: Job, run: Run, flow: Flow) -> Iterator[Evidence]:
    """Yield the texts that are put into the script which starts the agent before a shell reads it."""
    if run.action is not None:
        return
    trigger = open_trigger(job)
    for text in written_into(job, run.step, flow):
        does = f"`{text}` becomes part of the script that starts {run.agent.name}"
        if trigger:
            message = f"{_named(job)}: {does}, so whoever causes `{trigger.name}` runs commands with the job's secrets"
        else:
            message = f"{_named(job)}: {does}, so a quote or a `$(…)` in it is run as a command"
        repair = 'hand it over as a variable of the step (`env: {TITLE: …}`) and write "$TITLE" in the script'
        if job.system == JENKINS:
            repair = 'write the script in single quotes and let the shell expand "$CHANGE_TITLE" itself'
        elif trigger:
            repair += f"; it still instructs the agent, so also {_GATE}"
        yield Evidence(INJECTION if trigger else INTERPOLATION, text.span, message, repair, _key(job, str(text)))


def _strangers(job: Job, run: Run, foreign: Text | None, flow: Flow) -> Iterator[Evidence]:
    """Yield that people who may not write to the repository instruct the agent, or that it works in their files."""
    trigger = is_open(job, run, following=True)
    if trigger and foreign is not None:
        yield Evidence(
            CHECKOUT,
            foreign.span,
            f"{_named(job)}: `{trigger.name}` gives it secrets, and {run.agent.name} starts in files that a stranger"
            " wrote, with the settings, hooks and servers among them",
            "check out the base branch, and the other side with `path:` into a folder of its own; or "
            + (_GATE if trigger.name != "workflow_run" else _GATE_OF_RUNS),
            _key(job, str(run.spelled)),
        )
    elif trigger := is_open(job, run):
        yield from _instructed(job, run, trigger, flow)


def _instructed(job: Job, run: Run, trigger: Trigger, flow: Flow) -> Iterator[Evidence]:
    opened, key, origin = everybody(run), _key(job, str(run.spelled)), instruction(run, flow)
    powerful = _power(job, run, origin)
    if powerful:
        what = f"{_named(job)}: anybody can start it by `{trigger.name}`, and {run.agent.name} {powerful}"
        yield Evidence(STRANGERS, (opened or run.grant or run).span, what, _closing(opened, run), key)
        return
    if opened is not None and (origin is None or origin.kind != WRITTEN):
        place, told = opened.span, "takes instructions from anybody"
    elif origin is None or (run.action is None and any(written_into(job, run.step, flow))):  # see `_injected`
        return
    else:
        # Several jobs may share a variable of the file.
        place = origin.text.span if job.span.start <= origin.text.start < job.span.end else run.span
        written = origin.kind == WRITTEN
        told = f"is {'instructed by' if written else 'told to read what anybody may have written,'} `{origin.text}`"
    what = f"{_named(job)}: {run.agent.name} {told}, and nothing looks at who started it by `{trigger.name}`"
    yield Evidence(PROMPT, place, what, _closing(opened, run), key)


def _closing(opened: Text | None, run: Run) -> str:
    if opened is not None:
        return "name the accounts instead of `*`, and list the tools that the task needs"
    return _GATE + ("" if run.reach == NAMED else ", and list the tools that the task needs")


def _power(job: Job, run: Run, origin: Origin | None) -> str:
    """Return what a stranger gains through the agent, which `origin` instructs, a verb phrase; nothing if little."""
    if run.reach in _DOING:
        return _DOING[run.reach]
    writes = job.permissions is not None and job.permissions.may_write("contents")
    if origin and run.reach == EDITS and writes:
        return "may edit files and write to the repository"
    if run.wrapping and everybody(run) is not None:
        if writes:
            return "may write to the repository"
        for _, token in run.inputs(run.wrapping.tokens):
            if not any(own in token for own in _GITHUB_TOKEN):
                return "works with a token of its own, whose rights `permissions:` does not limit"
    return ""


# --- What the agent is given --------------------------------------------------------------------------------------


def _token(job: Job) -> Iterator[Evidence]:
    if job.permissions and job.permissions.everything == "write":
        yield Evidence(
            WRITE_ALL,
            job.permissions.span,
            f"{_named(job)}: an agent works with a token that may write to everything, workflows and packages included",
            "list what the task needs, such as `contents: read` and `pull-requests: write`",
            _key(job),
        )


def _production(job: Job, runs: Sequence[Run], production: Sequence[Reference]) -> Iterator[Evidence]:
    """Yield those of `production`, secrets and variables of the job, that its agents can read.

    On GitHub a step has those of its own and of the job's environment, unless its agent runs anything: then it can
    change what later steps run.
    """
    confined = job.system == GITHUB and all(run.reach not in (ANY, SKIPPED) for run in runs)
    reach = {reference.name.span for reference in _own_references(job, runs)} if confined and production else set()
    for reference in production:
        if not confined or reference.name.span in reach:
            yield Evidence(
                NEAR_PRODUCTION,
                reference.name.span,
                f"{_named(job)}: {runs[0].agent.name} works beside production's {reference.kind} {reference.name}",
                "run the agent in a job of its own, and hand its result on to the one that has production's secrets",
                _key(job, str(reference.name)),
            )


def _own_references(job: Job, runs: Sequence[Run]) -> Iterator[Reference]:
    yield from references(value for _, value in job.environment)
    for run in runs:
        inputs = pairs_of(run.step.action.inputs) if run.step.action else ()
        yield from references(value for _, value in (*run.step.environment, *inputs))
        yield from references([run.step.script.text] if run.step.script else [])


def _is_production(reference: Reference, policy: Policy) -> bool:
    name = str(reference.name)
    if matches_any(name, policy.production_names):
        return True
    if environment(name) != PRODUCTION or not _OWN.isdisjoint(words(name)):
        return False
    if reference.kind != VARIABLE:
        return True
    plain = "_".join(word for word in words(name) if not environment(word))
    return what_is_named(plain) != NOTHING or names_host(plain)


def _literals(job: Job, runs: Sequence[Run]) -> Iterator[Evidence]:
    given = [*job.environment]
    for run in runs:
        given += (*run.step.environment, *(pairs_of(run.step.action.inputs) if run.step.action else ()))
    for name, value in given:
        found = find_in_value(str(name), value)
        yield from (_literal(job, secret, str(name)) for secret in found if secret.opens_something)
    for script in job.scripts():
        for secret in find_in_text(str(script.text), prose=False):
            if secret.opens_something:
                yield _literal(job, secret._replace(span=script.text.part(*secret.span).span), secret.kind)


def _literal(job: Job, secret: Secret, name: str) -> Evidence:
    where = {
        GITHUB: "a secret of the repository, `${{ secrets.NAME }}`",
        JENKINS: "a credential of Jenkins, `credentials('…')`",
    }.get(job.system, "a protected, masked variable of the project")
    message = f"{_named(job)}: {secret.label} stands in the file itself, beside an agent that reads it"
    return Evidence(LITERAL, secret.span, message, f"revoke it and keep the new one as {where}", _key(job, name))


# --- What it runs in ----------------------------------------------------------------------------------------------


def _container(job: Job, run: Run, production: bool) -> Iterator[Evidence]:
    """Yield that the container does not hold; with `production` its secrets of production are named one by one."""
    breach = run.sandbox.breach if run.sandbox else ""
    if production and breach == SECRETS_OF_PRODUCTION:
        return
    # Without permission checks this is what no-skip-permissions reports.
    if run.sandbox and breach and (run.reach != SKIPPED or run.switched_off):
        what = f"{_named(job)}: {run.agent.name} runs in {run.sandbox.name} that {breach}"
        repair = "take that from the container"
        yield Evidence(OPEN_CONTAINER, run.span, what, repair, _key(job, str(run.spelled)))


def _outside(runs: Iterable[tuple[Job, Run]]) -> Iterator[Evidence]:
    """Yield, once for the file, that agents run on the machine itself, unless that is the vendor's usual way."""
    found = [(job, run, why) for job, run in runs if (why := _exposed_machine(job, run))]
    if found:
        job, run, why = found[0]
        others = dict.fromkeys(str(other.name) for other, _, _ in found[1:] if other.name != job.name)
        more = f"; so do {', '.join(others)}" if others else ""
        message = f"{_named(job)}: {run.agent.name} {why}{more}"
        repair = _CONTAINER[job.system] + (_OR_NAME if run.reach == ANY else "")
        yield Evidence(OUTSIDE, run.span, message, repair, _key(job, str(run.spelled)))


def _exposed_machine(job: Job, run: Run) -> str:
    if run.sandbox is not None or job.system == GITLAB:  # whose runners have an image of their own
        return ""
    if run.reach == SKIPPED and not run.switched_off:  # what no-skip-permissions reports
        return ""
    if job.runner == SELF_HOSTED:
        return "runs on a machine of yours without a container, where what it leaves behind stays"
    if run.switched_off:
        return "runs with its own protection off, and without a container"
    # What an action lets its agent do by itself is the vendor's documented way.
    granted = run.reach == ANY and (run.wrapping is None or run.grant is not None)
    return "may run any command, and runs without a container" if granted else ""


# --- How its action is set up -------------------------------------------------------------------------------------


def _movable(runs: Iterable[tuple[Job, Run]]) -> Iterator[Evidence]:
    """Yield, once for the file, that actions follow a branch."""
    found = [(job, run.action) for job, run in runs if run.action]
    moving = [(job, action) for job, action in found if _is_branch(str(action.version or "").lower())]
    if moving:
        job, action = moving[0]
        more = f", and {len(moving) - 1} more," if len(moving) > 1 else ""
        yield Evidence(
            MOVABLE,
            (action.version or action.uses).span,
            f"{_named(job)}: {action.uses}{more} is whatever that branch holds on the day, run with the job's secrets",
            "use a release, best by the hash of its commit",
            _key(job, action.name),
        )


def _is_branch(version: str) -> bool:
    return version in ("", *_BRANCHES) or version.startswith("refs/heads/")


def _settings(job: Job, run: Run) -> Iterator[Evidence]:
    wrapping = run.wrapping
    for name, value in run.inputs(wrapping.loud) if wrapping else ():
        if value.strip() == "true":
            what = f"{name}: true prints what every tool answered, files and variables included, into the job's log"
            yield Evidence(LOUD, value.span, f"{_named(job)}: {what}", f"remove {name}", _key(job, str(name)))
    for name, value in run.inputs(wrapping.bots) if wrapping else ():
        if value.strip() == "*":
            what = f"{name}: * lets any app instruct the agent, and nobody checks what an app may do"
            yield Evidence(BOTS, value.span, f"{_named(job)}: {what}", "name the bots", _key(job, str(name)))


def _unscrubbed(job: Job, runs: Sequence[Run]) -> Iterator[Evidence]:
    for name, value in (*job.environment, *(pair for run in runs for pair in run.step.environment)):
        if name == _SCRUB and value.strip().lower() in ("0", "false", "no", "off"):
            what = f"{name}: {value} hands the job's credentials to every command that the agent runs"
            yield Evidence(UNSCRUBBED, value.span, f"{_named(job)}: {what}", f"remove {name}", _key(job, str(name)))
