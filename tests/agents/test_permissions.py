"""What a permission rule matches, by the tables of the documentation and by gitignore's own reading of patterns."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claude_preflight.agents.path_patterns import matches, read_pattern
from claude_preflight.agents.permissions import (
    Anchors,
    Effect,
    Kind,
    PermissionRule,
    Restraints,
    command_pattern,
    covers,
    fits_pattern,
    matches_command,
    meant_rule,
    meant_tool,
    names_tool,
    read_rule,
)
from claude_preflight.syntax.jsonc import read_json
from claude_preflight.syntax.nodes import Sequence, Text
from conftest import git

ALLOW, ASK, DENY = Effect.ALLOW, Effect.ASK, Effect.DENY


def rule(text: str, effect: Effect = DENY) -> PermissionRule:
    return read_rule(Text.at(text, 0, len(text)), effect)


# --- reading ------------------------------------------------------------------------------------------------------

KINDS = {
    Kind.TOOL: "Bash | Bash(*) | Read | Read(*) | PowerShell | WebFetch | Skill(*) | Task | MultiEdit | BashOutput",
    Kind.TOOL_GLOB: "* | B* | mcp__* | mcp__*__write | mcp__git*__x | *Edit",
    Kind.COMMAND: "Bash(ls) | Bash(git status) | Bash(find . -name \\*.py) | PowerShell(Get-Item) | Bash(a\\(b\\))",
    Kind.COMMAND_PATTERN: "Bash(ls:*) | Bash(ls*) | Bash(:*) | Bash(**) | Bash(command:*) | PowerShell(rm:*)",
    Kind.PATH: "Read(.env) | Read(//c/Users/**) | Edit(/src) | Write(x) | Glob(x) | Read(C:/x) | Read(file:/x)",
    Kind.DOMAIN: "WebFetch(domain:a.example) | WebFetch(domain:*) | WebFetch(https://a.example/)",
    Kind.MCP_SERVER: "mcp__github | mcp__github__* | mcp__claude_ai_Gmail | mcp__a-b",
    Kind.MCP_TOOL: "mcp__github__get_issue | mcp__github__get_* | mcp__plugin_a_b__c",
    Kind.AGENT: "Agent(reviewer) | Task(reviewer)",
    Kind.SKILL: "Skill(deploy) | Skill(team:deploy)",
    Kind.PARAMETER: "Agent(model:opus) | Bash(run_in_background:true) | Bash(command:rm) | Read(file_path:/x)"
    " | Grep(path:x) | WebFetch(url:x) | mcp__a__b(x) | mcp__a__b(path:x)",
    Kind.OTHER: "Cd(~/code/**) | Grep(x) | Monitor(x) | bash(ls) | read(.env) | Fetch(x)",
}


@pytest.mark.parametrize(
    ("kind", "text"), [(kind, text) for kind, texts in KINDS.items() for text in texts.split(" | ")]
)
def test_kind(kind: Kind, text: str) -> None:
    assert rule(text).kind is kind


ODD = [
    "",
    " ",
    " Read(.env)",
    "Read(.env) ",
    "Read (.env)",
    "Read(.env",
    "Read.env)",
    "(x)",
    "Bash()",
    "a(b)c",
    "R[.env]",
]


@pytest.mark.parametrize("text", ODD)
def test_malformed(text: str) -> None:
    read = rule(text)
    assert (read.kind, read.effective, read.specifier) == (Kind.MALFORMED, False, None)


def test_parts_keep_their_place() -> None:
    source = '["a", "Bash(echo \\"\\u00e4\\" *)"]'
    root = read_json(source).root
    assert isinstance(root, Sequence)
    read = read_rule([*root.texts()][1], ALLOW)
    assert read.specifier is not None
    assert (read.tool, read.specifier) == ("Bash", 'echo "ä" *')
    assert source[slice(*read.tool.span)] == "Bash"
    assert source[slice(*read.specifier.span)] == 'echo \\"\\u00e4\\" *'
    assert source[slice(*read.text.span)] == 'Bash(echo \\"\\u00e4\\" *)'


# Rule, list, what the reason says; an empty reason is a rule that has an effect.
PROBLEMS = [
    ("Write(.env)", DENY, "one on Edit covers that tool"),
    ("Write(.env)", ASK, "one on Edit covers that tool"),
    ("Write(.env)", ALLOW, "one on Edit covers that tool"),
    ("NotebookEdit(x)", DENY, "one on Edit covers that tool"),
    ("MultiEdit(src/**)", DENY, "one on Edit covers that tool"),
    ("Glob(secrets/**)", DENY, "one on Read covers that tool"),
    ("Write", DENY, ""),
    ("read(.env)", DENY, "it is called Read"),
    ("BASH(rm *)", DENY, "it is called Bash"),
    ("webfetch", DENY, "it is called WebFetch"),
    ("AToolOfNextYear(x)", DENY, ""),
    ("Bash(git:* push)", DENY, "before its end"),
    ("Bash(npm:* test:*)", DENY, "before its end"),
    ("Bash(git push:*)", DENY, ""),
    ("Bash(curl http://localhost:*/x)", DENY, ""),
    ("Bash( rm *)", DENY, "blank at one end"),
    ("Bash(rm * )", DENY, "blank at one end"),
    ("Bash(command:rm *)", DENY, "is ignored: command"),
    ("Bash(command:*)", DENY, ""),
    ("Read(file_path:/etc/passwd)", DENY, "is ignored: file_path"),
    ("WebFetch(url:https://a.example)", DENY, "is ignored: url"),
    ("Agent(model:opus)", DENY, ""),
    ("Agent(model:opus)", ALLOW, "only deny and ask rules may"),
    ("WebFetch(https://a.example)", DENY, "lacks the word domain:"),
    ("WebFetch(domain:https://a.example)", DENY, "more than a host"),
    ("WebFetch(domain:*.a.example)", DENY, ""),
    ("mcp__*", ALLOW, "needs a tool's or a server's name"),
    ("mcp__*", DENY, ""),
    ("*", ALLOW, "needs a tool's or a server's name"),
    ("*", DENY, ""),
    ("mcp__github__*", ALLOW, ""),
    ("mcp__github__get(x)", DENY, "do not take"),
    ("Read(.env .* )", DENY, "stray blank"),
    ("Read( .env)", DENY, "stray blank"),
    ("Read(.env )", DENY, "stray blank"),
    ("Read(.env, .env.*)", DENY, "stray blank"),
    ("Read(*.pem *.key)", DENY, "stray blank"),
    ("Read(My Documents/**)", DENY, ""),
    ("Read(~/Library/Application Support/**)", DENY, ""),
    ("Read({.env,.env.local})", DENY, "alternatives in braces"),
    ("Read(**/*.{pem,key})", DENY, "alternatives in braces"),
    ("Read(${HOME}/.ssh/**)", DENY, "names a variable"),
    ("Read($HOME/.ssh/**)", DENY, "names a variable"),
    ("Read(%USERPROFILE%/.ssh/**)", DENY, "names a variable"),
    ("Read(C:\\Users\\ann\\.ssh\\**)", DENY, "C: as //c/"),
    ("Read(C:/Users/ann/.ssh/**)", DENY, "C: as //c/"),
    ("Read(~\\.ssh\\**)", DENY, "C: as //c/"),
    ("Read(//c/Users/ann/.ssh/**)", DENY, ""),
    ("Read(\\.env)", DENY, ""),
    ("Read(!.env)", DENY, "starts with !"),
    ("Read(#secrets)", DENY, "starts with #"),
    ("Read(**/~/.ssh/**)", DENY, "no home folder"),
    ("Read(~ann/.ssh/**)", DENY, "no home folder"),
    ("Read(/etc/passwd)", DENY, "root of the disk takes two"),
    ("Read(/home/ann/.ssh/**)", DENY, "root of the disk takes two"),
    ("Read(/Users/ann/.ssh/**)", ASK, "root of the disk takes two"),
    ("Read(/c/Users/ann/.ssh/**)", DENY, "root of the disk takes two"),
    ("Read(/Users/ann/.ssh/**)", ALLOW, ""),
    ("Read(/src/etc/**)", DENY, ""),
    ("Read(/private/**)", DENY, ""),
    ("Read(//etc/passwd)", DENY, ""),
    ("Bash(echo ())", DENY, "empty pair of parentheses"),
    ("Bash", DENY, ""),
]


@pytest.mark.parametrize(("text", "effect", "reason"), PROBLEMS)
def test_problem(text: str, effect: Effect, reason: str) -> None:
    read = rule(text, effect)
    assert reason in read.problem
    assert read.effective is (not reason)


@pytest.mark.parametrize(
    ("text", "tool"),
    [
        ("Write(x)", "Edit"),
        ("MultiEdit(x)", "Edit"),
        ("Glob(x)", "Read"),
        ("read(.env)", "Read"),
        ("webfetch", "WebFetch"),
        ("write(x)", ""),
        ("Read(.env)", ""),
        ("Read(C:/x)", ""),
        ("Bash(git:* push)", ""),
    ],
)
def test_tool_that_was_meant(text: str, tool: str) -> None:
    assert meant_tool(rule(text)) == tool


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Read(/home/ann/.env)", "Read(//home/ann/.env)"),
        ("Edit(/etc/**)", "Edit(//etc/**)"),
        ("Write(.github/**)", "Edit(.github/**)"),
        ("Glob(/Users/ann/.ssh/**)", "Read(//Users/ann/.ssh/**)"),
        ("read(~/.ssh/**)", "Read(~/.ssh/**)"),
        ("Read($HOME/.aws/**)", "Read(~/.aws/**)"),
        ("Read(%USERPROFILE%\\.aws\\**)", "Read(~/.aws/**)"),
        ("Read(C:\\Users\\ann\\.ssh\\**)", "Read(~/.ssh/**)"),
        ("Read(D:/secrets/**)", "Read(//d/secrets/**)"),
        ("Read(~//.ssh/**)", "Read(~/.ssh/**)"),
        ("Read(//srv//x)", "Read(//srv/x)"),
        ("Read( .env)", "Read(.env)"),
        ("WebFetch(acme.example)", "WebFetch(domain:acme.example)"),
        ("webfetch", "WebFetch"),
        ("Read(~/.{ssh,aws}/**)", ""),
        ("Read($SECRETS/**)", ""),
        ("Read(!x)", ""),
        ("Read(a())", ""),
        ("WebFetch(https://acme.example/x)", ""),
        ("Bash(curl:* -u ann:x)", ""),
        ("bash(rm *)", ""),
        ("Read[.env]", ""),
    ],
)
def test_rule_that_was_meant(text: str, meant: str) -> None:
    assert meant_rule(rule(text, Effect.DENY)) == meant


# --- paths --------------------------------------------------------------------------------------------------------

# Pattern; what a deny rule of it covers; what it does not. Paths are below home, absolute, or in the project.
DENIED = [
    (".env", ".env a/.env a/b/.env .env/x", ".env.local x.env ~/.env /.env .envrc"),
    ("./.env", ".env a/.env", ".env.local ~/.env"),
    ("/.env", ".env .env/x", "a/.env ~/.env /.env"),
    ("**/.env", ".env a/.env a/b/.env", "~/.env /srv/.env"),
    ("//**/.env", ".env a/.env ~/.env /srv/.env", ".env.local"),
    (".env*", ".env .env.local a/.envrc", "env a/env"),
    (".env.*", ".env.local a/.env.production", ".env .envrc"),
    ("*.env", ".env x.env a/b/x.env", ".env.local"),
    ("**/*.pem", "a.pem a/b.pem", "a.pem.txt ~/a.pem"),
    (".env/", ".env/x a/.env/x", ".env a/.env"),
    ("secrets/**", "secrets/x a/secrets/x secrets/a/b", "secrets secret/x"),
    ("./secrets/**", "secrets/x a/secrets/x", "secrets secret/x"),
    ("/secrets/**", "secrets/x secrets/a/b", "a/secrets/x secrets"),
    ("a/secrets/**", "a/secrets/x a/secrets/b/c", "b/a/secrets/x secrets/x"),
    ("secrets/*", "secrets/x secrets/a/b", "a/secrets/x secrets"),
    ("secrets", "secrets secrets/x a/secrets a/secrets/x", "secret"),
    ("**", ".env a/b", "~/x /etc/passwd"),
    ("/**", ".env a/b", "~/x /etc/passwd"),
    ("//**", ".env ~/.ssh/id_rsa /etc/passwd", ""),
    ("~/**", "~/.ssh/id_rsa ~/x", ".env /etc/passwd"),
    ("~/.ssh/**", "~/.ssh/id_rsa ~/.ssh/a/b", "~/.ssh ~/.sshx/a .ssh/id_rsa ~/a/.ssh/id_rsa"),
    ("~/.ssh", "~/.ssh ~/.ssh/id_rsa ~/.ssh/a/b", "~/.sshx .ssh/id_rsa"),
    ("~/.ssh/", "~/.ssh/id_rsa", "~/.ssh .ssh/id_rsa"),
    ("~/.ssh/*", "~/.ssh/id_rsa ~/.ssh/a/b", "~/.ssh"),
    ("~/.ssh/id_*", "~/.ssh/id_rsa ~/.ssh/id_ed25519", "~/.ssh/config ~/.ssh/a/id_rsa"),
    ("~/.s?h/**", "~/.ssh/id_rsa", "~/.sssh/id_rsa"),
    ("~/.[as]*/**", "~/.ssh/id_rsa ~/.aws/credentials", "~/.kube/config"),
    ("~/.[!k]*/**", "~/.ssh/id_rsa", "~/.kube/config"),
    ("~/**/id_rsa", "~/.ssh/id_rsa ~/id_rsa ~/a/b/id_rsa", "a/id_rsa"),
    ("**/.ssh/**", ".ssh/id_rsa a/.ssh/id_rsa", "~/.ssh/id_rsa"),
    ("//**/.ssh/**", "~/.ssh/id_rsa /root/.ssh/x a/.ssh/x", "~/.sshx/a"),
    ("//home/*/.ssh/**", "~/.ssh/id_rsa /home/ann/.ssh/id_rsa", "/root/.ssh/id_rsa ~/.aws/x"),
    ("//home/user/.ssh/**", "~/.ssh/id_rsa", "/home/ann/.ssh/id_rsa"),
    ("//etc/**", "/etc/passwd /etc/ssh/sshd_config", "etc/passwd ~/etc/x"),
    ("//proc/*/environ", "/proc/1/environ", "/proc/1/cmdline /proc/1/2/environ"),
    ("src/*.ts", "src/a.ts", "src/a/b.ts a/src/a.ts"),
    ("src/**/*.ts", "src/a.ts src/a/b/c.ts", "a/src/a.ts src/a.js"),
    ("a/**/b/**/c", "a/b/c a/x/b/y/z/c a/b/c/d", "a/c x/a/b/c"),
    ("[a-c].txt", "a.txt x/c.txt", "d.txt -.txt"),
    ("[]x].txt", "].txt x.txt", "[.txt"),
    ("[!]x].txt", "a.txt", "].txt x.txt"),
    ("[a].txt", "a.txt", "b.txt"),
    ("\\*.txt", "*.txt", "a.txt"),
    ("a\\", "", "a a\\"),
    ("[a", "", "[a a"),
    ("a?c", "abc", "ac a/c abbc"),
    ("", "", "a .env"),
    ("/", "", "a"),
    ("../x", "", "x a/x"),
]
ALLOWED = [
    ("src/**", "src/a src/a/b", "x/src/a src"),
    ("/src/**", "src/a", "x/src/a"),
    ("src", "src src/a x/src x/src/a", "srcs"),
    ("a/src/**", "a/src/x", "b/a/src/x"),
    (".env", ".env a/.env", ".env.local"),
    ("~/.ssh/**", "~/.ssh/x", ".ssh/x"),
    ("//**", "/etc/passwd ~/x a", ""),
    ("*", "a a/b", "~/x"),
    ("**", "a a/b", "~/x"),
]
COVERAGE = [
    (text, effect, path, covered)
    for effect, table in ((DENY, DENIED), (ALLOW, ALLOWED))
    for text, inside, outside in table
    for paths, covered in ((inside, True), (outside, False))
    for path in paths.split()
]


@pytest.mark.parametrize(("pattern", "effect", "path", "covered"), COVERAGE)
def test_path_coverage(pattern: str, effect: Effect, path: str, covered: bool) -> None:
    read = PermissionRule(*rule(f"Read({pattern or 'x'})", effect))._replace(
        specifier=Text.at(pattern, 0, 0), kind=Kind.PATH, problem=""
    )
    assert covers(read, path) is covered


@pytest.mark.parametrize(
    ("text", "covered"),
    [
        ("Read", True),
        ("Read(*)", True),
        ("*", True),
        ("R*", True),
        ("Read(.env)", True),
        ("Write(.env)", False),
        ("Read(.env .* )", False),
        ("Bash(cat .env)", False),
        ("Read(.env", False),
        ("Read({.env,x})", False),
    ],
)
def test_only_rules_with_an_effect_cover(text: str, covered: bool) -> None:
    assert covers(rule(text), ".env") is covered


def test_anchors_are_those_of_the_caller() -> None:
    anchors = Anchors("/Users/ann", "/Users/ann/code/shop")
    assert covers(rule("Read(~/**)"), ".env", anchors)
    assert covers(rule("Read(//Users/*/.ssh/**)"), "~/.ssh/id_rsa", anchors)
    assert covers(rule("Read(/src/x)"), "/Users/ann/code/shop/src/x", anchors)
    assert not covers(rule("Read(//home/*/.ssh/**)"), "~/.ssh/id_rsa", anchors)


SEGMENT = st.sampled_from(
    ["a", "b", "ab", "*", "**", "?", "a*", "*b", "[ab]", "[!a]", ".env", ".e*", "a?b", "\\*", "[a-c]"]
)
NAME = st.sampled_from(["a", "b", "ab", "c", "axb", ".env", ".env.x", "*"])
PATTERN = st.builds(
    lambda front, segments, back: f"{front}{'/'.join(segments)}{back}",
    st.sampled_from(["", "/"]),
    st.lists(SEGMENT, min_size=1, max_size=4),
    st.sampled_from(["", "/"]),
)
PATHS = st.lists(st.lists(NAME, min_size=1, max_size=5).map("/".join), min_size=1, max_size=12, unique=True)


def test_patterns_match_as_git_reads_them(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    exclude = tmp_path / ".git/info/exclude"

    @settings(max_examples=60, deadline=None)
    @given(PATTERN, PATHS)
    def agree(pattern: str, paths: list[str]) -> None:
        exclude.write_text(f"{pattern}\n")
        command = ["git", "-C", str(tmp_path), "check-ignore", "--no-index", "-z", "--stdin"]
        done = subprocess.run(command, input="\0".join(paths), capture_output=True, text=True, check=False)
        ignored = set(done.stdout.split("\0"))
        read = read_pattern(pattern)
        assert {path for path in paths if matches(read, path.split("/"))} == ignored - {""}

    agree()


# --- commands -----------------------------------------------------------------------------------------------------

# Rule; the command; whether a deny rule matches it, and whether an allow rule does.
COMMANDS = [
    ("Bash(ls)", "ls", True, True),
    ("Bash(ls)", "ls -la", False, False),
    ("Bash(ls *)", "ls", True, True),
    ("Bash(ls *)", "ls -la", True, True),
    ("Bash(ls *)", "lsof", False, False),
    ("Bash(ls*)", "lsof", True, True),
    ("Bash(ls:*)", "ls", True, True),
    ("Bash(ls:*)", "ls -la", True, True),
    ("Bash(ls:*)", "lsof", False, False),
    ("Bash(git push:*)", "git push origin main", True, True),
    ("Bash(git push *)", "git pull", False, False),
    ("Bash(git * main)", "git push origin main", True, True),
    ("Bash(git * main)", "git main", False, False),
    ("Bash(* --force)", "git push --force", True, True),
    ("Bash(* --force)", "git push --force x", False, False),
    ("Bash(git * push *)", "git -C x push", False, False),
    ("Bash(git * push *)", "git -C x push y", True, True),
    ("Bash(*rm*)", "firm", True, True),
    ("Bash", "anything at all", True, True),
    ("Bash(*)", "anything && at all", True, True),
    ("Bash(:*)", "anything", True, True),
    ("Bash(rm *)", "ls && rm x", True, False),
    ("Bash(rm *)", "ls; rm x", True, False),
    ("Bash(rm *)", "ls | rm x", True, False),
    ("Bash(rm *)", "ls\nrm x", True, False),
    ("Bash(rm *)", "rm a && rm b", True, True),
    ("Bash(rm *)", "FOO=1 rm -rf x", True, False),
    ("Bash(rm *)", "NODE_ENV=test rm x", True, True),
    ("Bash(rm *)", "timeout 5 rm x", True, True),
    ("Bash(rm *)", "timeout -k 1 5 rm x", True, True),
    ("Bash(rm *)", "nice -n 5 rm x", True, True),
    ("Bash(rm *)", "nohup time rm x", True, True),
    ("Bash(rm *)", "stdbuf -o L rm x", True, True),
    ("Bash(rm *)", "command rm x", True, True),
    ("Bash(rm *)", "xargs rm x", True, True),
    ("Bash(rm *)", "xargs -n1 rm x", False, False),
    ("Bash(rm *)", "sudo rm x", False, False),
    ("Bash(rm *)", "npx rm x", False, False),
    ("Bash(rm *)", "bash -c 'rm x'", False, False),
    ("Bash(rm *)", "echo 'a; rm x'", False, False),
    ("Bash(rm *)", "echo $(rm x)", True, False),
    ("Bash(timeout *)", "timeout 5 rm x", True, True),
    ("Bash(echo \\* x)", "echo * x", True, True),
    ("Bash(echo \\* x)", "echo a x", False, False),
    ("Bash(echo \\(a\\))", "echo (a)", False, False),
    ("PowerShell(Remove-Item *)", "rm x", True, True),
    ("PowerShell(remove-item *)", "Remove-Item x", True, True),
    ("PowerShell(iex *)", "Invoke-Expression $x", True, True),
    ("Bash(Remove-Item *)", "rm x", False, False),
    ("Read(rm *)", "rm x", False, False),
    ("mcp__a", "rm x", False, False),
    ("Bash(rm *)", "", False, False),
    ("Bash(git:* push)", "git push", False, False),
]


@pytest.mark.parametrize(("text", "command", "denied", "allowed"), COMMANDS)
def test_command(text: str, command: str, denied: bool, allowed: bool) -> None:
    assert matches_command(rule(text, DENY), command) is denied
    assert matches_command(rule(text, ALLOW), command) is allowed


def test_pattern_over_tool_names_denies_commands() -> None:
    assert matches_command(rule("B*"), "ls")
    assert not matches_command(rule("R*"), "ls")
    assert not matches_command(rule("B*", ALLOW), "ls")
    assert names_tool(rule("mcp__*"), "mcp__a__b")


@pytest.mark.parametrize(
    ("text", "pattern"),
    [("Bash", "*"), ("Bash(*)", "*"), ("Bash(:*)", "*"), ("Bash(a:*)", "a *"), ("Bash(a\\(b\\\\\\))", "a(b\\)")],
)
def test_command_pattern(text: str, pattern: str) -> None:
    assert command_pattern(rule(text)) == pattern


# Rules that deny or ask, what is allowed, and whether they win over all of it.
RESTRAINED = [
    ("Bash", "Bash(python3 *)", True),
    ("*", "Bash(python3 *)", True),
    ("P*", "Bash(python3 *)", False),
    ("Bash(python3 *)", "Bash(python3:*)", True),
    ("Bash(python3:*)", "Bash(python3 -c *)", True),
    ("Bash(python3 -c *)", "Bash(python3 *)", False),
    ("Bash(python*)", "Bash(python3 *)", True),
    ("Bash(* | bash)", "Bash(curl *)", False),
    ("Bash(*)", "Bash(curl *)", True),
    ("Bash(curl *)", "Bash(*)", False),
    ("Bash(curl)", "Bash(curl *)", False),
    ("PowerShell(curl *)", "Bash(curl *)", False),
    ("PowerShell(Remove-Item *)", "PowerShell(rm *)", True),
    ("Read", "Bash(cat *)", False),
    ("bash(curl *)", "Bash(curl *)", False),
]


@pytest.mark.parametrize(("restraint", "allowed", "stopped"), RESTRAINED)
def test_what_wins_over_a_rule_that_allows(restraint: str, allowed: str, stopped: bool) -> None:
    permitted = rule(allowed, ALLOW)
    assert Restraints([rule(restraint)]).stop(permitted.tool, command_pattern(permitted)) is stopped


@settings(max_examples=200, deadline=None)
@given(st.text("a* \\", max_size=12), st.text("a \\", max_size=12))
def test_pattern_fits_as_a_regular_expression_would(pattern: str, command: str) -> None:
    parts = pattern.replace("\\*", "\0").split("*")
    expression = ".*".join(re.escape(part.replace("\0", "*")) for part in parts)
    bare = len(parts) == 2 and not parts[1] and pattern.endswith(" *") and command == pattern[:-2]
    assert fits_pattern(pattern, command) is bool(bare or re.fullmatch(expression, command))


# --- anything -----------------------------------------------------------------------------------------------------


@settings(max_examples=300, deadline=None)
@given(
    st.text()
    | st.builds("{}({})".format, st.sampled_from(["Bash", "Read", "mcp__a", "*", "Write", "WebFetch"]), st.text()),
    st.sampled_from(list(Effect)),
    st.text(),
)
def test_no_text_is_too_odd(text: str, effect: Effect, other: str) -> None:
    read = rule(text, effect)
    assert str(read.text) == text
    assert text.startswith(read.tool)
    assert read.kind is not Kind.MALFORMED or read.problem
    covers(read, other or "x")
    matches_command(read, other)
    Restraints([read]).stop("Bash", other)
