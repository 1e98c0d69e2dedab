"""What the shell reader finds, by its exact words and places; the expectations are those of the shells themselves."""

from __future__ import annotations

import json
import shlex

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claude_preflight.syntax.jsonc import read_json
from claude_preflight.syntax.nodes import Scalar, Text
from claude_preflight.syntax.shell import MAX_DEPTH, Command, commands, split_words, windows_commands

Rows = list[tuple[str, list[str]]]


def _text(source: str) -> Text:
    return Text.at(source, 0, len(source))


def _read(source: str) -> list[Command]:
    return commands(_text(source))


def _shown(found: list[Command]) -> list[str]:
    """Return each command as its words joined by commas and what follows it, `>` for each substitution around it."""
    return [f"{'>' * command.depth}{','.join(command.words)} {command.operator}".rstrip(" ") for command in found]


STRUCTURE: Rows = [
    ("", []),
    (" \t\n\r\n", []),
    ("# only a comment", []),
    ("npx -y foo", ["npx,-y,foo"]),
    ("a b\tc", ["a,b,c"]),
    ("a; b & c\nd", ["a ;", "b &", "c \n", "d"]),
    ("a | b |& c && d || e", ["a |", "b |&", "c &&", "d ||", "e"]),
    ("a |\n b &&\n\n c", ["a |", "b &&", "c"]),
    ("a\r\nb\r\n", ["a \n", "b \n"]),
    ("a \\\n b \\\r\n c", ["a,b,c"]),
    ("a\\\nb c", ["ab,c"]),
    ("a # b | c\nd#e f", ["a \n", "d#e,f"]),
    ("a;;b", ["a ;;", "b"]),
    # groups, and what follows them
    ("(a && b) | c", ["a &&", "b |", "c"]),
    ("{ a; b; } | c", ["a ;", "b |", "c"]),
    ("( (a) ) && b", ["a &&", "b"]),
    ("((a | b) | c) | d", ["a |", "b |", "c |", "d"]),
    ("((a) (b)) | c", ["a", "b |", "c"]),
    ("if ! a; then b; elif c; then d; else e; fi | f", ["a ;", "b ;", "c ;", "d ;", "e |", "f"]),
    ("while a; do b; done < <(c) | d", ["a ;", "b |", "d", ">c"]),
    ("until a\ndo\nb\ndone", ["a \n", "b"]),
    ("for x in a b; do c; done", ["for,x,in,a,b ;", "c"]),
    ("for ((i=0;i<3;i++)) do a; done", ["for,((i=0;i<3;i++))", "a"]),
    ("f() { a; }; b", ["a ;", "b"]),
    ("f () ( a )", ["a"]),
    ("function f { a; }", ["a"]),
    ("function f() { a; }", ["a"]),
    ("case $x in a|b) c;; (d) e;; *) f; esac; g", ["case,$x,in", "c ;;", "e ;;", "f ;", "g"]),
    ("case x in a) case y in b) c;; esac;; *) d;; esac", ["case,x,in", "case,y,in", "c ;;", "d"]),
    ("$(case x in a) b;; esac) c", ["$(case x in a) b;; esac),c", ">case,x,in", ">b"]),
    ("time a", ["time,a"]),
    ("echo if then } )", ["echo,if,then,}"]),
    ("'if' a", ["if,a"]),
    ("[[ a && b =~ ^(x|y)$ ]] && c", ["[[,a,&&,b,=~,^(x|y)$,]] &&", "c"]),
    ("[[ a < b ]]&& c", ["[[,a,<,b,]] &&", "c"]),
    ("[[ a\nb", ["[[,a \n", "b"]),
    # substitutions
    ("a $(b c | d) e", ["a,$(b c | d),e", ">b,c |", ">d"]),
    ('a "$(b "c d")" e', ['a,$(b "c d"),e', ">b,c d"]),
    ("a `b c` \"`d`\"", ["a,`b c`,`d`", ">b,c", ">d"]),
    ("a $(b $(c $(d)))", ["a,$(b $(c $(d)))", ">b,$(c $(d))", ">>c,$(d)", ">>>d"]),
    ("a <(b) >(c)", ["a,<(b),>(c)", ">b", ">c"]),
    ("a ${B:-$(c d)}", ["a,${B:-$(c d)}", ">c,d"]),
    ('a ${B:-"x } y"} "${C:-\'}" d', ["a,${B:-\"x } y\"},${C:-'},d"]),
    ("a ${B#'}'} c", ["a,${B#'}'},c"]),
    ("a $((1 + (2 * 3))) b", ["a,$((1 + (2 * 3))),b"]),
    ("a $((1 << 2))\nb\nc", ["a,$((1 << 2)) \n", "b \n", "c"]),
    ("a $(( $(b) + 1 ))", ["a,$(( $(b) + 1 ))", ">>b"]),
    ("$((a) | b)", ["$((a) | b)", ">a |", ">b"]),
    ("((a << 2)) && b", ["((a << 2)) &&", "b"]),
    ("a $b $1 $# $? $$", ["a,$b,$1,$#,$?,$$"]),
    ("A=(x 'y z' $(b)) c", ["c", ">b"]),
    ("ls !(a|b)", ["ls,!(a|b)"]),
    # what is left open is read to the end
    ("a 'b c", ["a,b c"]),
    ('a "b c', ["a,b c"]),
    ("a $'b\\'", ["a,b'"]),
    ("a $(b c", ["a,$(b c", ">b,c"]),
    ("a `b c", ["a,`b c", ">b,c"]),
    ("a ${b c", ["a,${b c"]),
    ("a $((b", ["a,$((b", ">b"]),
    ("a \\", ["a,\\"]),
    (") a } b", ["a,},b"]),
    ("case x in a", ["case,x,in"]),
    ("a <<", ["a"]),
]  # fmt: skip


