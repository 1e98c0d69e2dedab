"""Which patterns are about files that hold credentials."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from claude_preflight.agents.data import data_path
from claude_preflight.agents.permissions import Effect, covers, read_rule
from claude_preflight.agents.sensitive_paths import opened_by, sensitive_paths
from claude_preflight.agents.validation import load_schema
from claude_preflight.syntax.nodes import Text

# The sensitive path, and patterns that open it.
OPENING = {
    "~/.ssh": "~/.ssh/** ~/.ssh ~/.ssh/ ~/.ssh/* ~/.ssh/id_rsa ~/.ssh/id_* ~/.ssh/work_key //home/ann/.ssh/**"
    " //root/.ssh/id_rsa"
    " //Users/ann/.ssh/id_ed25519 //c/Users/ann/.ssh/** //mnt/c/Users/ann/.ssh/x ~/.s*/** C:/Users/ann/.ssh/**"
    " c:\\users\\ann\\.ssh\\id_rsa //cygdrive/c/Users/ann/.ssh/x //var/root/.ssh/x",
    "~/.aws": "~/.aws/** ~/.aws/credentials ~/.aws/sso/cache/x.json ~/.aw?/credentials",
    ".env": ".env ./.env /.env a/.env **/.env .env* *.env .[e]nv //srv/app/.env ~/code/shop/.env .* D:/shop/.env"
    " D:\\shop\\.env //home/ann/code/.env",
    ".env.local": ".env.local .env.* a/.env.local",
    ".env.production": ".env.production",
    "~/.netrc": "~/.netrc //home/ann/.netrc",
    "~/.config/gh": "~/.config/gh/** ~/.config/gh/hosts.yml",
    "~/.kube": "~/.kube/** ~/.kube/config //home/ann/.kube/*",
    "~/.claude/.credentials.json": "~/.claude/.credentials.json",
    "id_rsa": "**/id_rsa keys/id_rsa",
    "/etc/shadow": "//etc/shadow",
}
HARMLESS = (
    "** * ~/** //** /** ~/* //home/** src/** README.md .env.example .env.test .env.sample .environment .envoy/** env"
    " ~/.ssh/config ~/.ssh/known_hosts ~/.ssh/*.pub ~/.ssh/id_rsa.pub ~/.aws/config ~/.config/** ~/.claude/** ~/.sshx/y"
    " //etc/** //etc/passwd .ssh/README.md ~/.npm/** ~/.docker/daemon.json ~/.config/gh/config.yml"
    " //home/ann/code/** ~/.azure/config ~/code/shop/src/** /home/ann/.ssh/** $HOME/.ssh/**"
    " C:/Users/ann/** C:/Users/Public/.ssh/x C:/Users/ann/.ssh/config //Users/Shared/.ssh/x"
)


@pytest.mark.parametrize(("path", "pattern"), [(path, each) for path, row in OPENING.items() for each in row.split()])
def test_pattern_opens(path: str, pattern: str) -> None:
    assert path in [sensitive.path for sensitive, _ in opened_by(pattern)]


@pytest.mark.parametrize("pattern", [*HARMLESS.split(), "", "/", "~/", "[", "\\", "*" * 5000])
def test_pattern_opens_nothing(pattern: str) -> None:
    assert [sensitive.path for sensitive, _ in opened_by(pattern)] == []


def test_file_that_is_opened_is_one_that_a_rule_can_deny() -> None:
    deny = Text.at("Read(~/.ssh/**)", 0, 0)
    for pattern in OPENING["~/.ssh"].split():
        file = next(file for sensitive, file in opened_by(pattern) if sensitive.path == "~/.ssh")
        assert file == "~/.ssh" or covers(read_rule(deny, Effect.DENY), file)


def test_data_follow_their_schema() -> None:
    data = json.loads(Path(data_path("sensitive_paths.json")).read_text(encoding="utf-8"))
    Draft202012Validator(load_schema("sensitive_paths")).validate(data)


def test_required_rules_deny_every_member() -> None:
    required = [sensitive for sensitive in sensitive_paths() if sensitive.rule]
    assert [sensitive.path for sensitive in required] == ["~/.ssh", "~/.aws", ".env"]
    for sensitive in required:
        rule = read_rule(Text.at(sensitive.rule, 0, 0), Effect.DENY)
        assert rule.effective
        assert all(covers(rule, member) for member in sensitive.members)
