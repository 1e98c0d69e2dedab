"""Which files a program prints, and whether their values."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claude_preflight.agents.command_risks.printers import is_silent, printed_files, prints_names_only
from claude_preflight.syntax.nodes import Text
from claude_preflight.syntax.shell import commands


def words_of(line: str) -> tuple[Text, ...]:
    return commands(Text.at(line, 0, len(line)))[0].words


@pytest.mark.parametrize(
    ("line", "files"),
    [
        ("cat a b -", "a b -"),
        ("cat -n a", "a"),
        ("grep .env a b", "a b"),
        ("grep .env", ""),
        ("grep -e .env a", "a"),
        ("grep a -re .env b", "a b"),
        ("grep --regexp=.env a", "a"),
        ("grep --regexp .env a", "a"),
        ("grep -f .env a", "a"),
        ("grep -A 2 -B2 -nm 3 x a", "a"),
        ("grep -r x --exclude .env a", "a"),
        ("grep -r x --include=.env a", ".env a"),
        ("grep x -- -a", "-a"),
        ("grep -- -x a", "a"),
        ("rg -r y x a", "a"),
        ("rg x -g .env -g !b", ".env"),
        ("rg --glob=.env x", ".env"),
        ("sed -n 1p a", "a"),
        ("sed -ne 1p a", "a"),
        ("awk -F = -v x=1 {print} a", "a"),
        ("jq .env a", "a"),
        ("jq -f f a", "a"),
        ("findstr /s x a b", "a b"),
        ("findstr /C:x a", "a"),
        ("select-string x a", "a"),
        ("select-string -Path a -Pattern x", "a"),
        ("select-string -Pattern x a", "a"),
        ("select-string x -Encoding utf8 a", "a"),
        ("select-string -Path", ""),
        ("git show HEAD:a/b", "a/b"),
        ("git -C x show HEAD~2:a :b main@{1}:c", "a b c"),
        ("git cat-file -p main:a", "a"),
        ("git show HEAD a", ""),
        ("git diff HEAD:a", ""),
        ("git", ""),
    ],
)
def test_printed_files(line: str, files: str) -> None:
    words = words_of(line)
    found = printed_files(str(words[0]), words)
    assert found == files.split()
    assert [line[file.start : file.end] for file in found] == files.split()


@pytest.mark.parametrize(
    ("line", "silent"),
    [
        ("grep -q x a", True),
        ("grep -rqE x a", True),
        ("grep -L x a", True),
        ("grep --files-with-matches x a", True),
        ("grep -eq a", False),
        ("grep -r x a", False),
        ("rg -L x a", False),
        ("rg --files a", True),
        ("sed -i.bak x a", True),
        ("sed -Ei x a", True),
        ("sed --in-place=.bak x a", True),
        ("sed x a", False),
        ("diff -q a b", True),
        ("diff a b", False),
        ("wc -l a", True),
        ("findstr /M x a", True),
        ("findstr x a", False),
        ("select-string x a -Quiet", True),
        ("cat a", False),
        ("awk x a", False),
    ],
)
def test_silent(line: str, silent: bool) -> None:
    words = words_of(line)
    assert is_silent(str(words[0]), words) is silent


NAMES = """\
cut -d= -f1 a
cut -f 1 -d '=' a
cut --delimiter== --fields=1 a
cut --delimiter = --fields 1
sed 's/=.*//' a
sed 's/=.*/=***/' a
sed 's|=.*$|=x|g;' a
sed -E 's/(=).*/\\1***/' a
sed -e 's/=.*/=x/'
sed -r 's/=.+/=x/' a
awk -F= '{print $1}' a
awk -F '=' '/^[A-Z]/ { print $1; }' a
grep -o '^[A-Z_]*' a
grep -oE '^[A-Za-z_][A-Za-z0-9_]*=' a
grep -oE '^[[:alnum:]_]+' a
rg -o '^\\w+' a
grep -o '^[^=]*' a
"""
VALUES = """\
cut -d= -f2 a
cut -d= -f1,2 a
cut -d= -f1- a
cut -d: -f1 a
cut -f1 a
cut -d= -f1 --complement a
sed 's/=.*/&/' a
sed 's/=.+/=x/' a
sed 's/#.*//' a
sed 's/=.*//;s/x/y/' a
sed -e 's/=.*//' -e p a
sed -n p a
awk -F= '{print $2}' a
awk -F= '{print $1, $2}' a
awk '{print $1}' a
grep -oE '[A-Z]+' a
grep -E '^[A-Z]+' a
grep -o '^[A-Z]*=.*' a
grep -oP '^[A-Z]+=\\K.*' a
grep -o -e '^[A-Z]*' -e x a
jq -o '^[A-Z]*' a
cat a
"""


@pytest.mark.parametrize(
    ("line", "names_only"),
    [(line, True) for line in NAMES.splitlines()] + [(line, False) for line in VALUES.splitlines()],
)
def test_names_only(line: str, names_only: bool) -> None:
    words = words_of(line)
    assert prints_names_only(str(words[0]), words) is names_only


PIECES = (
    "grep",
    "rg",
    "-e",
    "-o",
    "--regexp",
    "=",
    "--",
    "-",
    "",
    "-A",
    "^[a]",
    "s/=.*//",
    "HEAD:",
    "-Path",
    "/c:",
    "\0",
)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from("grep rg sed awk cut jq git findstr select-string cat diff".split()),
    st.lists(st.sampled_from(PIECES), max_size=8),
)
def test_no_words_are_too_odd(name: str, rest: list[str]) -> None:
    words = [Text.at(word, 0, len(word)) for word in (name, *rest)]
    assert len(printed_files(name, words)) <= len(rest)
    assert is_silent(name, words) in (True, False)
    assert prints_names_only(name, words) in (True, False)