@pytest.mark.parametrize(("source", "shown"), STRUCTURE)
def test_commands(source: str, shown: list[str]) -> None:
    assert _shown(_read(source)) == [line.rstrip(" ") for line in shown]


# word in the source, what the program gets, the source of its characters
QUOTING = [
    ("ab", "ab", "ab"),
    ("'a b'", "a b", "a b"),
    ('"a b"', "a b", "a b"),
    ("''", "", ""),
    ('""', "", ""),
    ("''a''", "a", "a"),
    ("a\\ b", "a b", "a\\ b"),
    ("\\'", "'", "\\'"),
    ('"\\$\\`\\"\\\\\\a"', '$`"\\\\a', '\\$\\`\\"\\\\\\a'),
    ("'a\\b'", "a\\b", "a\\b"),
    ('a"b c"d', "ab cd", 'a"b c"d'),
    ('--x="b c"', "--x=b c", '--x="b c'),
    ("$HOME/x", "$HOME/x", "$HOME/x"),
    ('"$HOME"/x', "$HOME/x", '$HOME"/x'),
    ("'$HOME'", "$HOME", "$HOME"),
    ("$'a\\n\\t\\x41\\101\\u00e9\\'b'", "a\n\tAAé'b", "a\\n\\t\\x41\\101\\u00e9\\'b"),
    ("$'\\q\\x\\U110000'", "\\q\\x\\U110000", "\\q\\x\\U110000"),
    ('$"a b"', "a b", "a b"),
    ("a#b", "a#b", "a#b"),
    ("{a,b}", "{a,b}", "{a,b}"),
    ("x\u00a0y\U0001f600", "x\u00a0y\U0001f600", "x\u00a0y\U0001f600"),
    ("a\x00\ud800", "a\x00\ud800", "a\x00\ud800"),
]


@pytest.mark.parametrize(("source", "value", "characters"), QUOTING)
@pytest.mark.parametrize("before", ["", "cmd ", "A=b \t", "x | y; z ", "$(a) "])
@pytest.mark.parametrize("after", ["", " b", "|c", "\n"])
def test_word_without_its_quoting(before: str, source: str, value: str, characters: str, after: str) -> None:
    text = f"{before}{source}{after}"
    (word,) = [word for command in _read(text) for word in command.words if word.source.start == len(before)]
    assert word == value
    assert text[slice(*word.source)] == source
    assert text[slice(*word.span)] == characters


def test_characters_of_a_quoted_word_have_their_own_places() -> None:
    source = "cmd --with=\"a b\"\\ c'd'"
    word = _read(source)[0].words[1]
    assert word == "--with=a b cd"
    value = word.part(7, len(word))
    assert (value, source[slice(*value.span)]) == ("a b cd", "a b\"\\ c'd")
    assert [source[slice(*word.part(index, index + 1).span)] for index in (0, 7, 8, 10, 12)] == [
        "-",
        "a",
        " ",
        "\\ ",
        "d",
    ]


def test_assignments_stand_before_the_program() -> None:
    source = "A=1 B='x y' C+=z D[0]=w E= cmd F=g"
    (command,) = _read(source)
    assert command.words == ("cmd", "F=g")
    assert command.assignments == (("A", "1"), ("B", "x y"), ("C+", "z"), ("D[0]", "w"), ("E", ""))
    assert source[slice(*command.assignments[1][1].span)] == "x y"
    assert source[slice(*command.span)] == source


def test_assignments_without_a_program() -> None:
    (command, inner) = _read("A=$(b) C=d")
    assert (command.words, command.assignments) == ((), (("A", "$(b)"), ("C", "d")))
    assert (inner.words, inner.depth) == (("b",), 1)


