"""Where files switch the permission checks of agents off, by kind of file, and where they only speak of it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claude_preflight.agents.files import kinds_of
from claude_preflight.agents.unsafe_files import in_file
from claude_preflight.document import Document
from claude_preflight.policy import Policy

SKIP = "--dangerously-skip-permissions"
MODE = "bypassPermissions"


def found(path: str, text: str) -> list[str]:
    """Return the source of what is unsafe in the file, marked `~` if weak, and by what is around it."""
    document = Document(path, text, kinds_of(path) or frozenset(("source",)))
    return [
        f"{'~' if each.weak else ''}{text[slice(*each.span)]}{f' in {each.sandbox.name}' if each.sandbox else ''}"
        for each in (where.found for where in in_file(document, Policy()))
    ]


@pytest.mark.parametrize(
    "text",
    [
        f"claude {SKIP}",
        f"claude \\\n  -p x \\\n  {SKIP}",
        f"claude \\\r\n  {SKIP}\r\n",
        f"\tclaude\t{SKIP}",
        f"if true; then claude {SKIP}; fi",
        f"for f in *; do claude {SKIP} -p $f; done",
        f"x=$(claude {SKIP} -p y)",
        f"alias a='claude {SKIP}'",
        f'tmux new-session -d "claude {SKIP}"',
        f"ssh host 'cd x && claude {SKIP} -p y'",
        f"su - bot -c \"claude {SKIP} -p '$1'\"",
        f"bash <<EOF\nclaude {SKIP}\nEOF\n",
        f"cat > run.sh <<EOF\nclaude {SKIP}\nEOF\n",
        f"echo 'claude {SKIP}' | bash",
        f"echo 'alias a=\"claude {SKIP}\"' >> ~/.zshrc",
        f'set -- "$@" {SKIP}',
        f"FLAG={SKIP}\nclaude $FLAG\n",
        f'local flags="-p {SKIP}"\necho "$flags"',
        f"args+=({SKIP})",
        f"export CLAUDE_ARGS={SKIP}",
        f"claude ${{X:-{SKIP}}}",
        f"while :; do claude -p {SKIP} < PROMPT.md; done",
        f"find . -name '*.ts' | xargs -I{{}} claude {SKIP} -p {{}}",
        f'"$CLAUDE_BIN" {SKIP}',
        f"die() {{ exit 1; }}\nclaude {SKIP} || die",
    ],
)
def test_shell_runs_it(text: str) -> None:
    assert found("run.sh", text) == [SKIP]


@pytest.mark.parametrize(
    "text",
    [
        f"# claude {SKIP}",
        f"true # claude {SKIP}",
        f"echo claude {SKIP}",
        f"echo 'claude {SKIP}' >&2",
        f"printf '%s' {SKIP}",
        f"cat <<EOF\nclaude {SKIP}\nEOF\n",
        f"grep -rn -- {SKIP} .",
        f"! git grep -q -- 'claude {SKIP}'",
        f'FLAG={SKIP}\ngrep -- "$FLAG" x\n',
        f"FORBIDDEN='{SKIP}'",
        f"for f in {SKIP} --yolo; do grep -- $f x; done",
        f"case $1 in {SKIP}) exit 1;; esac",
        f"[[ $1 == {SKIP} ]] && exit 1",
        f'if [ "$1" = {SKIP} ]; then exit; fi',
        f"git commit -m 'claude {SKIP}'",
        f"assert_output --partial 'claude {SKIP}'",
        f"refute_line 'claude {SKIP}'",
        f'log_warn "claude {SKIP} is refused"',
        f"deny 'no claude {SKIP}'",
        f"send 'no claude {SKIP}'",
        f"notify 'claude {SKIP} is not for us'",
        f"complete -W '{SKIP}' claude",
        f"claude -p 'never use {SKIP}'",
        f"claude --append-system-prompt 'Do not run claude {SKIP} ever'",
    ],
)
def test_shell_speaks_of_it(text: str) -> None:
    assert found("run.sh", text) == []


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a.py", f'run(["claude", "-p", p, "{SKIP}"])', [SKIP]),
        ("a.py", f'cmd = ["claude"]\ncmd.append("{SKIP}")', [SKIP]),
        ("a.py", f'if yolo:\n    cmd.append("{SKIP}")', [f"~{SKIP}"]),
        ("a.py", f'os.system(f"claude {SKIP} -p {{p}}")', [SKIP]),
        ("a.py", f'subprocess.run("""\ncd x\nclaude {SKIP}\n""", shell=True)', [SKIP]),
        ("a.py", f'CLAUDE_ARGS = "{SKIP}"', [SKIP]),
        ("a.py", f'Options(permission_mode="{MODE}")', [MODE]),
        ("a.py", f'Options(permission_mode="{MODE}" if x else "plan")', [f"~{MODE}"]),
        ("a.py", f'def f(permission_mode: str = "{MODE}"): ...', [MODE]),
        ("a.py", f'client.set_permission_mode("{MODE}")', [MODE]),
        ("a.py", 'Options(extra_args={"dangerously-skip-permissions": None})', ["dangerously-skip-permissions"]),
        ("a.py", 'env = {"GOOSE_MODE": "auto"}', ["auto"]),
        ("a.py", f'"""Runs claude {SKIP}."""', []),
        ("a.py", f'def f():\n    """\n    claude {SKIP}\n    """', []),
        ("a.py", f'if "{SKIP}" in argv: ...', []),
        ("a.js", f'const words = ["see", "claude", "{SKIP}"]', []),
        ("a.js", f'const words = ["see", "claude", "{SKIP}", "--verbose"]', [SKIP]),
        ("a.js", f'start("docker", ["run", "-it", "img", "claude", "{SKIP}"])', [f"{SKIP} in a container"]),
        ("a.js", f'start("nice", ["-n", "9", "claude", "{SKIP}"])', [SKIP]),
        ("a.py", f'assert "{SKIP}" not in argv', []),
        ("a.py", f'parser.add_argument("{SKIP}")', []),
        ("a.py", f'RULES = [re.compile(r"claude {SKIP}")]', []),
        ("a.py", f'Literal["plan", "{MODE}"]', []),
        ("a.py", f'if mode == "{MODE}": ...', []),
        ("a.py", f"# run(['claude', '{SKIP}'])", []),
        ("a.py", f'print("run claude {SKIP}")', []),
        ("tests/test_a.py", f'claude("{SKIP}")', [SKIP]),
        ("tests/test_a.py", f'claude(without("{SKIP}"))', []),
        ("a.ts", f"spawn('claude', ['-p', p, '{SKIP}'])", [SKIP]),
        ("a.ts", f"exec(`claude {SKIP} -p ${{p}}`)", [SKIP]),
        ("a.ts", f"args.push('{SKIP}')", [SKIP]),
        ("a.ts", f"if (o.skip) args.push('{SKIP}')", [f"~{SKIP}"]),
        ("a.ts", f"return ['{SKIP}'];", [f"~{SKIP}"]),
        ("a.ts", f"const o = {{ permissionMode: '{MODE}', allowDangerouslySkipPermissions: true }}", [MODE]),
        ("a.ts", "const o = { allowDangerouslySkipPermissions: true }", ["~allowDangerouslySkipPermissions: true"]),
        ("a.ts", f"const o = {{ permissionMode: yes ? '{MODE}' : 'plan' }}", [f"~{MODE}"]),
        ("a.ts", f"type M = 'plan' | '{MODE}'", []),
        ("a.ts", f"interface O {{ permissionMode: 'plan' | '{MODE}' }}", []),
        ("a.ts", f"permissionMode: z.enum(['plan', '{MODE}'])", []),
        ("a.ts", f"expect(args).not.toContain('{SKIP}')", []),
        ("a.test.ts", f"expect(f()).toEqual(['claude', '{SKIP}'])", []),
        ("a.ts", f"/* spawn('claude', ['{SKIP}']) */ f(/claude {SKIP}/)", []),
        ("a.ts", f"pty.spawn('docker', ['run', 'box', 'claude', '{SKIP}'])", [f"{SKIP} in a container"]),
        ("a.ts", "//allowDangerouslySkipPermissions: true", []),
        ("a.go", f'exec.Command("claude", "{SKIP}")', [SKIP]),
        ("a.go", f'claudeArgs := []string{{"-p", "{SKIP}"}}', [SKIP]),
        ("a.go", f'claudeArgs := []string{{"{SKIP}", p}}', [SKIP]),
        ("a.go", f'effects := map[string]string{{"{SKIP}": "no prompts"}}', []),
        ("a.rs", f'fn f<\'a>(x: &\'a str) {{ Command::new("claude").arg("{SKIP}"); }}', [SKIP]),
        ("Makefile", f"a:\n\t@claude {SKIP}\n\t@echo claude {SKIP}\n# claude {SKIP}\n", [SKIP]),
        ("justfile", f"a:\n  claude {SKIP}\n  @echo {SKIP}\n", [SKIP]),
        ("crontab", f"0 9 * * 1-5 cd x && claude -p {SKIP} y\n#0 9 * * * claude {SKIP}\n", [SKIP]),
        ("tox.ini", f"[t]\ndescription = claude {SKIP}\n  or claude {SKIP}\ncommands =\n  claude {SKIP}\n", [SKIP]),
        ("tox.ini", f"[t]\ncommands =\n  # claude {SKIP}\n  ; claude {SKIP}\n", []),
        ("bin/run", f"#!/usr/bin/env bash\nclaude {SKIP}\n", [SKIP]),
        ("bin/run", f"#!/usr/bin/python3\nimport os\nos.system('claude {SKIP}')\n", [SKIP]),
        ("bin/run", f"claude {SKIP}\n", []),
        ("notes.txt", f"claude {SKIP}\n", []),
        ("package.json", f'{{"scripts": {{"a": "claude {SKIP}"}}, "description": "claude {SKIP}"}}', [SKIP]),
        ("package.json", f'{{"scripts": {{"\\u0061": "claude \\"x\\" {SKIP}"}}}}', [SKIP]),
        ("package.json", "{", []),
        ("a.json", f'{{"switches": [{{"flags": ["{SKIP}"], "effect": "x"}}]}}', []),
        ("a.json", f'{{"claude": {{"command": "claude", "flags": ["{SKIP}"]}}}}', [SKIP]),
        ("a.yml", f"run: |\n  claude {SKIP}\n  # claude {SKIP}\n", [SKIP]),
        ("a.yml", f"pattern: claude {SKIP}\n", []),
        ("tests/a.yml", f"run: claude {SKIP}\n", []),
    ],
)
def test_files(path: str, text: str, expected: list[str]) -> None:
    assert found(path, text) == expected


NAMES = (
    "a.sh a.py a.ts a.rs a.lua a.bat a.ps1 a.json a.yml a.toml Dockerfile Makefile justfile crontab CLAUDE.md .env x"
)
PIECES = [
    *(
        "claude ",
        SKIP,
        "'",
        '"',
        "`",
        "${",
        "}",
        "(",
        ")",
        "[",
        "{",
        "]",
        "\n",
        "\t",
        "<<EOF",
        "\\",
        "\0",
        "\ud800",
        "#",
    ),
    *(
        "args = ",
        "permission_mode=",
        MODE,
        "codex --yolo",
        "docker run ",
        "FROM x\n",
        "run: ",
        "```",
        "/*",
        '"""',
        "#,",
    ),
]


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(NAMES.split()), st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=14).map("".join)
)
def test_whatever_stands_there(path: str, text: str) -> None:
    document = Document(path, text, kinds_of(path) or frozenset(("source",)))
    spans = [where.found.span for where in in_file(document, Policy())]
    assert len({span.start for span in spans}) == len(spans)
    assert all(0 <= start < end <= len(text) for start, end in spans)


@pytest.mark.parametrize(
    "path", ["a.sh", "a.py", "a.ts", "a.json", "a.yml", "Makefile", "CLAUDE.md", "a.ps1", "Dockerfile"]
)
@pytest.mark.parametrize(
    "piece", ["(", "{[", "'", '"', "`${", f'["{SKIP}",', f"$(claude {SKIP} ", "\\\n", "/", f"x={SKIP} "]
)
def test_large_and_deep(path: str, piece: str) -> None:
    text = f"claude {SKIP}\n" + piece * 3000
    assert all(each.endswith(SKIP) or SKIP in each for each in found(path, text))
