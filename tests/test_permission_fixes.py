"""Repairs of permission rules: what was found is gone, the file says what it said, and its layout stays."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claude_preflight.agents.files import kinds_of
from claude_preflight.checks import permission_scope, sensitive_path_deny
from claude_preflight.context import Context
from claude_preflight.document import Document
from claude_preflight.fix import spliced
from claude_preflight.model import Finding
from claude_preflight.policy import Policy
from claude_preflight.repository import Repository

PATH = ".claude/settings.json"
WANTED = ["Read(~/.ssh/**)", "Read(~/.aws/**)", "Read(.env)"]


def findings(check: Any, text: str) -> list[Finding]:
    context = Context(Repository("."), Policy(), "2026-11-22")
    return list(check.check(Document(PATH, text, kinds_of(PATH)), context))


def repaired(check: Any, text: str) -> str:
    return spliced(text, [finding.fix for finding in findings(check, text) if finding.fix])


DENIALS = [
    ('{"permissions": {}}', '{"permissions": {"deny": ["Read(~/.ssh/**)", "Read(~/.aws/**)", "Read(.env)"]}}'),
    ('{"permissions":{"deny":["Read(~/**)"]}}', '{"permissions":{"deny":["Read(~/**)","Read(.env)"]}}'),
    (
        '{\n  "hooks": {}\n}\n',
        '{\n  "hooks": {},\n  "permissions": {\n    "deny": [\n      "Read(~/.ssh/**)",\n      "Read(~/.aws/**)",\n'
        '      "Read(.env)"\n    ]\n  }\n}\n',
    ),
    (
        '{\r\n\t"permissions": {\r\n\t\t"deny": [\r\n\t\t\t"Read(.env)"\r\n\t\t],\r\n\t\t"allow": []\r\n\t}\r\n}\r\n',
        '{\r\n\t"permissions": {\r\n\t\t"deny": [\r\n\t\t\t"Read(.env)",\r\n\t\t\t"Read(~/.ssh/**)",'
        '\r\n\t\t\t"Read(~/.aws/**)"\r\n\t\t],\r\n\t\t"allow": []\r\n\t}\r\n}\r\n',
    ),
]


@pytest.mark.parametrize(("before", "after"), DENIALS)
def test_missing_denials_are_added_in_the_style_of_the_file(before: str, after: str) -> None:
    assert repaired(sensitive_path_deny, before) == after
    assert findings(sensitive_path_deny, after) == []


@pytest.mark.parametrize(
    "text",
    [
        '{"permissions": {"deny": "Read(.env)"}}',
        '{"permissions": []}',
        '{"permissions": {"deny": [],}}',
        '{"permissions": {} /* later */}',
        '{"hooks": {}, "permissions": null}',
    ],
)
def test_no_repair_where_nobody_can_tell_how(text: str) -> None:
    [finding] = findings(sensitive_path_deny, text)
    assert finding.fix is None
    assert "--fix" not in finding.repair


RULES = st.lists(st.sampled_from(["Bash(ls)", "Read(src/**)", "Read(.env)", "Write(x)", "ü"]), max_size=3)
VALUES = st.fixed_dictionaries(
    {
        "permissions": st.fixed_dictionaries(
            {}, optional={"allow": RULES, "deny": RULES, "defaultMode": st.just("plan")}
        )
    },
    optional={"model": st.text(max_size=3), "hooks": st.just({})},
)


@settings(max_examples=100, deadline=None)
@given(VALUES, st.sampled_from([None, 0, 2, "\t"]), st.sampled_from(["\n", "\r\n"]))
def test_repaired_settings_say_the_same_and_deny_the_rest(value: Any, indent: Any, newline: str) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=False).replace("\n", newline)
    after = json.loads(repaired(sensitive_path_deny, text))
    before_rules = value["permissions"].get("deny", [])
    expected = [*before_rules, *(rule for rule in WANTED if rule not in before_rules)]
    assert after == {**value, "permissions": {**value["permissions"], "deny": expected}}


def test_tool_that_rules_go_by_takes_the_place_of_one_they_do_not() -> None:
    text = '{"permissions": {"deny": ["Write(.github/**)", "read(.env)", "Glob(keys/**)", "Read(C:\\\\x)", "Edit(a)"]}}'
    after = '{"permissions": {"deny": ["Edit(.github/**)", "Read(.env)", "Read(keys/**)", "Read(C:\\\\x)", "Edit(a)"]}}'
    assert repaired(permission_scope, text) == after
    assert repaired(permission_scope, after) == after