@pytest.mark.parametrize("program", ["export", "declare", "local", "readonly", "typeset"])
def test_declared_variables_are_words_and_assignments(program: str) -> None:
    (command,) = _read(f'{program} -x A="b c" D')
    assert command.words == (program, "-x", "A=b c", "D")
    assert command.assignments == (("A", "b c"),)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a > b", [(">", "b")]),
        ("a 2>&1 >>b <c", [("2>&", "1"), (">>", "b"), ("<", "c")]),
        ("a 2 >b", [(">", "b")]),
        ("a &>b &>>c", [("&>", "b"), ("&>>", "c")]),
        ("a >|b <>c <&- <<<'d e'", [(">|", "b"), ("<>", "c"), ("<&", "-"), ("<<<", "d e")]),
        (">b a", [(">", "b")]),
        ("{ a; } >b", [(">", "b")]),
        ("a >", [(">", None)]),
        ("a > >(b)", [(">", ">(b)")]),
    ],
)
def test_redirections_are_no_words(source: str, expected: list[tuple[str, str | None]]) -> None:
    command = next(command for command in _read(source) if command.words[0] == "a")
    assert set(command.words[1:]) <= {"2"}
    assert [(found.operator, found.target) for found in command.redirections] == expected


@pytest.mark.parametrize(
    ("source", "body", "shown"),
    [
        ("cat <<E\nx | y\nE\nz", "x | y\n", ["cat \n", "z"]),
        ("cat <<'E' | sh\n$(x)\nE\nz", "$(x)\n", ["cat |", "sh \n", "z"]),
        ("cat <<-E\n\tx\n\tE\nz", "\tx\n", ["cat \n", "z"]),
        ("cat <<E\n E\nEE\nE \nE\nz", " E\nEE\nE \n", ["cat \n", "z"]),
        ("cat <<E\r\nx\r\nE\r\nz", "x\r\n", ["cat \n", "z"]),
        ("cat <<E\nE", "", ["cat \n"]),
        ("cat <<E\nx", "x", ["cat \n"]),
        ('cat <<"a b"\nx\na b\nz', "x\n", ["cat \n", "z"]),
        ("x=$(cat <<E\ny)\nE\n) z", "y)\n", ["z", ">cat \n"]),
    ],
)
def test_body_of_a_here_document_holds_no_commands(source: str, body: str, shown: list[str]) -> None:
    found = _read(source)
    (redirection,) = [redirection for command in found for redirection in command.redirections]
    assert redirection.body == body
    assert source[slice(*redirection.body.span)] == body
    assert _shown(found) == shown


def test_here_documents_of_one_line_follow_each_other() -> None:
    first, second = _read("a <<A <<B\n1\nA\n2\nB\n")[0].redirections
    assert (first.body, second.body) == ("1\n", "2\n")


def test_nesting_is_followed_to_a_limit() -> None:
    found = _read("a $(" * (MAX_DEPTH + 5) + ")" * (MAX_DEPTH + 5))
    assert max(command.depth for command in found) == MAX_DEPTH


@pytest.mark.parametrize(
    "opening", ["$(", '"$(', "`", "${", "$((", "((", "(", "{ ", "case x in a) ", "A=(", "[[ ", "<<E\n"]
)
def test_deep_nesting_is_read(opening: str) -> None:
    found = _read(opening * 3000 + " x")
    assert all(0 <= command.span.start <= command.span.end for command in found)


JSON_TEXTS = st.text(st.sampled_from("ab $\"'\\`(){}|&;<>\n\t#=é\U0001f600"), max_size=30)


@settings(deadline=None, max_examples=300)
@given(JSON_TEXTS, st.booleans())
def test_places_lead_back_through_a_json_string(script: str, ascii_only: bool) -> None:
    document = "[" + json.dumps(script, ensure_ascii=ascii_only) + "]"
    root = read_json(document).root
    (node,) = root.items  # type: ignore[union-attr]
    assert isinstance(node, Scalar)
    assert isinstance(node.value, Text)
    direct, embedded = _read(script), commands(node.value)
    assert [command.words for command in embedded] == [command.words for command in direct]
    for one, other in zip(direct, embedded, strict=True):
        for here, there in [
            (one.span, other.span),
            *((a.source, b.source) for a, b in zip(one.words, other.words, strict=True)),
        ]:
            assert json.loads(f'"{document[slice(*there)]}"') == script[slice(*here)]


