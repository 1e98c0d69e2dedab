"""Where files switch the permission checks of agents off, by kind of file, and where they only speak of it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claude_preflight.agents.files import kinds_of
from claude_preflight.agents.unsafe_files.reader import in_file
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
        ("a.go", f'func f() {{\n\tcmd := exec.CommandContext(ctx, "claude", "-p", p, "{SKIP}")\n}}', [SKIP]),
        ("a.go", f'func f() {{\n\tcmd := exec.CommandContext(ctx, bin, "-p", p, "{SKIP}")\n}}', [SKIP]),
        ("a.py", f'if dangerously_skip_permissions:\n    cmd.append("{SKIP}")', [f"~{SKIP}"]),
        ("a.go", f'o := container.ExecOptions{{Cmd: []string{{"claude", "{SKIP}"}}}}', []),
        ("a.py", f'container.exec_run(["claude", "{SKIP}"])', []),
        ("a.py", f'client.containers.run("image", ["claude", "{SKIP}"])', []),
        ("a.ts", f'const execOptions = {{args: ["claude", "{SKIP}"]}}', [SKIP]),
        ("a.ts", f"import {{ Sandbox }} from 'e2b'\nawait box.commands.run(`claude {SKIP}`)", [f"{SKIP} in a sandbox"]),
        ("a.py", f'from e2b import Sandbox\nbox.commands.run("claude {SKIP}")', [f"{SKIP} in a sandbox"]),
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
        ("a.json", f'{{"autoApproveArgs": ["{SKIP}"], "manualApproveArgs": []}}', [f"~{SKIP}"]),
        ("a.json", f'{{"autostart": {{"args": ["claude", "{SKIP}"]}}}}', [SKIP]),
        ("a.json", f'{{"claude": {{"permissionMode": "{MODE}"}}}}', [MODE]),
        ("a.json", f'{{"claude": {{"permissionMode": "{MODE}", "tools": ["Read"]}}}}', []),
        (".claude/agents/a.md", f"---\nname: a\ntools: Read, Bash\npermissionMode: {MODE}\n---\n", [MODE]),
        (".claude/agents/a.md", f"---\nname: a\ntools: Read, Grep\npermissionMode: {MODE}\n---\n", []),
        (".claude/agents/a.md", f"---\nname: a\ntools: []\npermissionMode: {MODE}\n---\n", [MODE]),
        (
            ".claude/agents/a.md",
            f"---\ntools: Read\nmcpServers: [x]\npermissionMode: {MODE}\n---\n",
            [f"~{MODE}"],
        ),
        ("run.sh", f'MODE=${{M:-{MODE}}}\nclaude --permission-mode "$MODE"', [f"~{MODE}"]),
        ("run.ps1", f'$a = @(\n  "-p",\n  # "--yolo"\n  "{SKIP}"\n)\n& claude @a\n', [SKIP]),
        ("run.ps1", '$a = @("--yolo")\n& "codex" @a\n& acme @a\n', ["--yolo"]),
        ("run.ps1", '$a = @("--yolo")\n& acme @a\n', []),
        ("run.sh", f"FLAGS=${{YOLO:+{SKIP}}}\nclaude $FLAGS", [f"~{SKIP}"]),
        ("run.sh", f"FLAGS=${{FLAGS:-{SKIP}}}\nclaude $FLAGS", [SKIP]),
        ("run.ps1", f'$claudeArgs = @("-p", "{SKIP}")\n', [SKIP]),
        ("run.ps1", f'$forbiddenArgs = @("-p", "{SKIP}")\n', []),
        ("run.ps1", f'$a = @("{SKIP}")\nStart-Process claude -ArgumentList $a\n', [SKIP]),
        (
            "a.plist",
            f"<key>ProgramArguments</key>\n<array><string>claude</string>\n<string>{SKIP}</string></array>",
            [SKIP],
        ),
        (
            "a.plist",
            "<key>ProgramArguments</key><array><string>sh</string><string>-c</string>"
            f"<string>cd x &amp;&amp; claude {SKIP}</string></array>",
            [SKIP],
        ),
        (
            "a.plist",
            f"<key>ProgramArguments</key><array><string>claude</string><!-- <string>{SKIP}</string> --></array>",
            [],
        ),
        ("a.plist", f"<key>Label</key><string>claude {SKIP}</string>", []),
        ("a.kdl", f'pane command="claude" {{ args "-p" "{SKIP}"; }}', [SKIP]),
        ("a.kdl", f'pane command "bash" {{\n  args "-c" "claude {SKIP}"\n  // args "{SKIP}"\n}}', [SKIP]),
        ("a.kdl", 'pane command="acme" { args "--yolo"; }', []),
    ],
)
def test_files(path: str, text: str, expected: list[str]) -> None:
    assert found(path, text) == expected


GO = 'exec.Command("claude", "-p", "' + SKIP + '").Run()'


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        # What stands in front of a block is no talk of what is in it.
        ("a.go", f"func f() error {{\n\treturn {GO}\n}}", [SKIP]),
        ("a.go", f"func f() error {{\n\terr = {GO}\n}}", [SKIP]),
        ("a.go", f"func f() error {{\n\tout, err := {GO}\n}}", [SKIP]),
        ("a.go", f"func f() *MyError {{\n\t{GO}\n}}", [SKIP]),
        ("a.go", f"func f() error {{\n\tif x {{\n\t\t{GO}\n\t}}\n}}", [SKIP]),
        ("a.go", f"c := &cobra.Command{{\n\tRunE: func(a []string) error {{\n\t\treturn {GO}\n\t}},\n}}", [SKIP]),
        ("a.go", 'func f() error {\n\treturn exec.Command("gemini", "--yolo").Run()\n}', ["--yolo"]),
        ("a.go", f'func f() error {{\n\treturn exec.Command("sh", "-c", "claude {SKIP}").Run()\n}}', [SKIP]),
        ("a.swift", f'do {{ try x() }} catch let error {{\n  p.arguments = ["claude", "{SKIP}"]\n}}', [SKIP]),
        ("a.go", f'return Error{{msg: "claude {SKIP}"}}', []),
        ("a.go", f'return &MyError{{"claude {SKIP}"}}', []),
        ("a.rs", f'Err(Error {{ msg: "claude {SKIP}" }})', []),
        ("a.rb", f'log.debug {{ "claude {SKIP}" }}', []),
        ("a.kt", f'logger.info {{ "claude {SKIP}" }}', []),
        ("a.ts", f'const o = {{ error: {{ b: {{ c: ["claude", "-p", "{SKIP}"] }} }} }}', []),
        ("a.ts", f'const o = {{ error: {{ a: {{ b: {{ c: ["claude", "-p", "{SKIP}"] }} }} }} }}', [SKIP]),
        # Whatever becomes of its output, it is run.
        ("a.py", f'print(subprocess.run(["claude", "-p", "{SKIP}"]).stdout)', [SKIP]),
        ("a.py", f'message = subprocess.run(["claude", "-p", "{SKIP}"])', [SKIP]),
        ("a.py", f'print(["claude", "-p", "{SKIP}"])', []),
        ("tests/a.py", f'expect(lambda: run(["claude", "-p", "{SKIP}"]))', []),
        # A function that returns a switch has it ready for somebody.
        ("a.go", f'func flags() []string {{\n\treturn []string{{"{SKIP}"}}\n}}', [f"~{SKIP}"]),
        ("a.go", f'func flags() ([]string, error) {{ return []string{{"{SKIP}"}}, nil }}', [f"~{SKIP}"]),
        ("a.rs", f'fn flags() -> Vec<&str> {{\n    vec!["{SKIP}"]\n}}', [f"~{SKIP}"]),
        ("a.rs", f'fn forbidden_flags() -> Vec<&str> {{\n    vec!["{SKIP}"]\n}}', []),
        ("a.go", f'func deniedFlags() []string {{\n\treturn []string{{"{SKIP}"}}\n}}', []),
        ("a.rs", f'fn f() {{\n    vec!["{SKIP}"];\n    g()\n}}', []),
        ("a.js", f'{{\n  f("{SKIP}")\n}}', []),
        (
            "a.rs",
            f'let a = match c {{\n  C::Codex => vec![],\n  C::Claude => vec!["{SKIP}".into()],\n}};',
            [f"~{SKIP}"],
        ),
        ("a.rs", f'match p {{ P::Bypass => vec!["{SKIP}"], P::Ask => vec![] }}', [f"~{SKIP}"]),
        ("a.rs", f'fn f() {{\n  let args = vec!["{SKIP}"];\n}}', [SKIP]),
        ("a.rs", f'#[cfg(test)]\nmod tests {{\n  fn f() {{\n    let args = vec!["{SKIP}"];\n  }}\n}}', []),
        ("a.rs", f'#[cfg(test)]\nuse x;\nfn f() {{\n  let args = vec!["{SKIP}"];\n}}', [SKIP]),
        # A placeholder that is put in front of a program's name ends a word.
        ("a.js", "exec(`${pre}gemini --yolo -p x`)", ["--yolo"]),
        ("a.py", 'os.system(f"{pre}codex --yolo -p x")', ["--yolo"]),
        ("a.js", "exec(`${pre}minify --yolo -p x`)", []),
        ("a.js", "exec(`${pre}-gemini --yolo -p x`)", []),
        # All arguments in one string, as .NET takes them.
        ("a.cs", f'Process.Start("claude", "-p x {SKIP}");', [SKIP]),
        ("a.cs", f'new ProcessStartInfo("claude") {{ Arguments = "-p x {SKIP}" }};', [SKIP]),
        ("a.cs", f'Process.Start("claude", "- never use {SKIP}");', []),
        # Managing an agent is not starting it.
        ("a.ts", 'spawn("gemini", ["mcp", "add", "x", "npx", "-y", "acme"])', []),
        ("a.py", 'run(["codex", "mcp", "add", "x", "--", "acme", "--yolo"])', []),
        ("a.json", '{"command": "gemini", "args": ["mcp", "add", "x", "npx", "-y", "acme"]}', []),
        ("a.py", 'run(["codex", "exec", "--yolo"])', ["--yolo"]),
    ],
)
def test_source(path: str, text: str, expected: list[str]) -> None:
    assert found(path, text) == expected


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a.ts", f"if (s) {{ return {{permissionMode: '{MODE}'}} }} return {{permissionMode: 'default'}}", True),
        ("a.ts", f"if (s) {{\n  return {{\n    permissionMode: '{MODE}',\n    a: true,\n  }};\n}}\nreturn {{}};", True),
        ("a.ts", f"if (x.yolo) opts.permissionMode = '{MODE}'", True),
        ("a.ts", f"const o = {{ ...(skip && {{ permissionMode: '{MODE}' }}) }}", True),
        ("a.ts", f"const o = skip ? {{ permissionMode: '{MODE}' }} : {{}}", True),
        (
            "a.ts",
            f"if (a) {{\n  o = {{permissionMode: '{MODE}'}};\n}} else {{\n  o = {{permissionMode: 'plan'}};\n}}",
            True,
        ),
        ("a.py", f"if s:\n    return ClaudeAgentOptions(permission_mode='{MODE}')\nreturn None", True),
        ("a.py", f"if s:\n    options.permission_mode = '{MODE}'", True),
        ("a.py", f"if s:\n    client.set_permission_mode('{MODE}')", True),
        ("a.ts", f"if (ready) {{\n  query({{options: {{permissionMode: '{MODE}'}}}})\n}}", False),
        ("a.ts", f"function f(o?: O) {{ return {{permissionMode: '{MODE}'}} }}", False),
        ("a.py", f"if ready:\n    options = ClaudeAgentOptions(\n        permission_mode='{MODE}',\n    )", False),
        ("a.py", f"if __name__ == '__main__':\n    permission_mode = '{MODE}'", False),
        ("a.py", f"if ready:\n    run(query(options=ClaudeAgentOptions(permission_mode='{MODE}')))", False),
        ("a.ts", f"const s = {{ autoApproveArgs: ['{SKIP}'], manualApproveArgs: [] }}", True),
        ("a.ts", f"const s = {{ autoApproveArgs: '{SKIP}' }}", True),
        ("a.go", f'Spec{{\n\tAutoArgs: []string{{"--json", "{SKIP}"}},\n}}', True),
        ("a.py", f"Spec(auto_args=['{SKIP}'], manual_args=[])", True),
        ("a.py", f"auto_args = ['{SKIP}']", False),
        ("a.ts", f"const s = {{ autostart: ['claude', '{SKIP}'] }}", False),
        ("a.ts", f"const s = {{ extraArgs: ['{SKIP}'] }}", False),
    ],
)
def test_what_somebody_may_choose(path: str, text: str, expected: bool) -> None:
    assert [each.startswith("~") for each in found(path, text)] == [expected]


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a.ts", f"query({{prompt, options: {{tools: [], permissionMode: '{MODE}'}}}})", []),
        ("a.ts", f"query({{options: {{permissionMode: '{MODE}', tools: ['Read', 'Grep']}}}})", []),
        ("a.ts", f"query({{options: {{tools: [], mcpServers: {{a}}, permissionMode: '{MODE}'}}}})", [f"~{MODE}"]),
        ("a.ts", f"query({{options: {{tools: [], mcpServers: {{}}, permissionMode: '{MODE}'}}}})", []),
        ("a.ts", f"query({{options: {{tools: ['Read', 'Bash'], permissionMode: '{MODE}'}}}})", [MODE]),
        ("a.ts", f"query({{options: {{tools: ['mcp__a__b'], permissionMode: '{MODE}'}}}})", [MODE]),
        ("a.ts", f"query({{options: {{tools: [...base], permissionMode: '{MODE}'}}}})", [MODE]),
        ("a.ts", f"query({{options: {{tools: {{preset: 'claude_code'}}, permissionMode: '{MODE}'}}}})", [MODE]),
        ("a.ts", f"query({{options: {{allowedTools: [], permissionMode: '{MODE}'}}}})", [MODE]),
        ("a.ts", f"agent({{tools: [], options: {{permissionMode: '{MODE}'}}}})", [MODE]),
        ("a.ts", f"query({{options: {{tools: [], permissionMode: (s ? '{MODE}' : 'plan')}}}})", []),
        ("a.ts", f"const tools = ['Read'];\nquery({{options: {{tools, permissionMode: '{MODE}'}}}})", []),
        ("a.ts", f"const t: string[] = ['Read'];\nquery({{options: {{tools: t, permissionMode: '{MODE}'}}}})", []),
        ("a.ts", f"const t = ['Read'];\nt.push('Bash');\nf({{tools: t, permissionMode: '{MODE}'}})", [MODE]),
        ("a.ts", f"let t = ['Read'];\n  t = all;\nf({{tools: t, permissionMode: '{MODE}'}})", [MODE]),
        ("a.ts", f"f({{tools: t, permissionMode: '{MODE}'}})", [MODE]),
        ("a.ts", "const o = { tools: [], permissionMode: m, allowDangerouslySkipPermissions: true }", []),
        ("a.py", f"ClaudeAgentOptions(tools=[], permission_mode='{MODE}')", []),
        ("a.py", f"ClaudeAgentOptions(tools=['Read'], mcp_servers={{'a': s}}, permission_mode='{MODE}')", [f"~{MODE}"]),
        ("a.py", f"ClaudeAgentOptions(tools=['Read'], mcp_servers=None, permission_mode='{MODE}')", []),
        ("a.py", f"tools = ['Read']\nOptions(\n    tools=tools,\n    permission_mode='{MODE}',\n)", []),
        ("a.py", "Options(tools=[], extra_args={'dangerously-skip-permissions': None})", []),
        ("a.ts", f"spawn('claude', ['-p', '--tools', '', '{SKIP}'])", []),
        ("a.ts", f"spawn('claude', ['-p', '--tools', tools, '{SKIP}'])", [SKIP]),
    ],
)
def test_tools_that_only_read(path: str, text: str, expected: list[str]) -> None:
    assert found(path, text) == expected


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a.ts", f"f({{permissionMode: '{MODE}'}})", '`permissionMode: "dontAsk"` with a narrow `allowedTools`'),
        (
            "a.ts",
            "f({allowDangerouslySkipPermissions: true})",
            '`permissionMode: "dontAsk"` with a narrow `allowedTools`',
        ),
        ("a.py", f"f(permission_mode='{MODE}')", '`permission_mode="dontAsk"` with a narrow `allowed_tools`'),
        ("a.yml", f"permission_mode: {MODE}", "`permission_mode: dontAsk` with a narrow list of allowed tools"),
        ("a.sh", f"claude --permission-mode {MODE}", ""),
        ("a.ts", f"spawn('claude', ['{SKIP}'])", ""),
    ],
)
def test_what_to_use_instead(path: str, text: str, expected: str) -> None:
    document = Document(path, text, kinds_of(path) or frozenset(("source",)))
    assert [where.found.safe for where in in_file(document, Policy())] == [expected]


NAMES = (
    "a.sh a.py a.ts a.go a.rs a.lua a.bat a.ps1 a.json a.yml a.toml a.plist a.kdl Dockerfile Makefile justfile crontab"
    " CLAUDE.md .env x"
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
        "tools: [], ",
        "--tools ''",
        "return ",
        "error {",
        "gemini mcp add ",
        "<key>ProgramArguments</key><array>",
        "<string>",
        "$a = @(",
        "args ",
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
    "path",
    "a.sh a.py a.ts a.go a.json a.yml Makefile CLAUDE.md a.ps1 a.plist a.kdl Dockerfile".split(),
)
@pytest.mark.parametrize(
    "piece",
    [
        *("(", "{[", "'", '"', "`${", "\\\n", "/", "error {\n", "{a}", "<string>", "$a = @(", '"-a" '),
        *(f'["{SKIP}",', f"$(claude {SKIP} ", f"x={SKIP} ", f"{{tools: t, permissionMode: '{MODE}'}},"),
    ],
)
def test_large_and_deep(path: str, piece: str) -> None:
    text = f"claude {SKIP}\n" + piece * 3000
    assert all(SKIP in each or MODE in each for each in found(path, text))
