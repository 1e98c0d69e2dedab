"""The command line of a hook's own script: the names of the files to check, as pre-commit passes them."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from claude_preflight.examine import Options, Unusable, examine, refuse, show, split_arguments, write

_USAGE = """usage: {id} [FILE …]

Check the files with this one hook; without any, every tracked file that it reads.
Exit: 0 nothing found, 1 findings, 2 could not check. `claude-preflight explain RULE` tells more of a rule.
"""


def run_hook(hook_id: str, argv: Sequence[str] | None = None) -> int:
    """Check the files named in `argv` (default: `sys.argv[1:]`) with one hook and print what it finds.

    Returns 0 when it finds nothing, 1 when it finds anything (who installs a hook by its id asks for its warnings too),
    2 when it could not check.
    """
    words, files = split_arguments(sys.argv[1:] if argv is None else argv)
    if "--help" in words or "-h" in words:
        write(_USAGE.format(id=hook_id))
        return 0
    words = [word for word in words if word != "--"]
    for word in words:
        if word.startswith("-"):
            return refuse(hook_id, Unusable(f"unknown option {word!r}"))
    try:
        report = examine(Options(paths=(*files, *words), hooks=(hook_id,), any_file=True))
    except Unusable as error:
        return refuse(hook_id, error)
    return show(report, strict=True)
