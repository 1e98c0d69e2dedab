"""What `.gitattributes` calls binary is searched all the same; what is binary is not read."""

from __future__ import annotations

from pathlib import Path

import pytest

from claude_preflight.examine import Options, examine
from conftest import Files, MakeRepository

SKIP = "os.system('claude --dangerously-skip-permissions')\n"
# So many that git is asked to search.
OTHERS: Files = {f"others/{number}.py": "VALUE = 1\n" for number in range(120)}


def found(folder: Path, *, staged: bool) -> list[str]:
    report = examine(Options(hooks=("no-skip-permissions",), staged=staged), str(folder))
    assert report.crashes == ()
    return [result.where for result in report.results]


@pytest.mark.parametrize("staged", [False, True])
@pytest.mark.parametrize(
    "attributes",
    [
        {".gitattributes": "*.py binary\n"},
        {".gitattributes": "* -diff\n"},
        {".gitattributes": "*.png binary\n*.lock -diff\r\nsrc/deep/tool.py linguist-generated -diff\n"},
        {".gitattributes": "/src/** -diff\n"},
        {".gitattributes": '"src/deep/to*.py" -diff\n'},
        {".gitattributes": "[attr]vendored -diff -merge\nsrc/**/tool.py vendored\n"},
        {"src/.gitattributes": "deep/*.py -diff\n"},
        {"src/deep/.gitattributes": "tool.py binary\n"},
        {".gitattributes": "* text=auto\n*.png binary\n"},
        {},
    ],
)
def test_attributes_hide_nothing(attributes: Files, staged: bool, make_repository: MakeRepository) -> None:
    folder = make_repository({**OTHERS, **attributes, "src/deep/tool.py": SKIP, "src/image.png": b"\0" + SKIP.encode()})
    assert found(folder, staged=staged) == ["src/deep/tool.py:1:19"]


@pytest.mark.parametrize("staged", [False, True])
def test_binary_files_are_passed_over_whatever_attributes_say(staged: bool, make_repository: MakeRepository) -> None:
    folder = make_repository({**OTHERS, ".gitattributes": "*.py -diff\n", "tool.py": SKIP.encode() + b"\0"})
    assert found(folder, staged=staged) == []
