"""What the rules are about: the modules' own documentation, for the terminal."""

from __future__ import annotations

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
    module = hook.module if hook else f"claude_preflight.checks.{UMBRELLA.replace('-', '_')}"
    item = f"Hook {hook_id}; checklist: {hook.item}\n" if hook else f"Hook {hook_id}\n"
    return "".join([*lines, item, "\n", (import_module(module).__doc__ or "").strip(), "\n"])


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
