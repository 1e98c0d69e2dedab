"""Coding agents that CI jobs run: by their command, or wrapped in an action.

An agent that is only installed, asked for its version or configured (`claude mcp add`) is not run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from claude_preflight.agents.agent_clis import Agent, agent_called, agents, uses, uses_for
from claude_preflight.agents.broad_commands import breadth
from claude_preflight.agents.ci.agent_table import ANY, EDITS, NAMED, Wrapping, habits_of, wrapping_called
from claude_preflight.agents.ci.model import Action, Job, Script, Step
from claude_preflight.agents.ci.reading import commands_of, pairs_of
from claude_preflight.agents.deployments.programs import programs
from claude_preflight.agents.launch import program_name, take_apart
from claude_preflight.agents.permissions import COMMAND_TOOLS, Effect, command_pattern, read_rule
from claude_preflight.agents.sandboxes import Sandbox, of_command
from claude_preflight.late import late
from claude_preflight.model import Span
from claude_preflight.syntax.nodes import Text
from claude_preflight.syntax.shell import split_words
from claude_preflight.typed import NamedTuple

SKIPPED = "skipped"  # it asks about nothing at all; beyond `ANY`, which some grant gives
_WITHOUT_RUN = frozenset("--version -v -V version --help -h help".split())
_TOOL_FLAGS = ("--allowedTools", "--allowed-tools")
_EDITING = frozenset("Edit Write MultiEdit NotebookEdit acceptEdits workspace-write --full-auto auto_edit".split())
_TOOL = late(r"[^\s,()]+(?:\([^()]*\))?")
_ANY_COMMAND = frozenset("everything pattern command code package root remote".split())
_MAX_SETTINGS = 20_000  # characters that are looked at
_LIMITED = late(r"\"(?:coreTools|core)\"\s*:\s*\[(?P<tools>[^\]]{0,2000})\]")
_WHOLE_SHELL = late(r"\"(?:run_shell_command|ShellTool)\"")


class Run(NamedTuple):
    """An agent that a job runs in `step`: `spelled` is its program or action, at `span`.

    reach: a constant of `agent_table`, or `SKIPPED`: what it does unasked; `grant` is the text that says so, if any.
    sandbox: what it runs in: what encloses the command, else the job's container; None for the machine itself.
    wrapping: the action that it is wrapped in, with `action` as it is used; both None for a command.
    switched_off: whether an input of the action, not a switch of the agent, takes its protection away.
    tools: the texts that list its tools.
    """

    agent: Agent
    spelled: str
    span: Span
    step: Step
    reach: str
    grant: Text | None
    sandbox: Sandbox | None
    action: Action | None = None
    wrapping: Wrapping | None = None
    switched_off: bool = False
    tools: tuple[Text, ...] = ()

    def inputs(self, names: Sequence[str]) -> Iterator[tuple[Text, Text]]:
        """Yield the inputs called `names` that the action is given as texts, with their keys."""
        return (
            pair
            for pair in pairs_of(self.action.inputs if self.action else None)
            if pair[0] in names or pair[0].lower() in names
        )


def agent_runs(job: Job) -> Iterator[Run]:
    """Yield the agents that `job` runs, in order."""
    for step in job.steps:
        wrapping = wrapping_called(step.action.name) if step.action else None
        if step.action and wrapping:
            yield _wrapped(job, step, step.action, wrapping)
        if step.script:
            yield from _started(job, step, step.script)


def _wrapped(job: Job, step: Step, action: Action, wrapping: Wrapping) -> Run:
    run = Run(
        wrapping.agent, action.name, action.uses.span, step, wrapping.reach, None, job.container, action, wrapping
    )
    for name, values in wrapping.unsafe:
        for _, value in run.inputs((name,)):
            if value in values:
                return run._replace(reach=SKIPPED, grant=value, switched_off=True)
    for _, value in run.inputs(wrapping.limits):
        limit = _LIMITED.search(value, 0, _MAX_SETTINGS)
        if limit and not _WHOLE_SHELL.search(limit["tools"]):
            run = run._replace(reach=NAMED)
    arguments = [word for _, value in run.inputs(wrapping.arguments) for word in split_words(value)]
    tools = [value for _, value in run.inputs(wrapping.tools)]
    reach, grant = _reach(wrapping.agent, arguments, tools)
    limits = (value for _, value in run.inputs(wrapping.limits))
    return run._replace(reach=reach or run.reach, grant=grant, tools=(*_listed(arguments), *tools, *limits))


@cache
def _mention() -> re.Pattern[str]:
    return re.compile("|".join(re.escape(name) for agent in agents() for name in (*agent.binaries, *agent.packages)))


def _started(job: Job, step: Step, script: Script) -> Iterator[Run]:
    if not _mention().search(script.text):
        return
    for command in commands_of(script):
        for words in programs(command.words):
            launched = _launched(words)
            if launched is None:
                continue
            agent, spelled, arguments = launched
            reach, grant = _reach(agent, arguments, ())
            jail = of_command(command.words) or job.container
            habit = habits_of(agent).reach
            tools = tuple(_listed(arguments))
            yield Run(agent, program_name(spelled), spelled.span, step, reach or habit, grant, jail, tools=tools)


def _launched(words: Sequence[Text]) -> tuple[Agent, Text, Sequence[Text]] | None:
    """Return the agent that the command line `words` runs, the word that names it, and the words it is given."""
    launch = take_apart(words[0], words[1:])
    named = launch.binary if launch.binary is not None and agent_called(launch.binary) else launch.package
    agent = agent_called(named) if named is not None else None
    if agent and named is not None:
        return (agent, named, launch.arguments) if _runs(agent, launch.arguments) else None
    for number, word in enumerate(words[1:12], 1):
        behind = _agent_named(word)
        if behind and (words[number - 1] in ("-m", "--") or _encloses(words[:number])):
            return (behind, word, words[number + 1 :]) if _runs(behind, words[number + 1 :]) else None
    return None


def _agent_named(word: str) -> Agent | None:
    if word[:1] == "-":
        return None
    name = program_name(word)
    return next((agent for agent in agents() if name in agent.binaries), None)


_FORWARDING = frozenset("retry unbuffer xvfb-run yarn pnpm bun devbox mise ts faketime chronic parallel direnv".split())


def _encloses(words: Sequence[Text]) -> bool:
    return program_name(words[0]) in _FORWARDING or of_command(words) is not None


def _runs(agent: Agent, arguments: Sequence[Text]) -> bool:
    """Tell whether the agent, given `arguments`, sets to work."""
    if agent.shared_name and not any(word.partition("=")[0] in agent.shared_name for word in arguments):
        return False
    first = next((word for word in arguments if word), None)
    return first is None or (first not in habits_of(agent).idle and first not in _WITHOUT_RUN)


def _reach(agent: Agent, arguments: Sequence[Text], tools: Sequence[Text]) -> tuple[str, Text | None]:
    """Return what `arguments` and lists of `tools` let the agent do unasked, and where; nothing if they do not say."""
    for use in (*uses_for(agent, arguments), *uses(arguments)):
        if not use.switch.weak:
            return SKIPPED, use.flag
    edits = next((word for word in arguments if word in _EDITING), None)
    for text in (*_listed(arguments), *tools):
        for match in _TOOL.finditer(text):
            rule = read_rule(text.part(*match.span()), Effect.ALLOW)
            found = breadth(command_pattern(rule)) if rule.tool in COMMAND_TOOLS or rule.tool == "*" else None
            if found and found.power in _ANY_COMMAND:
                return ANY, rule.text
            edits = edits or (rule.text if rule.tool in _EDITING else None)
    return (EDITS, edits) if edits is not None else ("", None)


def _listed(arguments: Sequence[Text]) -> Iterator[Text]:
    """Yield the words that list tools which run unasked."""
    listing = False
    for word in arguments:
        flag, equals, _ = word.partition("=")
        if flag in _TOOL_FLAGS:
            listing = True
            if equals:
                yield word.part(len(flag) + 1, len(word))
        elif word[:1] == "-":
            listing = False
        elif listing:
            yield word
