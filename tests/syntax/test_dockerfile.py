"""What the Dockerfile reader finds, by its exact text and place; the expectations are those of BuildKit."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claude_preflight.syntax.dockerfile import pairs, read_dockerfile, stages
from claude_preflight.syntax.nodes import Text

RUNS = 'run x|RUN --mount=type=a,b="c d" e \\|RUN <<E1 <<-E2|E1|\tE2|ONBUILD RUN a|ONBUILD|COPY --from=b c d'
VARIABLES = 'ENV A=b C="d \\" e" F=\'g\'|ENV A b c|ENV A="|LABEL "a b"=c|ARG A=b|ARG A|FROM a AS b'
JSON_FORMS = 'CMD ["a", "\\u00e9\\n"]|CMD ["a"|HEALTHCHECK --interval=5s CMD ["a"]'
OTHERS = "# escape=`|# a|  # b|\\|`|  a \\|  a `|--a|\t|\0|\ud800|\u2028|é|"
LINES = st.sampled_from("|".join((RUNS, VARIABLES, JSON_FORMS, OTHERS)).split("|"))
SOURCES = st.builds(str.join, st.sampled_from(("\n", "\r\n", "\r")), st.lists(LINES, max_size=14))


@pytest.mark.parametrize(
    ("source", "keyword", "flags", "text", "span"),
    [
        ("RUN a b", (0, 3), [], (4, 7), (0, 7)),
        ("\n # c\n  run\ta b  \r\n", (8, 11), [], (12, 15), (8, 15)),
        ("FROM --platform=a b AS c", (0, 4), [("--platform=a", (5, 17))], (18, 24), (0, 24)),
        (
            "COPY --from=a --chown=b:c d e",
            (0, 4),
            [("--from=a", (5, 13)), ("--chown=b:c", (14, 25))],
            (26, 29),
            (0, 29),
        ),
        ('RUN --mount=a,b="c d" e', (0, 3), [('--mount=a,b="c d"', (4, 21))], (22, 23), (0, 23)),
        ("ADD --link", (0, 3), [("--link", (4, 10))], (10, 10), (0, 10)),
        ("RUN a --b", (0, 3), [], (4, 9), (0, 9)),
        ("RUN -- a", (0, 3), [], (4, 8), (0, 8)),
        ("RUN", (0, 3), [], (3, 3), (0, 3)),
        ("HELLO world", (0, 5), [], (6, 11), (0, 11)),
        ("ONBUILD  run a", (9, 12), [], (13, 14), (0, 14)),
        ("ONBUILD", (0, 7), [], (7, 7), (0, 7)),
        ("RUN a \\\\", (0, 3), [], (4, 8), (0, 8)),
        ("# escape=`\nRUN a\\", (11, 14), [], (15, 17), (11, 17)),
    ],
)
def test_instruction(
    source: str,
    keyword: tuple[int, int],
    flags: list[tuple[str, tuple[int, int]]],
    text: tuple[int, int],
    span: tuple[int, int],
) -> None:
    (instruction,) = read_dockerfile(source)
    assert (instruction.keyword.span, instruction.text.span, instruction.span) == (keyword, text, span)
    assert (instruction.keyword, instruction.text) == (source[slice(*keyword)], source[slice(*text)])
    assert [(flag, flag.span) for flag in instruction.flags] == flags
    assert instruction.name == source[slice(*keyword)].upper()
    assert instruction.onbuild == (source == "ONBUILD  run a")


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("RUN a \\\n  b", "a   b"),
        ("RUN a\\\nb", "ab"),
        ("RUN a \\ \t\r\n# c\r\n  b\r\n", "a   b"),
        ("RUN a \\\n\n\n  # c\n b", "a  b"),
        ("# escape=`\nRUN a `\n b", "a  b"),
        ("# syntax=docker/dockerfile:1\n#ESCAPE = `\nRUN a `\n b", "a  b"),
        ("RUN a \\", "a"),
        ("RUN \\\n  a", "a"),
        ("RUN \\\n --network=none \\\n a", "a"),
        ("\\\nRUN a", "a"),
        ("R\\\nUN a", "a"),
    ],
)
def test_continued_lines_are_joined(source: str, text: str) -> None:
    (instruction,) = read_dockerfile(source)
    assert (instruction.name, instruction.text) == ("RUN", text)
    assert instruction.span.end == source.rindex(text[-1]) + 1


@pytest.mark.parametrize(
    "source", ["# a\n# escape=`\nRUN a `\nRUN b", "\n# escape=`\nRUN a `\nRUN b", "# escape=x\nRUN a `\nRUN b"]
)
def test_only_a_directive_at_the_top_changes_the_escape_character(source: str) -> None:
    assert [(each.text, each.escape) for each in read_dockerfile(source)] == [("a `", "\\"), ("b", "\\")]


def test_joined_text_knows_the_place_of_each_character() -> None:
    source = "RUN a && \\\n# c\n    bc"
    (instruction,) = read_dockerfile(source)
    assert instruction.text == "a &&     bc"
    assert instruction.text.offsets == (4, 5, 6, 7, 8, 15, 16, 17, 18, 19, 20, 21)
    assert instruction.text.part(9, 11).span == (19, 21)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ('CMD ["a", "b c"]', [("a", (6, 7)), ("b c", (11, 14))]),
        ('ENTRYPOINT []', []),
        ('RUN ["a",\\\n "b"]', [("a", (6, 7)), ("b", (13, 14))]),
        ('RUN ["\\u0061b"]', [("ab", (6, 13))]),
        ('HEALTHCHECK --timeout=3s CMD ["a"]', [("a", (31, 32))]),
        ('ONBUILD CMD ["a"]', [("a", (14, 15))]),
        ('SHELL ["a", ""]', [("a", (8, 9)), ("", (13, 13))]),
        ("CMD a", None),
        ("CMD ['a']", None),
        ('CMD ["a",]', None),
        ('CMD ["a", 1]', None),
        ('CMD ["a"] b', None),
        ("RUN [ -f a ] && b", None),
        ('ENV ["a"]', None),
        ("CMD " + "[" * 5000, None),
    ],
)  # fmt: skip
def test_exec_form(source: str, words: list[tuple[str, tuple[int, int]]] | None) -> None:
    (instruction,) = read_dockerfile(source)
    found = instruction.exec_form
    assert (found if found is None else [(word, word.span) for word in found]) == words


def test_escapes_in_the_exec_form_keep_the_place_of_each_character() -> None:
    ((word,),) = [each.exec_form or () for each in read_dockerfile('CMD \\\n["a\\nb"]')]
    assert (word, word.offsets) == ("a\nb", (8, 9, 11, 12))


@pytest.mark.parametrize(
    ("source", "bodies", "end"),
    [
        ("RUN <<EOF\na\n# b\n\nEOF\nRUN c", [("a\n# b\n\n", (10, 17))], 20),
        ("RUN a <<-'E' | b\n\tc\n\tE\nRUN c", [("\tc\n", (17, 20))], 22),
        ("RUN <<-E\nE\nRUN c", [("", (9, 9))], 10),
        ('COPY <<"A" <<B /c/\na\nA\nb\nB\nRUN c', [("a\n", (19, 21)), ("b\n", (23, 25))], 26),
        ("RUN a \\\n <<A\nb\nA\nRUN c", [("b\n", (13, 15))], 16),
        ("RUN <<A\r\nb\r\nA\r\nRUN c", [("b\r\n", (9, 12))], 13),
        ("RUN a <<<b\nRUN c", [], 10),
        ('RUN "a <<A"\nRUN c', [], 11),
        ("RUN echo $((1<<A))\nRUN c", [], 18),
        ("RUN a '\\' \" <<A \"\nRUN c", [], 17),
        ("CMD <<A\nRUN c", [], 7),
    ],
)
def test_heredocs(source: str, bodies: list[tuple[str, tuple[int, int]]], end: int) -> None:
    first, last = read_dockerfile(source)
    assert [(body, body.span) for body in first.heredocs] == bodies
    assert (first.span.end, last.text) == (end, "c")


def test_a_heredoc_that_nothing_ends_takes_the_rest() -> None:
    (instruction,) = read_dockerfile("RUN <<A\nRUN b\n")
    assert [(body, body.span) for body in instruction.heredocs] == [("RUN b\n", (8, 14))]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("ENV A=b C=d", [("A", "b", (6, 7)), ("C", "d", (10, 11))]),
        ("ENV A b  c ", [("A", "b  c", (6, 10))]),
        ('ENV A "b c"', [("A", "b c", (7, 10))]),
        ('ENV A="b c" D=\'e "f\'', [("A", "b c", (7, 10)), ("D", 'e "f', (15, 19))]),
        ("ENV A=b\\ c", [("A", "b c", (6, 10))]),
        ('ENV A="b\\"c\\n"', [("A", 'b"c\\n', (7, 13))]),
        ('ENV A=b"c"d', [("A", "bcd", (6, 11))]),
        ('ENV A="" B=', [("A", "", (7, 7)), ("B", "", (11, 11))]),
        ("ENV A=b=c", [("A", "b=c", (6, 9))]),
        ('ENV A="b c', [("A", '"b', (6, 8))]),
        ("ENV A=b \\\n # c\n  D=e", [("A", "b", (6, 7)), ("D", "e", (19, 20))]),
        ("# escape=`\nENV A=C:\\b` c", [("A", "C:\\b c", (17, 24))]),
        ("ENV A", [("A", "", (5, 5))]),
        ("ENV", []),
        ("ARG A=b C", [("A", "b", (6, 7))]),
        ("ARG A", []),
        ('LABEL "a b"="c" d.e=f', [("a b", "c", (13, 14)), ("d.e", "f", (20, 21))]),
        ("ONBUILD ENV A=b", [("A", "b", (14, 15))]),
        ("RUN A=b", []),
    ],
)
def test_pairs(source: str, expected: list[tuple[str, str, tuple[int, int]]]) -> None:
    (instruction,) = read_dockerfile(source)
    assert [(name, value, value.span) for name, value in pairs(instruction)] == expected


def test_stages() -> None:
    source = "ARG A=b\nFROM $A as base\nRUN c\nFROM --platform=d base\nfrom e:f@g AS h\nCOPY --from=h i j\n"
    instructions = read_dockerfile(source)
    assert [each.stage for each in instructions] == [-1, 0, 0, 1, 2, 2]
    found = stages(instructions)
    assert [(each.image, each.name) for each in found] == [("$A", "base"), ("base", None), ("e:f@g", "h")]
    assert [source[slice(*each.image.span)] for each in found] == ["$A", "base", "e:f@g"]
    assert [each.instruction for each in found] == [instructions[1], instructions[3], instructions[4]]


@pytest.mark.parametrize(
    ("source", "image"), [("FROM", ""), ("FROM a b", "a"), ("FROM a AS", "a"), ("FROM scratch", "scratch")]
)
def test_stage_without_a_name(source: str, image: str) -> None:
    assert [(each.image, each.name) for each in stages(read_dockerfile(source))] == [(image, None)]


@pytest.mark.parametrize("source", ["", "\n\n", "# a\n", "\\\n", " \t\r\n"])
def test_no_instruction(source: str) -> None:
    assert read_dockerfile(source) == ()


def _places(text: Text) -> list[int]:
    offsets = list(range(text.start, text.end + 1) if text.offsets is None else text.offsets)
    assert len(offsets) == len(text) + 1
    assert offsets == sorted(offsets)
    return offsets


@given(SOURCES)
@settings(max_examples=400, deadline=None)
def test_every_text_has_its_place(source: str) -> None:
    behind = 0
    for each in read_dockerfile(source):
        assert behind <= each.span.start < each.span.end <= len(source)
        behind = each.span.end
        values = [text for pair in pairs(each) for text in pair]
        for text in (each.keyword, *each.flags, each.text, *each.heredocs, *values):
            assert "".join(source[offset] for offset in _places(text)[:-1]) == text
            assert each.span.start <= text.start <= text.end <= len(source)
        for word in each.exec_form or ():
            assert all(source[at] in (char, "\\") for char, at in zip(word, _places(word), strict=False))


@given(st.text())
@settings(max_examples=200, deadline=None)
def test_any_text_can_be_read(source: str) -> None:
    instructions = read_dockerfile(source)
    assert all(each.span.end <= len(source) for each in instructions)
    assert len(stages(instructions)) <= len(instructions)


@given(st.lists(st.text(), max_size=4))
@settings(max_examples=200, deadline=None)
def test_exec_form_is_what_json_says(words: list[str]) -> None:
    (instruction,) = read_dockerfile(f"CMD {json.dumps(words)}")
    assert list(instruction.exec_form or ()) == words


@given(st.text(st.characters(exclude_characters="\r\n")))
@settings(max_examples=200, deadline=None)
def test_double_quotes_keep_every_escaped_value(value: str) -> None:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$")
    (instruction,) = read_dockerfile(f'ENV A="{escaped}" B=c')
    assert pairs(instruction) == (("A", value), ("B", "c"))
