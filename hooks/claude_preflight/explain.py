"""What the rules are about: the modules' own documentation, for the terminal."""

from __future__ import annotations

import re
from importlib import import_module

from claude_preflight import catalogue
from claude_preflight.catalogue import HOOKS, UMBRELLA
from claude_preflight.examine import Unusable


def explanation(name: str) -> str:
    """Return the documentation of the rule or hook called `name`. Raises `Unusable` when there is none."""
    rules = catalogue.all_rules()
    hook_id = rules[name][0] if name in rules else name
    hook = catalogue.hook(hook_id)
    if not hook and hook_id != UMBRELLA:
        raise Unusable(f"there is no rule or hook {name!r}; `claude-preflight rules` lists them")
    lines = []
    for rule_id, (owner, rule) in rules.items():
        if rule_id == name or (name not in rules and owner == hook_id):
            lines.append(f"{rule_id} ({rule.severity.value}, CWE-{rule.cwe}): {rule.summary}\n")
    item = f"Hook {hook_id}; checklist: {hook.item}\n" if hook else f"Hook {hook_id}\n"
    return "".join([*lines, item, "\n", documentation(hook_id), "\n"])


def documentation(hook_id: str) -> str:
    """Return what the module of the hook `hook_id` says of itself; a stand-in for a credential is shown as `<kind>`."""
    module = import_module(f"claude_preflight.checks.{hook_id.replace('-', '_')}")
    return re.sub(r"@@([a-z0-9-]+)@@", r"<\1>", module.__doc__ or "").strip()


def listing() -> str:
    """Return one line for each rule: its id, severity, hook and summary."""
    rules = catalogue.all_rules()
    order = [hook.id for hook in HOOKS] + [UMBRELLA]
    rows = sorted(rules.items(), key=lambda item: (order.index(item[1][0]), item[0]))
    width = max(len(rule_id) for rule_id in rules)
    hooks = max(len(hook_id) for hook_id in order)
    return "".join(
        f"{rule_id:{width}}  {rule.severity.value:7}  {hook_id:{hooks}}  {rule.summary}\n"
        for rule_id, (hook_id, rule) in rows
    )
