"""What makes two names similar: their looks, their separators, a slip of the keyboard."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claude_preflight.agents.similar_names import (
    distance,
    is_disguised,
    is_misspelt,
    is_slip,
    skeleton,
    split_name,
    squashed,
)

WORDS = st.text("abc", max_size=7)


def by_definition(left: str, right: str) -> int:
    """Return the optimal string alignment distance as its recursive definition has it."""

    @cache
    def of(i: int, j: int) -> int:
        if not i or not j:
            return i + j
        best = min(of(i - 1, j) + 1, of(i, j - 1) + 1, of(i - 1, j - 1) + (left[i - 1] != right[j - 1]))
        if i > 1 and j > 1 and left[i - 1] == right[j - 2] and left[i - 2] == right[j - 1]:
            best = min(best, of(i - 2, j - 2) + 1)
        return best

    return of(len(left), len(right))


@settings(max_examples=200, deadline=None)
@given(WORDS, WORDS, st.integers(0, 7))
def test_distance_is_what_its_definition_says(left: str, right: str, limit: int) -> None:
    exact = by_definition(left, right)
    assert distance(left, right, limit) == (exact if exact <= limit else None)


@pytest.mark.parametrize(
    ("name", "look"),
    [
        ("mcp-remote", "mcp-remote"),
        ("mcp-rernote", "mcp-remote"),
        ("mcp-r\u0435mote", "mcp-remote"),  # Cyrillic
        ("mcp-rem\u03bfte", "mcp-remote"),  # Greek
        ("\uff4dcp-remote", "mcp-remote"),  # fullwidth
        ("mcp-re\u0301mote", "mcp-remote"),  # a combining accent
        ("MCP-Remote", "mcp-remote"),
        ("f1recrawl", skeleton("firecrawl")),
        ("firecrawI", skeleton("firecrawl")),
        ("p0stgre5", skeleton("postgres")),
        ("", ""),
    ],
)
def test_skeleton(name: str, look: str) -> None:
    assert skeleton(name) == look


@pytest.mark.parametrize(
    ("word", "known", "slip"),
    [
        ("mpc", "mcp", True),
        ("mccp", "mcp", True),
        ("map", "mcp", False),
        ("gti", "git", True),
        ("kit", "git", False),
        ("gits", "git", False),
        ("notoin", "notion", True),
        ("noton", "notion", True),
        ("motion", "notion", False),
        ("postgras", "postgres", True),
        ("postgis", "postgres", False),
        ("filesytem", "filesystem", True),
        ("filsytem", "filesystem", True),
        ("filstem", "filesystem", False),
        ("git", "git", False),
        ("", "git", False),
        ("git", "", False),
    ],
)
def test_is_slip(word: str, known: str, slip: bool) -> None:
    assert is_slip(word, known) is slip


@pytest.mark.parametrize(
    ("name", "known", "misspelt"),
    [
        ("mcp-server-gti", "mcp-server-git", True),
        ("mcp-sever-git", "mcp-server-git", True),
        ("mcpserver-git", "mcp-server-git", True),
        ("mcp_server.git", "mcp-server-git", True),
        ("mcp-server-git", "mcp-server-git", False),
        ("mcp-server-time", "mcp-server-git", False),
        ("git-mcp-server", "mcp-server-git", False),
        ("mpc-server-gti", "mcp-server-git", False),
        ("entry-mcp", "sentry-mcp", False),
        ("a", "mcp-server-git", False),
        ("", "", False),
    ],
)
def test_is_misspelt(name: str, known: str, misspelt: bool) -> None:
    assert is_misspelt(name, known, frozenset(("entry",))) is misspelt


def test_names_come_apart_at_their_separators() -> None:
    assert split_name("@acme/search_mcp.server--x") == ["acme", "search", "mcp", "server", "x"]
    assert squashed("@acme/search_mcp") == "acmesearchmcp"
    assert split_name("--") == []


@pytest.mark.parametrize(
    ("name", "disguised"),
    [
        ("line\u0430r", True),
        ("\u043c\u043e\u0441\u043a\u0432\u0430", False),
        ("linear", False),
        ("m\u00fcnchen", False),
        ("", False),
    ],
)
def test_is_disguised(name: str, disguised: bool) -> None:
    assert is_disguised(name) is disguised


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=30), st.text(max_size=30))
def test_any_text_may_be_compared(name: str, other: str) -> None:
    assert skeleton(skeleton(name)) == skeleton(skeleton(skeleton(name)))
    assert is_misspelt(name, name, frozenset()) is False
    assert is_slip(name, other) in (True, False)
