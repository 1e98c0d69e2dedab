"""How long agents have been committing without writing anything into the instructions."""

from __future__ import annotations

from claude_preflight.agents.files import AGENT, COMMAND, INSTRUCTIONS, SKILL, kinds_of
from claude_preflight.git import GitError, git
from claude_preflight.late import late
from claude_preflight.typed import NamedTuple

_INSTRUCTIONS = frozenset((INSTRUCTIONS, AGENT, SKILL, COMMAND))
# How coding agents sign: by their makers' addresses, or by the names of their accounts.
_AGENT = late(
    r"@(?:anthropic\.com|cursor\.com|openai\.com|ampcode\.com|aider\.chat|opencode\.ai|charm\.land)>"
    r"|\b(?:copilot|copilot-swe-agent|devin-ai-integration|google-labs-jules|factory-droid|openhands|claude)(?:\[bot\])?@"
    r"|\+(?:copilot|openhands)@users\.noreply\.github\.com>"
    r"|^\s*(?:claude(?: code| (?:opus|sonnet|haiku|fable|mythos)\b[^<]*)?|codex|gemini|gemini[- ]cli|qwen-coder|goose"
    r"|cursor(?: agent)?|aider(?: \([^)<]*\))?|crush|opencode|amp)\s*<",
    2,
)
# As far back as this looks; a longer run is no worse.
_MOST_COMMITS = 500
_LONGEST_FIELD = 2000


class Run(NamedTuple):
    """A run of commits that agents have made, none of which changes an instruction file.

    `commits` is their number, `seconds` the time between the first and the last; `more` tells that it may go further
    back.
    """

    commits: int
    seconds: int
    more: bool


class _Commit(NamedTuple):
    time: int
    by_agent: bool


def latest_run(root: str) -> Run:
    """Return the run that the history of HEAD ends with, merges left out; an empty one where there is no history.

    A commit that is being made ends it as well, if the index changes an instruction file.
    """
    try:
        commits = _commits(root)
        length = next((number for number, commit in enumerate(commits) if not commit.by_agent), len(commits))
        if not length or _stages_instructions(root):
            return Run(0, 0, False)
        undocumented = _undocumented(root, length)
    except GitError:
        return Run(0, 0, False)
    times = [commit.time for commit in commits[:undocumented]]
    return Run(undocumented, max(times) - min(times) if times else 0, undocumented == _MOST_COMMITS)


def _commits(root: str) -> list[_Commit]:
    """Return the latest commits, newest first."""
    form = "%x01%ct%x00%an <%ae>%x00%(trailers:key=Co-authored-by,valueonly)"
    output = git(root, "log", "--no-merges", "--no-show-signature", f"-n{_MOST_COMMITS}", f"--format={form}")
    commits = []
    for record in output.decode("utf-8", "replace").split("\x01")[1:]:
        time, _, signed = record.partition("\0")
        author, _, trailers = signed.partition("\0")
        names = (author, *trailers.splitlines())
        commits.append(_Commit(int(time or 0), any(is_agent(name) for name in names)))
    return commits


def is_agent(name: str) -> bool:
    """Tell whether `name`, as `A Name <address>`, is a coding agent."""
    return bool(_AGENT.search(name[:_LONGEST_FIELD]))


def _stages_instructions(root: str) -> bool:
    output = git(root, "diff", "--cached", "--name-only", "--no-renames", "-z")
    return any(_is_instruction(path) for path in output.split(b"\0"))


def _undocumented(root: str, length: int) -> int:
    """Return how many of the latest `length` commits come behind the latest change to an instruction file."""
    arguments = ("--no-merges", "--no-show-signature", "--no-renames", "-z", "--name-only", "--format=%x01")
    output = git(root, "log", *arguments, f"-n{length}")
    commits = output.split(b"\x01")[1:]
    changed = (number for number, commit in enumerate(commits) if any(map(_is_instruction, commit.split(b"\0"))))
    return next(changed, min(length, len(commits)))


def _is_instruction(path: bytes) -> bool:
    return not _INSTRUCTIONS.isdisjoint(kinds_of(path.strip(b"\n").decode("utf-8", "replace")))
