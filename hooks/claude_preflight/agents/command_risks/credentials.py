"""Whose credentials are: which files and variables hold them, and to which hosts they may go."""

from __future__ import annotations

from collections.abc import Sequence

from claude_preflight.agents.homes import plain_path
from claude_preflight.agents.places import PUBLIC, locality
from claude_preflight.agents.sensitive_paths import sensitive_paths
from claude_preflight.late import late

KEY_VARIABLES = (
    (late(r"ANTHROPIC_(?:API_KEY|AUTH_TOKEN)|CLAUDE_CODE_OAUTH\w*"), ("anthropic", "claude")),
    (late(r"OPENAI_API_KEY"), ("openai",)),
    (late(r"AWS_(?:SECRET_ACCESS_KEY|SESSION_TOKEN)"), ("amazonaws",)),
    (late(r"(?:GITHUB|GH)_TOKEN"), ("github", "ghe")),
    (late(r"NPM_TOKEN"), ("npm",)),
)
# Whose a file of credentials is: it may go to hosts with one of these words.
_VENDORS = (
    (".claude", ("anthropic", "claude")),
    ("Claude", ("anthropic", "claude")),
    (".codex", ("openai", "chatgpt")),
    (".aws", ("amazonaws",)),
    ("gcloud", ("googleapis",)),
    ("/gh/", ("github",)),
    (".npmrc", ("npm",)),
    (".azure", ("azure", "microsoft")),
    (".docker", ("docker",)),
)
_NOTIFIERS = (
    *("slack.com", "discord.com", "discordapp.com", "telegram.org", "ntfy.sh", "pushover.net", "pushbullet.com"),
    *("office.com", "day.app", "pushcut.io", "feishu.cn", "larksuite.com", "dingtalk.com", "qyapi.weixin.qq.com"),
)


def secret_file(path: str) -> str:
    """Return the name of the file or folder of credentials that `path` is, or nothing; a home is spelled `~`."""
    path = plain_path(path).replace("\\", "/").rstrip("/")
    while path.startswith("./"):
        path = path[2:]
    known = next((each for each in sensitive_paths() if each.holds_secret(path)), None)
    return known.path if known else ""


def is_vendor(secret: str, hosts: Sequence[str]) -> bool:
    """Tell whether all of `hosts` belong to those who gave out `secret`."""
    names = next((names for mark, names in _VENDORS if mark in secret), ())
    if secret.startswith("$"):
        names = next((names for pattern, names in KEY_VARIABLES if pattern.fullmatch(secret[1:])), ())
    return bool(hosts) and all(any(name in _domain(host) for name in names) for host in hosts)


def _domain(host: str) -> str:
    """Return the part of `host` that somebody registered."""
    return ".".join(host.lower().split(".")[-2:])


def are_public(hosts: Sequence[str]) -> bool:
    """Tell whether anybody can own one of `hosts`."""
    return any(locality(host) == PUBLIC for host in hosts)


def are_notifiers(hosts: Sequence[str]) -> bool:
    """Tell whether all of `hosts` are services by which people have themselves told of what happens."""
    return all(f".{host.lower()}".endswith(tuple(f".{name}" for name in _NOTIFIERS)) for host in hosts)
