"""What the name and the first line of a file tell of its code: the language, and whether it holds tests."""

from __future__ import annotations

import posixpath

from claude_preflight.late import late

_SHEBANG = late(r"#!\s*(?:\S*/)?(?:env\s+(?:-S\s+)?)?([\w.-]+)")
_SHELL_PROGRAMS = frozenset("sh bash zsh ksh dash ash fish bats".split())
SOURCE_PROGRAMS = {
    **dict.fromkeys("python python3".split(), "hash"),
    **dict.fromkeys("ruby perl".split(), "running"),
    **dict.fromkeys("node bun deno tsx ts-node zx".split(), "slash"),
    "lua": "dash",
}
_TEST_PATH = late(
    r"(?:^|/)(?:tests?|__tests__|specs?|e2e|testing|__mocks__|mocks?)/|(?:^|/)(?:test_[^/]*|conftest)\.\w+$"
    r"|(?:[._-](?:test|tests|spec|e2e|mock)|Tests?)\.\w+$"
)


def family_of_file(path: str, text: str) -> str:
    """Return the family of languages that the file `text` at `path` is written in, empty if it is no source code."""
    from claude_preflight.syntax.source_code import family_of

    shebang = _SHEBANG.match(text) if "." not in posixpath.basename(path) else None
    return family_of(path) or (SOURCE_PROGRAMS.get(shebang[1], "") if shebang else "")


def is_shell(text: str) -> bool:
    """Tell whether the first line of `text` names a shell."""
    shebang = _SHEBANG.match(text)
    return bool(shebang and shebang[1] in _SHELL_PROGRAMS)


def is_test(path: str) -> bool:
    """Tell whether the file at `path` holds tests."""
    return bool(_TEST_PATH.search(path))
