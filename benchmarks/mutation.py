"""How much of a check the tests hold in place: `python benchmarks/mutation.py [--mutants N] [--modules GLOB]`.

Changes one comparison, condition or number at a time in a copy of the checkout, in modules of `checks/` and `agents/`
taken at random, and runs the tests of that module, then, if those notice nothing, all that examine files without
starting the command line. Prints each change that no test notices, and at last how many were noticed. What takes five
times as long as it should is noticed. The wording of messages and a rule's own data are left as they are. A change
that means the same is counted as unnoticed: read the list.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = Path("hooks/claude_preflight")
EXAMPLES = ["tests/test_examples.py", "tests/test_documentation.py"]
AGENTS = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "tests/agents").glob("test_*.py"))
SESSIONS = "tests/sessions"
FIXES = ["tests/test_permission_fixes.py", "tests/test_fix_examples.py"]
EVERY = [*EXAMPLES, "tests/test_findings.py", "tests/red_team", *FIXES, *AGENTS]
SECONDS = 300  # for tests that take a minute
_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}


class Mutant(NamedTuple):
    """A change of a module, whose text is then `source`; `line` is 1-based."""

    module: Path
    line: int
    was: str
    now: str
    source: str


def _behaviour(node: ast.AST) -> Iterator[ast.AST]:
    """Yield `node` and all below it but texts that are put together, the data of rules, and what runs a module."""
    is_data = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Rule"
    if (
        is_data
        or isinstance(node, ast.JoinedStr)
        or (isinstance(node, ast.If) and "__name__" in ast.unparse(node.test))
    ):
        return
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _behaviour(child)


def _changes(tree: ast.Module) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Yield nodes of `tree` with what may stand in their place."""
    for node in _behaviour(tree):
        if isinstance(node, ast.Compare) and type(node.ops[0]) in _COMPARISONS:
            operator = _COMPARISONS[type(node.ops[0])]()
            yield node, ast.Compare(node.left, [operator, *node.ops[1:]], node.comparators)
        elif isinstance(node, ast.BoolOp):
            yield node, ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            yield node, node.operand
        elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
            yield node, ast.Constant(not node.value)
        elif isinstance(node, ast.Constant) and isinstance(node.value, int):
            yield node, ast.Constant(node.value + 1)


def _mutants(module: Path) -> list[Mutant]:
    text = (ROOT / module).read_bytes()
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    found = []
    for node, other in _changes(ast.parse(text)):
        start = starts[node.lineno - 1] + node.col_offset  # type: ignore[attr-defined]
        end = starts[node.end_lineno - 1] + node.end_col_offset  # type: ignore[attr-defined]
        was, now = " ".join(text[start:end].decode().split()), f"({ast.unparse(other)})"
        source = (text[:start] + now.encode() + text[end:]).decode()
        found.append(Mutant(module, text.count(b"\n", 0, start) + 1, was, now, source))
    return found


def _tests(module: Path) -> list[str]:
    """Return the arguments of pytest for the tests that are there for `module`."""
    if module.parent.name == "checks":
        if "claude_preflight.sessions" in (ROOT / module).read_text(encoding="utf-8"):
            return [SESSIONS]
        return [*EXAMPLES, "-k", module.stem.replace("_", "-")]
    named = module.stem if module.parent.name == "agents" else module.parent.name
    imported = re.compile(rf"\bagents(?:\.| import .*\b){named}\b")
    own = [path for path in AGENTS if imported.search((ROOT / path).read_text(encoding="utf-8"))]
    return [*own, "tests/test_examples.py", "tests/red_team"]


def _pass(copy: Path, tests: list[str]) -> bool:
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-n0", "-p", "no:cacheprovider", *tests]
    environment = {**os.environ, "PYTHONPATH": str(copy / "hooks"), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode in (0, 5)  # 5: `-k` selects none


def _is_noticed(mutant: Mutant, copy: Path) -> bool:
    target = copy / mutant.module
    original = target.read_text(encoding="utf-8")
    target.write_text(mutant.source, encoding="utf-8")
    first = _tests(mutant.module)
    try:
        return not (_pass(copy, first) and _pass(copy, [path for path in EVERY if path not in first]))
    finally:
        target.write_text(original, encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mutants", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--modules", metavar="GLOB", default="*", help="such as 'checks/*' or 'agents/launch/*'")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    modules = [
        path.relative_to(ROOT)
        for folder in ("checks", "agents")
        for path in sorted((ROOT / PACKAGE / folder).rglob("*.py"))
        if fnmatch(path.relative_to(ROOT / PACKAGE).as_posix(), options.modules)
    ]
    every = [mutant for module in modules for mutant in _mutants(module)]
    chosen = random.Random(options.seed).sample(every, min(options.mutants, len(every)))
    with tempfile.TemporaryDirectory() as temporary:
        copies = [Path(temporary) / str(number) for number in range(options.workers)]
        for copy in copies:
            shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".git", ".venv", ".*_cache", ".hypothesis"))
        if not _pass(copies[0], [*EVERY, SESSIONS]):
            parser.error("the tests fail without any change")

        def noticed(number: int) -> int:
            count = 0
            for mutant in chosen[number :: len(copies)]:
                if _is_noticed(mutant, copies[number]):
                    count += 1
                else:
                    print(f"{mutant.module}:{mutant.line}: {mutant.was}  ->  {mutant.now}", flush=True)
            return count

        with ThreadPoolExecutor(len(copies)) as pool:
            total = sum(pool.map(noticed, range(len(copies))))
    print(f"{total} of {len(chosen)} changes noticed, of {len(every)} that could be made")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
