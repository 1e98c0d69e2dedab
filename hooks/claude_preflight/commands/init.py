"""`claude-preflight init`: the first files of a repository that takes the checklist up; nothing is overwritten."""

from __future__ import annotations

import os

from claude_preflight import DOCUMENTATION, __version__
from claude_preflight.atomic import create
from claude_preflight.examine import Unusable, write
from claude_preflight.policy import FILE_NAME
from claude_preflight.repository import Repository
from claude_preflight.typed import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

_STANZA = """\
  - repo: https://github.com/claude-preflight/claude-preflight
    rev: v{version}
    hooks:
      - id: claude-preflight
"""
_PRE_COMMIT = "repos:\n{stanza}"
_POLICY = """\
# The policy of claude-preflight for this repository; every key is optional.
# {documentation}
profile: {profile}
# filesystem: {{allow: [../shared-protos]}}
# production: {{hosts: ["*.live.example.com"], names: ["EXAMPLE_LIVE_*"]}}
# development: {{hosts: ["*.dev.example.com"]}}
# ignore:
#   - {{rule: unpinned-version, path: .mcp.json, server: docs, reason: "why it is right here", until: 2027-01-31}}
"""
_SETTINGS = """\
{
  "permissions": {
    "deny": [
      "Read(~/.ssh/**)",
      "Read(~/.aws/**)",
      "Read(.env)",
      "Read(.env.*)"
    ],
    "disableBypassPermissionsMode": "disable"
  },
  "enableAllProjectMcpServers": false,
  "hooks": {
    "PostToolUse": [
      {
        "matcher": "Edit|Write|MultiEdit",
        "hooks": [
          {
            "type": "command",
            "command": "claude-preflight agent-hook"
          }
        ]
      }
    ]
  }
}
"""
_CONFIGURATION = ".pre-commit-config.yaml"
_PROFILES = ("open-source", "client", "database")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("--profile", choices=_PROFILES, default=_PROFILES[0], help="default: %(default)s")
    parser.add_argument("--settings", action="store_true", help="write a careful .claude/settings.json as well")


def run(options: argparse.Namespace, files: list[str]) -> int:
    """Write what is missing, tell what to do with what is there, and return the exit status. Raises `Unusable`."""
    root = Repository(".").root
    stanza = _STANZA.format(version=__version__)
    wanted = {
        _CONFIGURATION: _PRE_COMMIT.format(stanza=stanza),
        FILE_NAME: _POLICY.format(profile=options.profile, documentation=DOCUMENTATION),
    }
    if options.settings:
        wanted[".claude/settings.json"] = _SETTINGS
    for name, content in wanted.items():
        if _write_new(os.path.join(root, name), content):
            write(f"written: {name}\n")
            continue
        write(f"left as it is: {name}\n")
        if not _mentions_us(os.path.join(root, name)):
            write(f"add to it what you need of this:\n\n{stanza if name == _CONFIGURATION else content}\n")
    write("next: `pre-commit install`, then `claude-preflight check`, then `claude-preflight checklist`\n")
    return 0


def _write_new(path: str, content: str) -> bool:
    """Write `content` to `path` if nothing is there, not even a link that leads nowhere; tell whether it was."""
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return create(path, content.encode())
    except OSError as error:
        raise Unusable(f"cannot write {path}: {error.strerror}") from None


def _mentions_us(path: str) -> bool:
    """Tell whether the file at `path` speaks of this tool, and so needs no advice."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return "claude-preflight" in file.read()
    except OSError:
        return False
