"""Write what follows from the catalogue: the hook manifest, the console scripts, the tables and pages of the docs.

Run `python -m claude_preflight.generate` in a checkout after the catalogue has changed; with `--check` it writes
nothing, names the files that differ and exits with 1.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from claude_preflight import catalogue
from claude_preflight.agents.files import SOURCE, pattern
from claude_preflight.catalogue import HOOKS, SECTIONS, UMBRELLA
from claude_preflight.explain import documentation

ROOT = Path(__file__).resolve().parents[2]
# Without `stages` a hook also runs at commit-msg, over the message file; the names are git's since pre-commit 3.2.
_STAGES = ("pre-commit", "pre-merge-commit", "pre-push", "manual")
_STANZA = """- id: {id}
  name: {name}
  description: {description}
  entry: {entry}
  language: python
  files: {files}
  types: []
  types_or: [{types}, symlink]
{more}  stages: [{stages}]
  minimum_pre_commit_version: 3.2.0
"""
_ALWAYS = "  always_run: true\n  pass_filenames: false\n"
_REMOVED = """- id: {id}
  name: '{id} was removed'
  entry: 'use {instead} instead of {id}'
  language: fail
  always_run: true
  pass_filenames: false
  minimum_pre_commit_version: 3.2.0
"""


def manifest(_: str = "") -> str:
    """Return the text of `.pre-commit-hooks.yaml`."""
    kinds = catalogue.umbrella_kinds()
    stanzas = [_stanza(UMBRELLA, UMBRELLA, "The whole checklist in one process.", "claude-preflight check", kinds)]
    for hook in HOOKS:
        more = _ALWAYS if hook.always else ""
        stanzas.append(_stanza(hook.id, hook.name, f"{hook.item}.", hook.id, hook.kinds, more=more))
    for task in catalogue.TASKS:
        more = _ALWAYS if task.always else "  require_serial: true\n"
        if task.extra:
            # An entry with packages of its own gets an environment of its own: the others never see them.
            more += f"  additional_dependencies: [{', '.join(map(repr, _extra(task.extra)))}]\n"
        stanzas.append(_stanza(task.id, task.name, task.description, task.entry, kinds, more=more, stages=task.stages))
    stanzas += [_REMOVED.format(id=old, instead=new) for old, new in catalogue.REMOVED.items()]
    return "# Generated from the catalogue by claude_preflight.generate.\n" + "".join(stanzas)


def _extra(group: str) -> list[str]:
    """Return the requirements of the `group` of optional dependencies."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return list(project["optional-dependencies"][group])


def _stanza(
    hook_id: str,
    name: str,
    description: str,
    entry: str,
    kinds: tuple[str, ...],
    *,
    more: str = "",
    stages: tuple[str, ...] = _STAGES,
) -> str:
    quoted = {"name": name, "description": description, "files": pattern(kinds)}
    words = {key: f"'{value.replace(chr(39), chr(39) * 2)}'" for key, value in quoted.items()}
    types = "text" if SOURCE in kinds else "file"
    return _STANZA.format(id=hook_id, entry=entry, types=types, more=more, stages=", ".join(stages), **words)


def scripts(pyproject: str) -> str:
    """Return `pyproject` with the table of console scripts that the catalogue asks for."""
    lines = ['claude-preflight = "claude_preflight.cli:main"', *(f'{hook.id} = "{hook.module}:main"' for hook in HOOKS)]
    return _between(
        pyproject, "# begin generated scripts\n", "# end generated scripts", "".join(f"{line}\n" for line in lines)
    )


def readme(text: str) -> str:
    """Return the README `text` with today's tables of hooks and rules."""
    rows = ["| hook id | checklist item |", "|---|---|"]
    for section, title in SECTIONS.items():
        members = [hook for hook in HOOKS if hook.section == section]
        rows += [f"| **{section}. {title}** | |"] if members else []
        rows += [f"| `{hook.id}` | {hook.item} |" for hook in members]
    rows.append(f"| **`{UMBRELLA}`** | the whole list, in one process |")
    rows += [f"| `{task.id}` | {task.description.rstrip('.')} |" for task in catalogue.TASKS]
    text = _between(text, "<!-- begin hooks -->\n", "<!-- end hooks -->", "".join(f"{row}\n" for row in rows))
    table = ["| rule | severity | what it refuses |", "|---|---|---|"]
    for rule_id, (_, rule) in catalogue.all_rules().items():
        table.append(f"| `{rule_id}` | {rule.severity.value} | {rule.summary} |")
    return _between(text, "<!-- begin rules -->\n", "<!-- end rules -->", "".join(f"{row}\n" for row in table))


def rules_page(_: str = "") -> str:
    """Return the text of `docs/rules.md`: what each hook's module says of itself, and its rules."""
    pages = ["# Rules\n\nGenerated from the modules in `hooks/claude_preflight/checks` by claude_preflight.generate.\n"]
    for hook_id in (*(hook.id for hook in HOOKS), UMBRELLA):
        item = next((f"Checklist: {hook.item}.\n\n" for hook in HOOKS if hook.id == hook_id), "")
        text = re.sub(r"^(.+)\n-+$", r"### \1\n", documentation(hook_id), flags=re.MULTILINE)
        pages.append(f"\n## {hook_id}\n\n{item}{text}\n\n### Rules\n")
        for rule_id, (owner, rule) in catalogue.all_rules().items():
            if owner == hook_id:
                facts = f"{rule.severity.value}, {rule.confidence.value} confidence, CWE-{rule.cwe}"
                pages.append(f"\n#### {rule_id}\n\n{rule.summary[0].upper()}{rule.summary[1:]} ({facts}).\n")
    return "".join(pages)


def _between(text: str, begin: str, end: str, content: str) -> str:
    return re.sub(f"(?<={re.escape(begin)}).*?(?={re.escape(end)})", lambda _: content, text, flags=re.DOTALL)


GENERATED: dict[str, Callable[[str], str]] = {
    ".pre-commit-hooks.yaml": manifest,
    "pyproject.toml": scripts,
    "README.md": readme,
    "docs/rules.md": rules_page,
}


def main(argv: Sequence[str] | None = None) -> int:
    """Write the generated files, or with `--check` tell which differ; return the exit status."""
    check = "--check" in (sys.argv[1:] if argv is None else argv)
    stale = []
    for name, generate in GENERATED.items():
        path = ROOT / name
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        after = generate(before)
        if before != after:
            stale.append(name)
            if not check:
                path.parent.mkdir(exist_ok=True)
                path.write_text(after, encoding="utf-8")
    for name in stale:
        sys.stdout.write(f"{name}: {'differs from the catalogue' if check else 'written'}\n")
    return 1 if check and stale else 0


if __name__ == "__main__":
    raise SystemExit(main())
