"""Home folders as every system spells them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claude_preflight.agents.homes import is_drive_path, plain_path, with_slashes

HOMES = (
    "~ $HOME ${HOME} /home/ann /Users/ann /root /var/root /private/var/root C:/Users/ann c:\\users\\ann /c/Users/ann"
    " /mnt/c/Users/ann /cygdrive/c/Users/ann %USERPROFILE% %userprofile% $env:USERPROFILE $Env:HOME ${env:USERPROFILE}"
    " $USERPROFILE %HOMEDRIVE%%HOMEPATH% /home/*"
).split()


@pytest.mark.parametrize("home", [*HOMES, "C:\\Documents and Settings\\Ann", "C:/Users/Jane Doe"])
def test_home(home: str) -> None:
    assert plain_path(home) == "~"
    assert plain_path(f"{home}/.ssh\\\\id_rsa") == "~/.ssh/id_rsa"


@pytest.mark.parametrize(
    ("path", "plain"),
    [
        ("C:\\shop\\.env", "/c/shop/.env"),
        ("D:/shop//x", "/d/shop/x"),
        ("C:/Users/Public/x", "/c/Users/Public/x"),
        *((path, path) for path in ("", "/", "x", "C:", "C:x", "/home", "/home/", "/Users/Shared/x", "/homes/ann/x")),
        *((path, path) for path in ("src/home/ann/x", "~ann/x", "$HOMEPAGE/x", "/rooted/x", "a\\b", "/usr/x", "CC:/x")),
    ],
)
def test_other_paths(path: str, plain: str) -> None:
    assert plain_path(path) == plain


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("node C:\\Users\\ann\\x.js \\a", "node C:/Users/ann/x.js \\a"),
        ('type "C:\\\\a\\\\b"', 'type "C:/a/b"'),
        ("gc $env:USERPROFILE\\.ssh\\x; gc %APPDATA%\\y", "gc $env:USERPROFILE/.ssh/x; gc %APPDATA%/y"),
        ("--x=C:\\a", "--x=C:/a"),
        ("grep '\\.env' x", "grep '\\.env' x"),
        ("ls abc:\\x", "ls abc:\\x"),
        ("", ""),
    ],
)
def test_with_slashes(line: str, expected: str) -> None:
    assert with_slashes(line) == expected


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("C:/\\Us~$%{}.\0\udc80 \"'"), max_size=40))
def test_no_path_is_too_odd(path: str) -> None:
    assert plain_path(plain_path(path)) == plain_path(path)
    assert not is_drive_path(plain_path(path))
    assert len(with_slashes(path)) <= len(path)
