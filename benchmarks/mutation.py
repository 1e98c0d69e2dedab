"""How much of a check the tests hold in place: `python benchmarks/mutation.py [--mutants N] [--seed S]`.

Changes one operator, constant, condition or return at a time in a copy of the checkout, in modules of `checks/` and
`agents/` taken at random, and runs the tests of that module. Prints each change that no test notices, and the share of
those noticed. A change that means the same is counted as unnoticed: read the list.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = Path("hooks/claude_preflight")
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
    """A change of one line of a module: `line` is 1-based."""

    module: Path
    line: int
    was: str
    now: str
    source: str


def _changes(tree: ast.Module) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Yield nodes of `tree` with what may stand in their place."""
    for node in ast.walk(tree):
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
    text = (ROOT / module).read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    found = []
    for node, other in _changes(ast.parse(text)):
        first, last = node.lineno, node.end_lineno  # type: ignore[attr-defined]
        if first != last:
            continue
        line = lines[first - 1].encode()
        start, end = node.col_offset, node.end_col_offset  # type: ignore[attr-defined]
        was, now = line[start:end].decode(), f"({ast.unparse(other)})"
        changed = (line[:start] + now.encode() + line[end:]).decode()
        source = "".join([*lines[: first - 1], changed, *lines[first:]])
        try:
            compile(source, str(module), "exec")
        except SyntaxError:  # inside of an f-string
            continue
        found.append(Mutant(module, first, was, now, source))
    return found


def _tests(module: Path) -> list[str]:
    """Return the arguments of pytest for the tests that are there for `module`."""
    if module.parent.name == "checks":
        hook = module.stem.replace("_", "-")
        return ["tests/test_examples.py", "tests/test_documentation.py", "-k", hook]
    named = module.stem if module.parent.name == "agents" else module.parent.name
    own = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "tests/agents").glob(f"test_*{named}*.py"))
    return [*own, "tests/test_examples.py", "tests/red_team"]


def _is_noticed(mutant: Mutant, copy: Path) -> bool:
    target = copy / mutant.module
    original = target.read_text(encoding="utf-8")
    target.write_text(mutant.source, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-n0", "-p", "no:cacheprovider", *_tests(mutant.module)]
    environment = {**os.environ, "PYTHONPATH": str(copy / "hooks"), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, timeout=120, check=False)
    except subprocess.TimeoutExpired:
        return True
    finally:
        target.write_text(original, encoding="utf-8")
    return done.returncode != 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mutants", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    modules = [
        path.relative_to(ROOT)
        for folder in ("checks", "agents")
        for path in sorted((ROOT / PACKAGE / folder).rglob("*.py"))
        if path.stat().st_size
    ]
    every = [mutant for module in modules for mutant in _mutants(module)]
    chosen = random.Random(options.seed).sample(every, min(options.mutants, len(every)))
    with tempfile.TemporaryDirectory() as temporary:
        copies = [Path(temporary) / str(number) for number in range(2)]
        for copy in copies:
            shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".git", ".venv", ".*_cache", ".hypothesis"))

        def share(number: int) -> list[tuple[Mutant, bool]]:
            return [(mutant, _is_noticed(mutant, copies[number])) for mutant in chosen[number :: len(copies)]]

        with ThreadPoolExecutor(len(copies)) as pool:
            results = [each for part in pool.map(share, range(len(copies))) for each in part]
    for mutant, noticed in results:
        if not noticed:
            print(f"{mutant.module}:{mutant.line}: {mutant.was}  ->  {mutant.now}")
    noticed_count = sum(noticed for _, noticed in results)
    print(f"{noticed_count} of {len(results)} changes noticed, of {len(every)} that could be made")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