OPERATORS = " \t\n;&|<>(){}\\'\"`#"
TOKENS = "a; b c; $(; $((; ${; ((; ;;; &&; ||; \r\n; \\\n; <<E; <<-'E'; \nE\n; 2>&1; case x in; esac; if; fi"
RARE = "for x in; do; done; function; f(); [[; ]]; A=; A=(; $'\\x; export ; \x00; \ud800"
SCRIPTS = st.lists(st.sampled_from([*OPERATORS, *TOKENS.split("; "), *RARE.split("; ")]), max_size=25).map("".join)


@settings(deadline=None, max_examples=500)
@given(SCRIPTS)
def test_any_text_is_read_into_parts_of_itself(script: str) -> None:
    for command in _read(script):
        assert 0 <= command.span.start < command.span.end <= len(script)
        for word in command.words:
            assert (
                command.span.start <= word.source.start <= word.start <= word.end <= word.source.end <= command.span.end
            )
            assert not word.isascii() or len(word) <= word.source.end - word.source.start
        assert all(text in script or "\\" in script or "'" in script or '"' in script for text in command.words)


@settings(deadline=None, max_examples=300)
@given(st.text(st.sampled_from("ab '\"\\\t=é"), max_size=20))
def test_quoting_agrees_with_shlex(line: str) -> None:
    try:
        expected = shlex.split(line)
    except ValueError:
        return
    assert split_words(_text(line)) == expected
    assert [word for command in _read(f"x {line}") for word in command.words][1:] == expected


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("npx -y foo /", ["npx", "-y", "foo", "/"]),
        ('a \'b c\' "d \\" e" f\\ g', ["a", "b c", 'd " e', "f g"]),
        ("a|b & $(c d) # e", ["a|b", "&", "$(c", "d)", "#", "e"]),
        ("a ''", ["a", ""]),
        ("a 'b", ["a", "b"]),
        ("a \\", ["a", "\\"]),
        ("", []),
    ],
)
def test_split_words(line: str, words: list[str]) -> None:
    assert split_words(_text(line)) == words


def test_split_words_have_their_places() -> None:
    line = "npx --x='a b' /"
    found = split_words(_text(line))
    assert [line[slice(*word.span)] for word in found] == ["npx", "--x='a b", "/"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("C:\\nodejs\\npx.cmd -y foo C:\\data\\", ["C:\\nodejs\\npx.cmd", "-y", "foo", "C:\\data\\"]),
        ('"C:\\Program Files\\x.exe" "a b"c \'d e\'', ["C:\\Program Files\\x.exe", "a bc", "'d", "e'"]),
        ("a & b^c", ["a", "&", "b^c"]),
        ('a ""', ["a", ""]),
        ('a "b', ["a", "b"]),
    ],
)
def test_split_words_of_windows(line: str, words: list[str]) -> None:
    assert split_words(_text(line), windows=True) == words


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ('cd /d "C:\\a b" && npx foo 2>nul', ["cd,/d,C:\\a b &&", "npx,foo"]),
        ("set A=b&npx foo|more", ["set,A=b &", "npx,foo |", "more"]),
        ("echo a^&b || c", ["echo,a&b ||", "c"]),
        ("a 'b c'", ["a,'b,c'"]),
    ],
)
def test_commands_of_cmd(line: str, shown: list[str]) -> None:
    assert _shown(windows_commands(_text(line))) == shown


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("Set-Location 'C:\\a b'; npx -y foo", ["Set-Location,C:\\a b ;", "npx,-y,foo"]),
        ('& \'C:\\a b\\npx.cmd\' "x`"y $z"', ['C:\\a b\\npx.cmd,x"y $z']),
        ("irm https://acme.io | iex\nb", ["irm,https://acme.io |", "iex \n", "b"]),
        ("a b` c > d", ["a,b c"]),
    ],
)
def test_commands_of_powershell(line: str, shown: list[str]) -> None:
    assert _shown(windows_commands(_text(line), powershell=True)) == shown


def test_places_in_a_windows_line() -> None:
    line = 'call "C:\\a b\\npx.cmd" --x="c d" > log'
    (command,) = windows_commands(_text(line))
    assert [line[slice(*word.source)] for word in command.words] == ["call", '"C:\\a b\\npx.cmd"', '--x="c d"']
    assert [line[slice(*word.span)] for word in command.words] == ["call", "C:\\a b\\npx.cmd", '--x="c d']
    assert line[slice(*command.span)] == line
    assert command.redirections[0].target == "log"


@settings(deadline=None, max_examples=200)
@given(st.text(st.sampled_from("ab '\"\\`^&|;<>$\n="), max_size=25), st.booleans())
def test_any_windows_line_is_read_into_parts_of_itself(line: str, powershell: bool) -> None:
    for command in windows_commands(_text(line), powershell=powershell):
        assert 0 <= command.span.start < command.span.end <= len(line)
        for word in command.words:
            assert command.span.start <= word.source.start <= word.start <= word.end <= word.source.end
