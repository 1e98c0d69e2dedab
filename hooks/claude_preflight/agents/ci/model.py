"""What a CI system is told to run: one `Job` for every system, as checks read it.

`claude_preflight.agents.ci.jobs(document)` returns the jobs of a file; ask for them with `document.remember(jobs)`.
Every `Text` and `Span` is a place in that document. What a file takes over from elsewhere (an included file, a called
workflow) is not followed.
"""

from __future__ import annotations

from collections.abc import Iterator

from claude_preflight.agents.sandboxes import Sandbox
from claude_preflight.model import Span
from claude_preflight.syntax.nodes import Mapping, Text
from claude_preflight.typed import NamedTuple

GITHUB, GITLAB, CIRCLECI = "GitHub Actions", "GitLab CI", "CircleCI"
AZURE, BITBUCKET, JENKINS = "Azure Pipelines", "Bitbucket Pipelines", "Jenkins"

# Whose machine a job runs on: a fresh one of the CI system, one of the team's own, or the file does not say.
HOSTED, SELF_HOSTED, UNKNOWN = "hosted", "self-hosted", "unknown"

# What a `Reference` names.
SECRET, VARIABLE, GROUP = "secret", "variable", "group"

Pairs = tuple[tuple[Text, Text], ...]


class Reference(NamedTuple):
    """A secret, a variable, or a whole group or context of them that a job is given: `name` alone, never a value."""

    kind: str
    name: Text


class Script(NamedTuple):
    """Shell text of a step; `dialect` is `cmd`, `powershell`, or empty for a POSIX shell.

    `expands` says of Jenkins that Groovy replaces each `${…}` in it before the shell does.
    """

    text: Text
    dialect: str
    expands: bool = False


class Action(NamedTuple):
    """A ready-made step: an action, a task, an orb's command or a pipe.

    `name` is what is used, without its version and in lower case (`anthropics/claude-code-action`); `version` is what
    stands behind `@` or `:`, None where nothing does. `uses` is both as written; `inputs` is what it is given.
    """

    name: str
    version: Text | None
    uses: Text
    inputs: Mapping


class Step(NamedTuple):
    """A script or an action, with the variables of the step alone, and the condition on which it runs.

    `id` is what expressions call it (GitHub); empty where it has none.
    """

    script: Script | None
    action: Action | None
    environment: Pairs
    condition: Text | None
    id: str = ""


class Permissions(NamedTuple):
    """What the job's own token may do: `everything` is `read` or `write` for all scopes at once, else empty.

    `scopes` are (scope, access) as written: `contents`, `write`.
    """

    everything: str
    scopes: Pairs
    span: Span

    def may_write(self, scope: str) -> bool:
        """Tell whether the token may write to `scope`."""
        return self.everything == "write" or any(name == scope and value == "write" for name, value in self.scopes)


class Trigger(NamedTuple):
    """An event that starts the job, with the kinds of it that do; all kinds where `types` is empty."""

    name: Text
    types: tuple[Text, ...]


class Job(NamedTuple):
    """What one machine is told to do.

    system: a constant of this module.
    name: the key, label or stage that names it; for a job without a name, what stands for it.
    span: all of it, its name included.
    steps: its scripts and actions in order. A job that only calls another workflow has that as its one action.
    container: what it runs in; `breach` says why that does not hold. None where it runs on the machine itself.
    runner: `HOSTED`, `SELF_HOSTED` or `UNKNOWN`.
    target: the name of the environment that it deploys to, as written, perhaps with an expression in it.
    permissions: of its token (GitHub); None where the file leaves them to the repository's settings.
    environment: the variables that all of its steps have, those of the file first.
    references: the secrets and variables that it is given, in order, repeats included.
    triggers: the events that start it (GitHub); empty for other systems.
    guards: conditions, of the job or of one that it waits for, that look at who it was that started it.
    """

    system: str
    name: Text
    span: Span
    steps: tuple[Step, ...]
    container: Sandbox | None = None
    runner: str = UNKNOWN
    target: Text | None = None
    permissions: Permissions | None = None
    environment: Pairs = ()
    references: tuple[Reference, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    guards: tuple[Text, ...] = ()

    def scripts(self) -> Iterator[Script]:
        """Yield the shell texts of the steps in order."""
        return (step.script for step in self.steps if step.script)

    def actions(self) -> Iterator[Action]:
        """Yield the ready-made steps in order."""
        return (step.action for step in self.steps if step.action)
