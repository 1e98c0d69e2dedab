"""Nearly valid files: the examples of the checks, damaged in a few places.

A test states the examples that it tries in the normal run as `budget(60)`. For a long run by hand:
`python -m pytest tests/fuzz --hypothesis-profile=long` tries a hundred times as many, and others each time; `-k`
chooses among the tests. A file that fails is kept by Hypothesis in `.hypothesis`, and tried first the next time.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from hypothesis import settings
from hypothesis import strategies as st

from claude_preflight.agents.files import kinds_of
from claude_preflight.document import Document
from test_examples import CHECKS, ENVIRONMENT, with_credentials

_NORMAL_EXAMPLES = 100  # what Hypothesis tries without a profile

PIECES = (
    *(
        "\0",
        "\ufeff",
        "\x1b[2J",
        "\x07",
        "\x85",
        "\u2028",
        "\u200b",
        "\u202e",
        "\U000e0041",
        "\ud800",
        "\\ud83d",
        "é" * 40,
    ),
    *("\r", "\r\n", "\n", "\t", "\n\n", " ", "   ", "\\", "\\\n", "\f", "\v", "\u3000", "\x7f", "\\u0000"),
    *(
        '"',
        "'",
        "`",
        '"""',
        "'''",
        "```",
        "```bash\n",
        "~~~",
        "<!--",
        "-->",
        "/*",
        "*/",
        "//",
        "#",
        "#!",
        "<<EOF\n",
        "EOF\n",
    ),
    *(
        "{",
        "}",
        "[",
        "]",
        "(",
        ")",
        "${",
        "$(",
        "${{",
        "}}",
        "%}",
        "((",
        "[[",
        "<(",
        "{" * 300,
        "[" * 300,
        "$(" * 90,
        "- " * 120,
    ),
    *(
        "---\n",
        "...\n",
        "--- !a\n",
        "%YAML 1.1\n",
        "&a ",
        "*a",
        "<<: *a\n",
        "!!binary ",
        "!a:b ",
        "? ",
        "- ",
        ": ",
        "|\n",
        ">-\n",
    ),
    *(
        "1e999",
        "9" * 5000,
        "-0",
        "0x1F",
        ".inf",
        "NaN",
        "2026-11-22",
        "1979-05-27T07:32:00Z",
        "00:32:00.999",
        "0o17",
        "1_0",
    ),
    *(
        "null",
        "true",
        "[]",
        "{}",
        '""',
        ",",
        "=",
        "==",
        "a.b.c=1\n",
        "[[a]]\n",
        "[a]\n",
        "'''\n",
        "=>",
        ":",
        ";",
        "|",
        "&&",
    ),
    *(
        "x" * 3000,
        "a b " * 500,
        "../" * 200,
        "%2e%2e",
        "~",
        "$HOME",
        "*",
        "@",
        "!",
        "^",
        "--",
        "-",
        "/",
        "C:\\",
        "http://",
    ),
)


class File(NamedTuple):
    """A file of an example: `path` is relative to the example's repository."""

    path: str
    text: str

    def document(self) -> Document:
        """Return the file as the checks get it."""
        return Document(self.path, self.text, kinds_of(self.path) | {"source"})


def _examples() -> list[File]:
    files: dict[File, None] = {}
    for path in sorted(CHECKS.glob("*/*/**/*")):
        if path.is_file() and not path.is_symlink() and path.name != ENVIRONMENT:
            try:
                text = with_credentials(path.read_bytes()).decode()
            except UnicodeDecodeError:
                continue
            files[File(Path(*path.relative_to(CHECKS).parts[2:]).as_posix(), text)] = None
    return list(files)


EXAMPLES = _examples()


def budget(examples: int) -> settings:
    """Return the settings of a test that tries `examples` in the normal run."""
    factor = settings().max_examples // _NORMAL_EXAMPLES or 1
    return settings(max_examples=examples * factor, deadline=None)


_EDITS = st.lists(
    st.tuples(
        st.sampled_from(("insert", "replace", "delete", "double", "swap", "cut", "repeat")),
        st.integers(0, 2**16),
        st.integers(0, 60),
        st.sampled_from(PIECES),
    ),
    max_size=6,
)


def _edited(text: str, kind: str, place: int, length: int, piece: str) -> str:
    start = place % (len(text) + 1)
    end = min(len(text), start + length)
    if kind == "insert":
        return text[:start] + piece + text[start:]
    if kind == "replace":
        return text[:start] + piece + text[end:]
    if kind == "delete":
        return text[:start] + text[end:]
    if kind == "double":
        return text[:end] + text[start:]
    if kind == "repeat":
        return text[:start] + text[start:end] * 50 + text[end:]
    if kind == "cut":
        return text[:start]
    lines = text.splitlines(keepends=True) or [""]
    one, other = place % len(lines), length % len(lines)
    lines[one], lines[other] = lines[other], lines[one]
    return "".join(lines)


@st.composite
def files(draw: st.DrawFn, ending: str = "") -> File:
    """Draw a damaged example whose path ends with `ending`; sometimes in another's place, or with other line ends."""
    chosen = [example for example in EXAMPLES if example.path.endswith(ending)]
    path, text = draw(st.sampled_from(chosen))
    for edit in draw(_EDITS):
        text = _edited(text, *edit)
    ends = draw(st.sampled_from(("\n", "\n", "\n", "\r\n", "\r")))
    other = draw(st.sampled_from(chosen)).path if draw(st.integers(0, 9)) == 0 else path
    return File(other, text.replace("\n", ends) if ends != "\n" else text)
