"""Every hook over damaged files, and the whole of `check` over repositories of them, as they are read from disk.

`python -m pytest tests/fuzz --hypothesis-profile=long` is the long run, see `damage`.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from pathlib import Path

import pytest
from damage import EXAMPLES, File, budget, files
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claude_preflight.agents.files import SEARCHED, UNDECIDED, kinds_of
from claude_preflight.catalogue import HOOKS, umbrella_kinds
from claude_preflight.context import Context
from claude_preflight.examine import FORMATS, Options, examine
from claude_preflight.fix import spliced
from claude_preflight.model import Finding
from claude_preflight.policy import Policy
from claude_preflight.repository import Repository
from claude_preflight.run import Report
from conftest import git

NOT_TEXT = (b"\0", b"\xff", b"\xc3(", b"\xed\xa0\x80", b"\xf4\x90\x80\x80")


@pytest.fixture(scope="module")
def empty_context(tmp_path_factory: pytest.TempPathFactory) -> Context:
    return Context(Repository(str(tmp_path_factory.mktemp("empty"))), Policy(), "2026-11-22")


def assert_sound(found: Iterable[Finding], length: int) -> None:
    for finding in found:
        edits = finding.fix.edits if finding.fix else ()
        for span in (finding.span, *(edit.span for edit in edits)):
            assert 0 <= span.start <= span.end <= length, finding
        assert "\n" not in finding.message + finding.repair, finding


@budget(500)
@given(file=files())
def test_checks_take_any_file(file: File, empty_context: Context) -> None:
    document = file.document()
    for hook in HOOKS:
        if document.kinds.intersection(hook.kinds):
            found = list(hook.check(document, empty_context))
            assert_sound(found, len(file.text))
            spliced(file.text, [finding.fix for finding in found if finding.fix])


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("repository")
    git(folder, "init", "-q")
    return folder


def fill(folder: Path, contents: dict[str, bytes]) -> None:
    """Let `contents` (by relative path) be all that `folder` holds and its index knows."""
    git(folder, "rm", "-rfq", "--cached", "--ignore-unmatch", ".")
    git(folder, "clean", "-fdxq")
    for path, content in contents.items():
        full = folder / path
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_bytes(content)
    git(folder, "add", "-A", "-f")


def readable(content: bytes, encoding: str = "utf-8") -> bool:
    try:
        return "\0" not in content.decode(encoding)
    except UnicodeDecodeError:
        return False


def readable_in_a_shell(content: bytes) -> bool:
    """Tell whether `content` is text in any encoding: those of the files of shells are read in all of them."""
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    return b"\0" not in content or (marked and readable(content, "utf-16"))


def assert_checked(report: Report, contents: dict[str, bytes]) -> None:
    """Fail if a check crashed, a place lies outside of its file, or a file that nobody can read passes in silence."""
    assert report.crashes == ()
    for result in report.results:
        text = contents.get(result.path, b"").decode(errors="replace").removeprefix("\ufeff")
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        assert 1 <= result.line <= result.end_line <= len(lines), result
        assert result.column <= len(lines[result.line - 1]) + 2, result  # behind the end of CR LF, at most
    refused = {result.path for result in report.results if result.finding.rule.id == "unreadable-file"}
    known = frozenset(umbrella_kinds()) - SEARCHED
    shells = frozenset(("env-file", "shell-rc", "script"))
    for path, content in contents.items():
        kinds = kinds_of(path) & known - UNDECIDED
        if kinds and not readable(content) and not (kinds <= shells and readable_in_a_shell(content)):
            assert path in refused, path


@st.composite
def contents_of_repository(draw: st.DrawFn) -> dict[str, bytes]:
    contents: dict[str, bytes] = {}
    for path, text in draw(st.lists(files(), min_size=1, max_size=8)):
        if path == ".claude-preflight.yaml" or any(f"{path}/" in other or f"{other}/" in path for other in contents):
            continue
        content = text.encode("utf-8", "surrogatepass")
        damage = draw(st.sampled_from(("", "", "", "", "bytes", "utf-16", "bom", "half")))
        if damage == "bytes":
            place = draw(st.integers(0, len(content)))
            content = content[:place] + draw(st.sampled_from(NOT_TEXT)) + content[place:]
        elif damage == "utf-16":
            content = text.encode("utf-16", "surrogatepass")[: -draw(st.integers(0, 1)) or None]
        elif damage == "bom":
            content = b"\xef\xbb\xbf" + content
        contents[path] = content[: len(content) // 2] if damage == "half" else content
    return contents


@settings(budget(40), suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(contents=contents_of_repository(), staged=st.booleans(), form=st.sampled_from(sorted(FORMATS)))
def test_whole_check_takes_any_repository(
    contents: dict[str, bytes], staged: bool, form: str, repository: Path
) -> None:
    fill(repository, contents)
    report = examine(Options(staged=staged), str(repository))
    assert_checked(report, contents)
    assert isinstance(import_module(FORMATS[form]).render(report), str)


def test_examples_cover_every_kind_of_file() -> None:
    kinds = {kind for example in EXAMPLES for kind in kinds_of(example.path)}
    read = {kind for hook in HOOKS for kind in hook.kinds} - {"repository", "environment", "source"}
    assert read - kinds == set()
