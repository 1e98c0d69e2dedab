"""Ways to write an MCP server past the hooks that read its entry: what a client would still do must be reported.

Each row is one file of its own folder; all folders are checked in one run. `KNOWN_LIMITS` are the evasions that are
still missed, each with the reason; the test asserts that they are, so that the list stays true.
"""

from __future__ import annotations

import json
import shlex
from base64 import b64encode
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claude_preflight.agents.audit_launch import launch_fingerprint
from claude_preflight.agents.launch import Launch, all_of, take_apart
from claude_preflight.agents.mcp import servers
from claude_preflight.document import Document
from claude_preflight.examine import Options, examine
from claude_preflight.syntax.nodes import Text
from conftest import git, write
from credentials import characters, sample

Line = str | list[str]
Row = tuple[str, str, str]  # path, content, rule

HOOKS = (
    *("mcp-filesystem-scope", "mcp-pinned-version", "mcp-package-identity", "mcp-transport", "mcp-token-scope"),
    *("mcp-project-scope", "mcp-audit", "agent-config-schema", "agent-file-secrets"),
)
UNPINNED, MALICIOUS, LOOK_ALIKE = "unpinned-version", "malicious-package", "lookalike-package"
ROOT, HOME, CREDENTIALS = "filesystem-root", "filesystem-home", "filesystem-credentials"
OUTSIDE, PERSONAL = "filesystem-outside-project", "filesystem-personal-folder"
MOUNT, SOCKET, PRIVILEGED = "container-host-mount", "container-engine-socket", "container-privileged"
HTTP, DISGUISED, TUNNEL, BEYOND_ASCII = "plain-http", "disguised-host", "tunnel-host", "host-beyond-ascii"
SYNTAX, DUPLICATE, MISSPELT, INVALID = "config-syntax", "duplicate-key", "misspelt-key", "invalid-setting"
SECRET, BROAD_TOKEN, EVERYTHING, SCOPE = "literal-secret", "broad-token", "everything-enabled", "broad-oauth-scope"
TLS_OFF = "tls-verification-off"

FILES = "@modelcontextprotocol/server-filesystem@2026.8.31"
GITHUB = "ghcr.io/github/github-mcp-server:v0.10.0"
TOKEN = sample("github-pat-classic")


def entry(line: Line, **more: object) -> str:
    """Return an `.mcp.json` with the server that `line`, as a shell splits it or as words, starts."""
    command, *args = shlex.split(line) if isinstance(line, str) else line
    return json.dumps({"mcpServers": {"s": {"command": command, "args": args, **more}}})


def remote(url: str, **more: object) -> str:
    return json.dumps({"mcpServers": {"s": {"type": "http", "url": url, **more}}})


def started(rule: str, *lines: Line) -> list[Row]:
    return [(".mcp.json", entry(line), rule) for line in lines]


def reached(rule: str, *urls: str) -> list[Row]:
    return [(".mcp.json", remote(url), rule) for url in urls]


def opened(rule: str, *paths: str) -> list[Row]:
    return [(".mcp.json", entry(["npx", "-y", FILES, path]), rule) for path in paths]


def held(rule: str, *contents: str, path: str = ".mcp.json") -> list[Row]:
    return [(path, content, rule) for content in contents]


def escaped(text: str) -> str:
    return "".join(f"\\u{ord(letter):04x}" for letter in text)


def encoded(line: str) -> str:
    return b64encode(line.encode("utf-16-le")).decode()


PLAIN = '{"command": "npx", "args": ["acme-notes"]}'
TABLE = f'{{"mcpServers": {{"s": {PLAIN}}}}}'
BUNDLE = f'{{"manifest_version": "0.3", "name": "n", "server": {{"type": "node", "mcp_config": {PLAIN}}}}}'
RECIPE = "title: N\nprompt: Go\nextensions:\n  - {type: stdio, name: s, cmd: npx, args: [acme-notes]}\n"
FRONT = "---\nname: a\ndescription: b\n%s---\nText.\n"
AGENT = FRONT % "mcpServers:\n  s:\n    command: npx\n    args: [acme-notes]\n"
LISTED = "mcpServers:\n  - name: s\n    command: npx\n    args: [acme-notes]\n"

# How the file is spelled.
SPELLINGS: list[Row] = [
    *held(
        UNPINNED,
        '{"mcp\\u0053ervers": {"s": {"\\u0063ommand": "npx", "\\u0061rgs": ["acme-notes"]}}}',
        '{"mcpServers": {"s": {"command": "npx", "args": ["a@1.0.0"], "args": ["acme-notes"]}}}',
        f'{{"mcpServers": {{}}, "mcpServers": {{"s": {PLAIN}}}}}',
        f'{{"mcpServers": {{"s": {{"command": "npx", "args": ["a@1.0.0"]}}, "s": {PLAIN}}}}}',
        f'{{"mcpServers": {{"__proto__": {PLAIN}}}}}',
        f'{{"mcpServers": {{"s": {{"config": {{"command": "npx", "args": ["a@1.0.0"]}}, {PLAIN[1:]}}}}}',
        f'{{"mcpServers": {{"s": {{"transport": {{"command": "npx", "args": ["a@1.0.0"]}}, {PLAIN[1:]}}}}}',
        '{"mcpServers": {"s": {"command": "npx -y acme-notes"}}}',
        '{"mcpServers": {"s": {"command": "npx", "args": ["-y acme-notes"]}}}',
        '{"mcpServers": {"s": {"command": "npx", "args": ["-y", 1, "acme-notes"]}}}',
        "\ufeff" + TABLE,
        TABLE.replace(" ", "\r\n\t"),
        TABLE.replace(" ", "\r"),
        f'{{"pad": "{"a" * 100_000}", {TABLE[1:]}',
        f'{{"pad": {"[" * 90}{"]" * 90}, {TABLE[1:]}',
    ),
    *held(ROOT, f'{{"mcpServers": {{"s": {{"command": "npx", "args": ["{FILES}", "\\u002f"]}}}}}}'),
    *held(
        UNPINNED,
        f'// a\n{{"servers": {{/* b */"s": {PLAIN},}},}}',
        f'// a\r{{"servers": {{"s": {PLAIN}}}}}',
        '{"servers": {"s": {"command": "npx", "args": [/* "acme-notes@1.0.0" */ "acme-notes"]}}}',
        path=".vscode/mcp.json",
    ),
    *held(SYNTAX, "{context_servers: {s: {command: 'npx', args: ['acme-notes']}}}", path=".zed/settings.json"),
    *held(
        SYNTAX, f'{{"pad": {"[" * 150}{"]" * 150}, {TABLE[1:]}', f"// a\n{TABLE}", TABLE[:-1] + ",}", f"\u00a0{TABLE}"
    ),
    *held(SYNTAX, f"\ufeff\ufeff{TABLE}", f"{TABLE}\x1a", TABLE.replace("acme-", "acme\t"), TABLE.replace('"', "'")),
    *held(DUPLICATE, '{"mcpServers": {"s": {"command": "npx", "args": ["a@1.0.0"], "a\\u0072gs": ["a@1.0.0"]}}}'),
    *held(
        DUPLICATE,
        '{"permissions": {"deny": ["Read(.env)"]}, "permission\\u0073": {}}',
        path=".claude/settings.json",
    ),
    *held(
        MISSPELT,
        *(f'{{"permissions": {{"{key}": ["Read(.env)"]}}}}' for key in ("ԁeny", "deny ", "Deny", "deny\u200b")),
        '{"Permissions": {"deny": ["Read(.env)"]}}',
        path=".claude/settings.json",
    ),
    *held(MISSPELT, TABLE.replace("mcpServers", "ｍcpServers")),
    *held(INVALID, '{"permissions": {"deny": "Read(.env)"}}', path=".claude/settings.json"),
    *held(
        UNPINNED,
        'mcp_servers.s.command = "npx"\nmcp_servers.s.args = ["acme-notes"]\n',
        'mcp_servers = { s = { command = "npx", args = ["acme-notes"] } }\n',
        '[mcp_servers]\ns = { command = "npx", args = ["acme-notes"] }\n',
        '["mcp_servers"."s"]\n"command" = \'npx\'\nargs = [\n "acme-notes", # a\n]\n',
        '["mcp\\u005fservers".s]\ncommand = """npx"""\nargs = ["acme-notes"]\n',
        '\ufeff[mcp_servers.s]\r\ncommand = "npx"\r\nargs = ["acme-notes"]\r\n',
        path=".codex/config.toml",
    ),
    *held(
        UNPINNED,
        "x: &x\n  command: npx\n  args: [acme-notes]\nmcpServers:\n  - name: s\n    <<: *x\n",
        "x: &x acme-notes\nmcpServers:\n  - {name: s, command: npx, args: [*x]}\n",
        "x: &x [acme-notes]\nmcpServers:\n  - {name: s, command: npx, args: *x}\n",
        f"? mcpServers\n:{LISTED[11:]}",
        LISTED.replace("mcpServers", '"mcp\\x53ervers"'),
        LISTED.replace("npx", "!!str npx"),
        LISTED.replace("npx", ">-\n      npx"),
        f"%YAML 1.2\n---\n{LISTED}",
        "{mcpServers: [{name: s, command: npx, args: [acme-notes]}]}\n",
        path=".continue/config.yaml",
    ),
]

# Where a server is declared.
PLACES: list[Row] = [
    *((path, TABLE, UNPINNED) for path in ("sub/.mcp.json", ".cursor/mcp.json", ".roo/mcp.json", ".amazonq/mcp.json")),
    *((path, TABLE, UNPINNED) for path in (".github/mcp.json", ".junie/mcp/mcp.json", ".kiro/settings/mcp.json")),
    *((path, TABLE, UNPINNED) for path in (".gemini/settings.json", ".qwen/settings.json", "gemini-extension.json")),
    *((path, TABLE, UNPINNED) for path in (".claude-plugin/plugin.json", "claude_desktop_config.json", "mcp.json")),
    *((path, TABLE, UNPINNED) for path in ("qwen-extension.json", ".qwen/settings.local.json", ".continuerc.json")),
    *((path, TABLE, UNPINNED) for path in (".MCP.JSON", "app/.Mcp.json", ".Cursor/MCP.json", ".Gemini/Settings.Json")),
    *((path, RECIPE, UNPINNED) for path in ("recipe.yaml", ".goose/recipes/a/notes.yml", ".Goose/Recipes/Notes.yaml")),
    ("recipe.json", f'{{"prompt": "x", "extensions": [{{"name": "s", {PLAIN[1:]}]}}', UNPINNED),
    *held(UNPINNED, BUNDLE, BUNDLE.replace("mcp_config", "mcp_conf\\u0069g"), path="manifest.json"),
    *held(SYNTAX, BUNDLE[:-1] + ",}", path="manifest.json"),
    (
        *(
            ".continue/config.json",
            f'{{"experimental": {{"modelContextProtocolServers": [{{"transport": {PLAIN}}}]}}}}',
        ),
        UNPINNED,
    ),
    ("plugin/.mcp.json", f'{{"s": {PLAIN}}}', UNPINNED),
    (".mcp.json", f'{{"mcpServers": {{}}, "servers": {{"s": {PLAIN}}}}}', UNPINNED),
    (".claude-plugin/plugin.json", f'{{"name": "x", "mcpServers": ["./a.json", {{"s": {PLAIN}}}]}}', UNPINNED),
    (".claude-plugin/plugin.json", f'{{"name": "x", "mcpServers": {TABLE}}}', UNPINNED),
    (".claude-plugin/plugin.json", f'{{"name": "x", "mcpServers": [{TABLE}]}}', UNPINNED),
    (".claude-plugin/marketplace.json", f'{{"plugins": [{{"name": "p", {TABLE[1:-1]}}}]}}', UNPINNED),
    (
        ".claude/settings.json",
        f'{{"extraKnownMarketplaces": {{"m": {{"source": {{"source": "settings", "plugins": [{TABLE}]}}}}}}}}',
        UNPINNED,
    ),
    (".claude/settings.json", f'{{"managedMcpServers": {{"s": {PLAIN}}}}}', UNPINNED),
    (".claude.json", f'{{"projects": {{"/x": {TABLE}}}}}', UNPINNED),
    (".gemini/settings.json", '{"mcp": {"serverCommand": "npx acme-notes"}}', UNPINNED),
    (".vscode/settings.json", f'{{"mcp": {{"servers": {{"s": {PLAIN}}},}},}}', UNPINNED),
    (".vscode/settings.json", f'{{"mcp.servers": {{"s": {PLAIN}}}}}', UNPINNED),
    ("x.code-workspace", f'{{"settings": {{"mcp.servers": {{"s": {PLAIN}}}}}}}', UNPINNED),
    *(
        (".devcontainer/devcontainer.json", f'{{"customizations": {{"{editor}": {table}}}}}', UNPINNED)
        for editor in ("vscode", "cursor")
        for table in (
            f'{{"mcp": {{"servers": {{"s": {PLAIN}}}}}}}',
            f'{{"settings": {{"mcp.servers": {{"s": {PLAIN}}}}}}}',
        )
    ),
    (
        ".zed/settings.json",
        '{"context_servers": {"s": {"command": {"path": "npx", "args": ["acme-notes"]}}}}',
        UNPINNED,
    ),
    (".opencode/opencode.jsonc", '{"mcp": {"s": {"type": "local", "command": ["npx", "acme-notes"]},}}', UNPINNED),
    (".config/goose/config.yaml", "extensions:\n  s: {type: stdio, cmd: npx, args: [acme-notes]}\n", UNPINNED),
    (".claude/agents/deep/a.md", AGENT, UNPINNED),
    (".claude/agents/a.md", "\ufeff" + AGENT.replace("\n", "\r\n"), UNPINNED),
    (".claude/agents/a.md", AGENT.replace("mcpServers", '"\\u006dcpServers"'), UNPINNED),
    (".gemini/agents/a.md", FRONT % LISTED, UNPINNED),
    (".github/agents/a.agent.md", AGENT.replace("mcpServers", "mcp-servers"), UNPINNED),
    ("setup.sh", f"claude mcp add fs -- npx -y {FILES} /\n", ROOT),
    ("setup.sh", "claude mcp add -s project notes -- npx -y acme-notes\n", UNPINNED),
    ("setup.sh", f"codex mcp add fs -- npx {FILES} /\ngemini mcp add fs npx {FILES} /\n", ROOT),
    ("setup.sh", f"""claude mcp add-json fs '{{"command": "npx", "args": ["{FILES}", "/"]}}'\n""", ROOT),
    ("setup.sh", f"""code --add-mcp '{{"name": "s", "command": "npx", "args": ["{FILES}", "/"]}}'\n""", ROOT),
    ("setup.sh", f"claude -p hi --mcp-config='{TABLE}'\n", UNPINNED),
    ("setup.sh", f"cat > .mcp.json <<'EOF'\n{entry(['npx', FILES, '/'])}\nEOF\n", ROOT),
    ("run.sh", f'D=/\nexec npx -y {FILES} "$D"\n', ROOT),
    ("run.sh", 'PKG=@modelcontextprotocol/server-filesystem\nexec npx -y "$PKG" .\n', UNPINNED),
    ("run.cmd", f"@echo off\r\n@npx -y {FILES} C:\\\r\n", ROOT),
    ("run.ps1", f"npx -y {FILES} C:\\\n", ROOT),
    ("claude_desktop_config.json", TABLE, "user-level-servers"),
    (".claude/settings.json", TABLE, "servers-without-effect"),
]

# How a launcher is told what to start.
LAUNCHERS: list[Row] = started(
    UNPINNED,
    *(
        "NPX acme-notes",
        "Npx.CMD acme-notes",
        "npx.exe acme-notes",
        ["C:\\Program Files\\nodejs\\npx.cmd", "acme-notes"],
    ),
    *("npx -yp acme-notes acme", "npx --package=acme-notes acme", "npx -p=acme-notes acme", "npx -- acme-notes"),
    *("npx -p a@1.0.0 -p acme-notes acme", "npx -p acme-notes -c acme", "npx -c 'npx acme-notes'"),
    *("npm exec -- acme-notes", "npm x acme-notes", "npm exe acme-notes", "npm --prefix /x exec acme-notes"),
    *("npm exec npx acme-notes", "npm exec --call 'npx acme-notes'", "npx -y npm@10.0.0 exec acme-notes"),
    *("npx -y npx@10.0.0 acme-notes", "npx -y pnpm@9.0.0 dlx acme-notes", "npx bun@1.0.0 x acme-notes"),
    *("pnpm --silent dlx acme-notes", "pnpm --package=acme-notes dlx acme", "yarn dlx -p acme-notes acme"),
    *("bun --bun x acme-notes", "bunx --bun acme-notes", "bun run npx acme-notes", "corepack pnpm dlx acme-notes"),
    *("deno run -A npm:acme-notes", "deno run npm:/acme-notes", "deno -A jsr:@acme/notes", "deno x acme-notes"),
    *("deno run https://acme.io/mod.ts", "deno run https://esm.sh/acme-notes", "deno run https://unpkg.com/acme-notes"),
    *("uvx --from=acme-notes acme", "uv tool run acme-notes", "uv --directory /x tool run acme-notes"),
    *("uv run --with acme-notes acme", "uv run --with a==1.0.0,acme-notes acme", "uvx --with acme-notes a@1.0.0"),
    *("uv run npx acme-notes", "uv run -- uvx acme-notes", "uvx --from uv==0.9.0 uvx acme-notes", "uvx uvx acme-notes"),
    *("pipx run --spec acme-notes acme", "python -m pipx run acme-notes", "python -mpipx run acme-notes"),
    *("py -3 -m uv tool run acme-notes", "python -I -muv tool run acme-notes"),
    *("docker container run acme/notes", "DOCKER.EXE run acme/notes", "docker --context x run acme/notes"),
    *(
        "podman-remote run acme/notes",
        "finch run acme/notes",
        "container run acme/notes",
        "lima nerdctl run acme/notes",
    ),
    *("docker run -i node:20.1.0 npx acme-notes", "docker run --entrypoint npx node:20.1.0 acme-notes"),
    *("docker run --entrypoint=npx node:20.1.0 acme-notes", "docker run node:20.1.0 sh -c 'npx acme-notes'"),
    *("go run github.com/acme/notes@latest", "dnx acme.notes", "dotnet tool exec acme.notes"),
    *(
        "npx github:acme/notes",
        "npx acme/notes",
        "npx git+ssh://git@github.com/acme/notes",
        "npx https://acme.io/x.tgz",
    ),
    *("npx x@npm:@acme/notes", "npx x@npm:acme-notes@latest", "npx x@github:acme/notes", "npx x@https://acme.io/x.tgz"),
    *("npx acme-notes@", "npx acme-notes@^1.0.0", "npx 'acme-notes@1.0.0 || 2'", "npx acme-notes@1.x"),
    *("npx acme-notes@${V:-latest}", "npx ${P:-acme-notes}", "npx ${P:-acme-notes}@latest", "${N:-npx} acme-notes"),
)

# Programs around a launcher.
NESTED: list[Row] = started(
    UNPINNED,
    *("cmd /c npx acme-notes", "cmd.exe /d /s /C npx acme-notes", "cmd /cnpx acme-notes", "cmd '/c npx acme-notes'"),
    *(["cmd", "/c", '"C:\\nodejs\\npx.cmd"', "acme-notes"], ["cmd", "/s", "/k", '"npx"', '"acme-notes"']),
    *(["cmd", "/c", '"npx acme-notes"'], ["powershell", "-Command", "&", "'C:\\a b\\npx.cmd'", "acme-notes"]),
    *("uvenv run acme-notes", "uvenv run --python 3.12 acme-notes"),
    *("cmd /c start /b npx acme-notes", "cmd /c set A=b&& npx acme-notes", "cmd //c npx acme-notes"),
    *("bash -lc 'npx acme-notes'", "bash -exc 'npx acme-notes'", "bash --norc -c 'npx acme-notes'"),
    *("sh -c 'PKG=acme-notes; exec npx $PKG'", "sh -c 'npx $0' acme-notes", "sh -c 'npx \"$@\"' -- acme-notes"),
    *("sh -c '\"$@\"' sh npx acme-notes", 'sh -c \'exec "$0" "$@"\' npx acme-notes', "sh -c 'npx ${1}' sh acme-notes"),
    *(
        "bash -c \"eval 'npx acme-notes'\"",
        "bash -c '$(which npx) acme-notes'",
        "bash -c '`command -v npx` acme-notes'",
    ),
    *("bash -c \"n''px acme-notes\"", "bash -c 'n\\px acme-notes'", ["bash", "-c", "$'\\x6epx' acme-notes"]),
    *(
        "bash -c '(npx acme-notes)'",
        "bash -c 'if true; then npx acme-notes; fi'",
        "bash -c 'f() { npx acme-notes; }; f'",
    ),
    *(
        "bash -c 'bash -c \"npx acme-notes\"'",
        "bash -c 'cat x | npx acme-notes | tee y'",
        "bash -c 'npx acme-notes <x'",
    ),
    *(
        "busybox sh -c 'npx acme-notes'",
        "tcsh -c 'npx acme-notes'",
        "nu -c 'npx acme-notes'",
        "rbash -c 'npx acme-notes'",
    ),
    *("env -i npx acme-notes", "env -S 'npx acme-notes'", "env -Snpx\\ acme-notes", "env -iS 'npx acme-notes'"),
    *("env - npx acme-notes", "env PKG=x npx acme-notes", "env --split-string='npx acme-notes'"),
    *(
        "xargs -I{} npx acme-notes",
        "timeout 10 npx acme-notes",
        "script -qc 'npx acme-notes'",
        "flock x npx acme-notes",
    ),
    *("strace -f npx acme-notes", "systemd-run --user --pipe npx acme-notes", "bwrap --dev-bind / / npx acme-notes"),
    *("tini -s -- npx acme-notes", "su user -c 'npx acme-notes'", "tmux new-session 'npx acme-notes'"),
    *("sandbox-exec -p x npx acme-notes", "proxychains4 -q npx acme-notes", "find . -exec npx acme-notes ;"),
    *(
        "ssh host npx acme-notes",
        "ssh -p 22 a@host -- npx acme-notes",
        "ssh host 'npx acme-notes'",
        "wsl ~ -e npx acme-notes",
    ),
    *(
        "wsl -d Ubuntu -- npx acme-notes",
        "wsl bash -lc 'npx acme-notes'",
        "gcloud compute ssh box '--command=npx acme-notes'",
    ),
    *("volta run --node 20 npx acme-notes", "mise x node@20 -- npx acme-notes", "nodenv exec npx acme-notes"),
    *(
        "nix shell nixpkgs#nodejs -c npx acme-notes",
        "nix-shell -p nodejs --run 'npx acme-notes'",
        "devbox run npx acme-notes",
    ),
    *(
        "docker exec -i box npx acme-notes",
        "docker compose run --rm app npx acme-notes",
        "kubectl exec -i p -- npx acme-notes",
    ),
    *("docker-compose exec -T app npx acme-notes", "devcontainer exec --workspace-folder . npx acme-notes"),
    *(
        "powershell -Command 'npx acme-notes'",
        "pwsh -NoP -NonI -C 'npx acme-notes'",
        "powershell /Command npx acme-notes",
    ),
    *(
        "powershell –Command npx acme-notes",
        "powershell -Command '& { npx acme-notes }'",
        "powershell -c 'iex \"npx acme-notes\"'",
    ),
    *(f"powershell {flag} {encoded('npx acme-notes')}" for flag in ("-EncodedCommand", "-enc", "-e", "-ec", "/e")),
    *("""node -e "require('child_process').execSync('npx acme-notes')" """,),
    *("""node --eval "require('child_process').spawn('npx', ['-y', 'acme-notes'])" """,),
    *("""python -c "import subprocess; subprocess.run(['npx', 'acme-notes'])" """,),
    *("""python3 -c "__import__('os').execvp('npx', ['npx', 'acme-notes'])" """,),
    *(
        """ruby -e "exec('npx acme-notes')" """,
        """perl -e 'exec "npx acme-notes"' """,
        "php -r 'passthru(\"npx acme-notes\");'",
    ),
    *("node /usr/lib/node_modules/npm/bin/npx-cli.js acme-notes", "node --no-warnings /x/npm-cli.js exec acme-notes"),
    *(
        "npx supergateway@1.0.0 --stdio 'npx acme-notes'",
        "uvx mcpo==0.1 -- npx acme-notes",
        "npx nodemon@3.0.0 --exec 'npx acme-notes'",
    ),
    *(
        "npx concurrently@8.0.0 'npx acme-notes'",
        "acme-proxy --cmd npx acme-notes",
        "acme-proxy --run='npx acme-notes'",
    ),
)

# What a server may use of the machine.
REACHES: list[Row] = [
    *opened(
        ROOT, "//", "/.", "/..", "/tmp/..", "/*", " / ", "'/'", "/proc/self/root", "/proc/1/root/", "/ETC", "/host"
    ),
    *opened(ROOT, "/mnt/c", "/c/", "/cygdrive/c", "C:", "c:\\", "C:/", "\\\\?\\C:\\", "\\\\.\\C:\\", "//?/C:/", "\\"),
    *opened(
        ROOT,
        "\\\\localhost\\C$",
        "\\\\127.0.0.1\\c$\\",
        "\\\\?\\GLOBALROOT\\Device\\HarddiskVolume1\\",
        "C:\\Users\\..",
    ),
    *opened(ROOT, "file:///", "FILE:///", "file:/", "file://localhost/", "file:///%2F", "file:///C:/", "file:///C%3A/"),
    *opened(
        ROOT, "${X:-/}", "${X-/}", "${X:=/}", "~/../..", "${HOME}/../..", "%SystemDrive%\\", "%SYSTEMROOT%", "%WINDIR%"
    ),
    *opened(
        ROOT, "${env:SystemDrive}\\", "$env:SystemDrive\\", "%ProgramData%", "C:\\PROGRA~1", "/Volumes/Macintosh HD"
    ),
    *opened(ROOT, "/System/Volumes/Data", "/run/media", "/run/host", "/private/etc"),
    *opened(HOME, "~/.", "~/x/..", "~root", "~kim/", "/home/kim/.", "/home//kim//", "/users", "$HOME/", "${HOME}\\.."),
    *opened(HOME, "${HOME:?}", "${HOME%/}", "${env:USERPROFILE}", "%userprofile%", "$Env:HOME", "{env:HOME}", "~/.."),
    *opened(
        HOME, "C:\\USERS\\kim\\", "C:\\Documents and Settings\\kim", "/mnt/c/Users/kim", "/var/root", "file:///home"
    ),
    *opened(CREDENTIALS, "~kim/.ssh", "~/.SSH", "$HOME/.ssh", "~/.ssh/./", "$XDG_CONFIG_HOME", "${XDG_CONFIG_HOME}"),
    *opened(PERSONAL, "%OneDrive%", "%APPDATA%", "/c/users/kim/documents"),
    *opened(OUTSIDE, "$(pwd)/../..", "$PWD/../..", "${workspaceFolder}/../..", "..\\..", "x/../../..", "~+/../.."),
    *opened(OUTSIDE, "$(git rev-parse --show-toplevel)/../..", "\\\\server\\share"),
    *started(
        ROOT,
        *(
            f"npx {FILES} ./src /",
            f"npx {FILES} -- /",
            f"npx -y -p {FILES} mcp-server-filesystem /",
            ["npx", f"{FILES} /"],
        ),
        *(
            "node node_modules/@modelcontextprotocol/server-filesystem/dist/index.js /",
            "node_modules/.bin/mcp-server-filesystem /",
        ),
        *(["node_modules\\.bin\\mcp-server-filesystem.cmd", "C:\\"], f"npx x@npm:{FILES} /"),
        *(
            "npx @ModelContextProtocol/Server-Filesystem@2026.8.31 /",
            f"bash -c 'cd / && npx {FILES} .'",
            f"env -C / npx {FILES} .",
        ),
        *(f"sh -c 'D=/; npx {FILES} $D'", f"sh -c 'npx {FILES} \"$1\"' sh /", f"sh -c 'npx {FILES} \"$@\"' sh /"),
        *(
            "uvx mcp_server_git==2026.1.1 --repository=/",
            "uvx mcp-server-git==2026.1.1 -r/",
            "python -mmcp_server_git -r /",
        ),
        *("npx a@1.0.0 --allowed-directories ./src,/", "npx a@1.0.0 --allowedDirectories=./src:/"),
        "npx a@1.0.0 '--allowed-directories=[\"/\"]'",
    ),
    *started(HOME, f"bash -c 'cd && npx {FILES} .'"),
    *held(ROOT, *(entry(f"npx {FILES} .", cwd=cwd) for cwd in ("/", "C:\\", "${X:-/}"))),
    *held(HOME, entry(f"npx {FILES} ./", cwd="~"), entry(f"npx {FILES} ..", cwd="/home/kim/x")),
    *held(
        ROOT, *(entry("npx a@1.0.0", env={"ALLOWED_DIRECTORIES": value}) for value in ("./src:/", "./src,/", '["/"]'))
    ),
    *started(
        MOUNT,
        *(
            f"docker run {option} acme/n:1.0.0"
            for option in ("-v=/:/x", "-v/:/x", "-itv /:/x", "--volume=/:/x:ro", "-v //:/x")
        ),
        *(f"docker run --mount {value} acme/n:1.0.0" for value in ("type=bind,src=/,dst=/x", "TYPE=bind,SRC=/,DST=/x")),
        "docker run --mount 'type=bind,\"source=/\",target=/x' acme/n:1.0.0",
        "docker run --mount type=volume,dst=/x,volume-opt=type=none,volume-opt=o=bind,volume-opt=device=/ acme/n:1.0.0",
        *(
            f"docker run -v {path}:/x acme/n:1.0.0"
            for path in ("c:/", "//c/", "/var/run", "/proc/self/root", "'${X:-/}'", "'~'")
        ),
        *(
            "sudo docker run -v /:/x acme/n:1.0.0",
            "ssh host docker run -v /:/x acme/n:1.0.0",
            "finch run -v /:/x acme/n:1.0.0",
        ),
    ),
    *started(
        SOCKET,
        "docker run -v //var/run/docker.sock:/x acme/n:1.0.0",
        "docker run -v '$XDG_RUNTIME_DIR/docker.sock:/x' acme/n:1.0.0",
        ["docker", "run", "-v", "\\\\.\\pipe\\docker_engine:\\\\.\\pipe\\docker_engine", "acme/n:1.0.0"],
        "docker run --use-api-socket acme/n:1.0.0",
        "docker run -e DOCKER_HOST=tcp://host.docker.internal:2375 acme/n:1.0.0",
    ),
    *started(
        PRIVILEGED,
        *(f"docker run --privileged={value} acme/n:1.0.0" for value in ("true", "TRUE", "1", "t")),
        *(f"docker run --cap-add={value} acme/n:1.0.0" for value in ("all", "CAP_ALL", "sys_admin", "SYS_MODULE")),
        *("docker run --pid host acme/n:1.0.0", "docker run --device /dev/sda:/dev/xvda acme/n:1.0.0"),
        "docker run --security-opt systempaths=unconfined acme/n:1.0.0",
    ),
]

# Whom a server is reached at.
ADDRESSES: list[Row] = [
    *reached(
        HTTP,
        "HTTP://mcp.evil.io/x",
        " http://mcp.evil.io/x",
        "ws://mcp.evil.io",
        "http://mcp.evil.io?x",
        "http://mcp.evil.io.",
    ),
    *reached(
        HTTP,
        "http://a@b@mcp.evil.io/",
        "http://mcp.evil.io/localhost",
        "http://mcp.evil.io#@localhost/",
        "http://8.8.8.8./",
    ),
    *reached(
        HTTP,
        "http://[::ffff:8.8.8.8]/",
        "http://[::ffff:808:808]/",
        "http://[64:ff9b::808:808]/",
        "http://[::1]@mcp.evil.io/",
    ),
    *reached(HTTP, "${B:-http://mcp.evil.io}/x", "http://${H:-mcp.evil.io}/x", "${S:-http}://mcp.evil.io/x"),
    *reached(DISGUISED, "http:/mcp.evil.io/", "https:mcp.evil.io", "https:///mcp.evil.io/", "https:\\\\mcp.evil.io\\x"),
    *reached(
        DISGUISED,
        "https://mcp.evil.io\\@mcp.notion.com/",
        "https://mcp.notion.com\\@mcp.evil.io",
        "ht\ttps://mcp.evil.io/",
    ),
    *reached(
        DISGUISED,
        "https://mcp.ev\nil.io/",
        "https://mcp.evil%2eio/",
        "https://%6dcp.evil.io/",
        "http://mcp.evil.io%00.localhost/",
    ),
    *reached(
        DISGUISED,
        "http://localhost@mcp.evil.io/",
        "https://api.github.com%2f@mcp.evil.io/",
        "http://localhost%40mcp.evil.io/",
    ),
    *reached(
        DISGUISED, "http://localhost:80@mcp.evil.io/", "http://127.0.0.1.mcp.evil.io/", "http://foo.127.0.0.1.nip.io/x"
    ),
    *reached(DISGUISED, "http://134744072/", "http://0x08080808/", "http://010.010.010.010/", "http://8.8.2056/"),
    *reached(DISGUISED, "https://gіthub.com/mcp", "http://mcp.evil.io:/mcp", "https://abc.ngrok-free%2eapp/"),
    *reached(
        BEYOND_ASCII,
        "https://xn--gthub-n4a.com/",
        "https://ｇithub.com/",
        "https://mcp\u00ad.evil.io/",
        "https://mcp。evil。io/",
    ),
    *reached(TUNNEL, "https://ABC.NGROK-FREE.APP./x", "https://abc.trycloudflare.com:443/"),
    *reached("public-address", "https://[2001:4860:4860::8888]/"),
    (
        ".gemini/settings.json",
        '{"mcpServers": {"s": {"url": "https://a.evil.io", "httpUrl": "http://b.evil.io"}}}',
        HTTP,
    ),
    *started(HTTP, "npx mcp-remote@0.2.0 --url http://mcp.evil.io/x", "npx --registry=http://npm.evil.io acme@1.0.0"),
    *held(HTTP, entry("npx acme@1.0.0", env={"npm_config_registry": "http://npm.evil.io"})),
    *held(TLS_OFF, entry("npx acme@1.0.0", env={"NODE_TLS_REJECT_UNAUTHORIZED": "${X:-0}"})),
    *started(
        TLS_OFF,
        *(
            "sh -c 'export NODE_TLS_REJECT_UNAUTHORIZED=0; npx acme@1.0.0'",
            "env NODE_TLS_REJECT_UNAUTHORIZED=0 npx acme@1.0.0",
        ),
        *("cmd /c set NODE_TLS_REJECT_UNAUTHORIZED=0&& npx acme@1.0.0", "npx --strict-ssl=false acme@1.0.0"),
    ),
]

# Which package is started.
NAMES: list[Row] = [
    *started(
        MALICIOUS,
        *("npx POSTMARK-MCP@1.0.16", "npx x@npm:postmark-mcp@1.0.16", "npx -p a@1.0.0 -p postmark-mcp@1.0.16 x"),
        "npx https://registry.example.org/postmark-mcp/-/postmark-mcp-1.0.16.tgz",
        "deno run npm:/postmark-mcp@1.0.16",
        *("deno run https://esm.sh/postmark-mcp@1.0.16", "deno run https://unpkg.com/postmark-mcp@1.0.16/x.js"),
        *(
            "docker run node:20.1.0 npx postmark-mcp@1.0.16",
            "ssh host npx postmark-mcp@1.0.16",
            "npx ${P:-postmark-mcp}@1.0.16",
        ),
        *(
            "bash -c \"npx post''mark-mcp@1.0.16\"",
            "node node_modules/postmark-mcp/index.js",
            "npx npm@10.0.0 x postmark-mcp@1.0.16",
        ),
    ),
    *started(
        LOOK_ALIKE,
        *("npx @modelcontextprotocoI/server-filesystem@1.0.0 .", "npx x@npm:@modelcontextprotoco1/server-github@1.0.0"),
        *("npx @mοdelcontextprotocol/server-github@1.0.0", "npx @modelcontextprotocol\u200b/server-github@1.0.0"),
        "uvx mcp-server-gіt==1.0.0",
    ),
    *started("launcher-subcommand", "uvx run mcp-server-git"),
    *started("archived-package", "npx @ModelContextProtocol/server-github@2025.4.8"),
]

# What commands register.
COMMANDS: list[Row] = [
    *held(
        HTTP,
        "claude mcp add -t http x http://mcp.evil.io/\n",
        "claude  mcp\tadd x \\\n  --transport=sse \\\r\n  http://mcp.evil.io/\n",
        "true && npx -y @anthropic-ai/claude-code@2.1.330 mcp add x 'HTTP://mcp.evil.io/'\n",
        "claude mcp add ok https://a.io && claude mcp add x http://mcp.evil.io/\n",
        'U=http://mcp.evil.io/\nclaude mcp add -t http x "$U"\n',
        'su dev -c "claude mcp add -t http x http://mcp.evil.io/"\n',
        'claude mcp add-json x \'{"url": "http:\\/\\/mcp.evil.io/"}\'\n',
        "codex mcp add x --url http://mcp.evil.io/\n",
        "claude mcp add x -- npx -y mcp-remote@0.1.38 http://mcp.evil.io/\n",
        "npx -y mcp-remote@0.1.38 http://mcp.evil.io/ --allow-http\n",
        path="setup.sh",
    ),
    ("setup.cmd", "@claude mcp add -t http x http://mcp.evil.io/\r\n", HTTP),
    ("Dockerfile", "FROM node\nRUN npm ci && \\\n claude mcp add -t http x http://mcp.evil.io/\n", HTTP),
    ("CLAUDE.md", "It's `claude mcp add -t http x http://mcp.evil.io/` that you need.\n", HTTP),
    (".gitlab-ci.yml", "a:\n  script:\n    - 'claude mcp add -t http x http://mcp.evil.io/'\n", HTTP),
    (".devcontainer.json", '{"postCreateCommand": "claude mcp add -t http x http://mcp.evil.io/"}', HTTP),
]

# What a server is granted, and secrets.
GRANTS: list[Row] = [
    *held(
        EVERYTHING,
        *(
            remote(url)
            for url in ("https://API.githubcopilot.com:443/mcp//x/all/", "https://api.githubcopilot.com./mcp/x/all")
        ),
        *(
            remote(f"https://api.githubcopilot.com/mcp/x/{path}")
            for path in ("./all", "repos/../all", "%61ll", "a/%2E%2e/all")
        ),
        remote("https://api.githubcopilot.com/mcp/", headers={"x-mcp-toolsets": " all "}),
        entry(f"docker run -e GITHUB_TOOLSETS {GITHUB}", env={"GITHUB_TOOLSETS": "${T:-all}"}),
    ),
    *started(
        EVERYTHING,
        *(f"docker run -e GITHUB_TOOLSETS=repos,ALL {GITHUB}", "github-mcp-server --toolsets all stdio"),
        *(
            "sh -c 'GITHUB_TOOLSETS=all exec github-mcp-server stdio'",
            "cmd /c set GITHUB_TOOLSETS=all&& github-mcp-server stdio",
        ),
    ),
    *held(SCOPE, remote("https://x.acme.io", oauth={"scopes": "openid,https://www.googleapis.com/auth/drive"})),
    *held(SCOPE, entry("acme", env={"GOOGLE_SCOPES": "https://www.googleapis.com/auth/drive"})),
    *started(BROAD_TOKEN, f"docker run -e G={TOKEN} acme/n:1.0.0", f"sh -c 'G={TOKEN} exec x'", f"env G={TOKEN} x"),
    *started(
        SECRET,
        f"x --token={TOKEN}",
        f"sh -c \"x --token {TOKEN[:20]}''{TOKEN[20:]}\"",
        ["x", json.dumps({"token": TOKEN})],
    ),
    *reached(
        SECRET,
        f"https://{TOKEN}@x.acme.io/mcp",
        f"https://x.acme.io/mcp/{TOKEN}/sse",
        f"https://x.acme.io?token=%67{TOKEN[1:]}",
    ),
    *held(
        SECRET,
        f'{{"mcpServers": {{"s": {{"command": "x", "env": {{"G": "{escaped(TOKEN)}"}}}}}}}}',
        f'{{"mcpServers": {{"s": {{"command": "x", "env": {{"G": "{TOKEN}", "G": "a"}}}}}}}}',
        f'{{"mcpServers": {{"s": {{"command": "x", "env": {{"{TOKEN}": "a"}}}}}}}}',
        f'{{"mcpServers": {{"{TOKEN}": {{"command": "x"}}}}}}',
        f'{{"pad": {"[" * 150}"{TOKEN}"{"]" * 150}}}',
        f'{{"a": "{TOKEN}"',
        f'{{"a": 1}}\n# {TOKEN}',
        remote("https://x.acme.io", headers={"Authorization": "Basic " + b64encode(f"kim:{TOKEN}".encode()).decode()}),
        remote("https://x.acme.io", headersHelper=f'echo \'{{"Authorization": "Bearer {TOKEN}"}}\''),
        remote("https://x.acme.io", oauth={"clientId": "x", "clientSecret": characters("word", 32)}),
        entry("x", env={"A": f"${{A:-${{B:-{TOKEN}}}}}"}),
        "\ufeff" + entry("x", env={"A": TOKEN}).replace(" ", "\r\n"),
    ),
    *held(SECRET, f"// {TOKEN}\n{{}}", f'{{"servers": {{/* {TOKEN} */}}}}', path=".vscode/mcp.json"),
    *held(
        SECRET,
        f"a: 1\n---\nb: {TOKEN}\n",
        f"# {TOKEN}\na: 1\n",
        f'a: "{TOKEN[:15]}\\\n    {TOKEN[15:]}"\n',
        f'a: "\\x67{TOKEN[1:]}"\n',
        path=".continue/config.yaml",
    ),
    *held(
        SECRET,
        f'a = "\\u0067{TOKEN[1:]}"\n',
        f'a = """\\\n  {TOKEN}"""\n',
        f'x = =\na = "{TOKEN}"\n',
        path=".codex/config.toml",
    ),
]

# Passwords in instructions, however people write them down.
PASSWORD = "Paxg" + "4723&Udyf"
WRITTEN_DOWN: list[Row] = [
    *held(
        SECRET,
        f"| Host | User | Password |\n|:-----|------|---------:|\n| a | ops | {PASSWORD} |\n",
        f"> Contraseña (prod) | Usuario\n> --- | ---\n> `{PASSWORD}` | ops\n",
        f"* **Login**: `ops@acme.io` / `{PASSWORD}`\n",
        f"SSH: root@10.0.0.5 / {PASSWORD}\n",
        f"Basic auth: `admin`:`{PASSWORD}`\n",
        f"Password for the old database (read only) : {PASSWORD}\r\n",
        f"Mot de passe du serveur\u00a0: {PASSWORD}\n",
        f"The root password was set to {PASSWORD}.\n",
        f"管理员密码是{PASSWORD}。\n",
        f"パスワードは「{PASSWORD}」です\n",
        f"Şifre: {PASSWORD}\n",
        f"Clé API\u202f: {characters('alnum', 32)}\n",
        f"Run `echo '{PASSWORD}' | sudo -S make install`.\n",
        f"Call https://api.telegram.org/bot{sample('telegram-bot-token')}/getMe\n",
        "- Password: " + "hwpqy" + "VrXtNzc\n",
        path="CLAUDE.md",
    ),
]

EVASIONS: list[Row] = [
    *WRITTEN_DOWN,
    *(*SPELLINGS, *PLACES, *LAUNCHERS, *NESTED, *REACHES),
    *(*ADDRESSES, *NAMES, *COMMANDS, *GRANTS),
]

# What looks like an evasion and is none: no hook may say anything.
TWINS: list[tuple[str, str]] = [
    *(
        ("CLAUDE.md", content)
        for content in (
            "| User | Password |\n|---|---|\n| admin@acme.io | `Manager123!` |\n| ops | 8 characters, 1 Digit |\n",
            "| Provider | API key |\n|---|---|\n| Acme | `ACME_API_KEY` in `.env` |\n",
            "| Token | Use |\n|---|---|\n| `--color-primary-500` | buttons |\n",
            "Login: admin@acme.io / Student123!, or `user` / `P@ssw0rd1`\n",
            "The password is SHA256-hashed, the token is RS256-signed, and the secret is HKDF-Expand1-derived.\n",
            "Clone git@github.com:acme/Notes2App.git and copy it to ops@acme.io:Back-Up1.tar\n",
            "Auth: Bearer / X-API-Key2; login: https://acme.io:8443/Admin1X\n",
            "Password (min 8 chars, 1 digit): `Aa1!aaaaX9`\n",
            '- Password field: `autoComplete="current-password1"`\n',
            "password: getPasswordFromEnv, secret: clientSecretValue, token: accessTokenFromCookie\n",
            "DB_PASSWORD=shop_dev_2024, then `echo $PASSWORD | sudo -S make install`\n",
        )
    ),
    *(
        (".mcp.json", entry(line))
        for line in (
            *(
                "echo npx acme-notes",
                "echo 'npx acme-notes'",
                "acme-server --note 'see docker and npx'",
                "acme-server --runner npx",
            ),
            *("node server.js --name docker", 'python -c \'print("uv", "npm")\'', "node -e \"console.log('npx')\""),
            *(
                "bash -c 'npx acme-notes@1.2.3'",
                "sh -c 'P=acme-notes@1.2.3; npx $P'",
                "sh -c 'npx \"$@\"' sh acme-notes@1.2.3",
            ),
            *("ssh host npx acme-notes@1.2.3", "npx -p a@1.0.0 -p b@2.0.0 c", "uvx --with a==1.0.0 b==2.0.0"),
            *(
                "docker run node:20.1.0 npx acme-notes@1.2.3",
                "docker run -v ./data:/data node:20.1.0 npx acme-notes@1.2.3 /",
            ),
            *(
                f"docker run node:20.1.0 npx {FILES} /",
                "npx ${P:-acme-notes@1.2.3}",
                "npx npm@10.0.0 exec acme-notes@1.2.3",
            ),
            *(
                "node node_modules/acme-notes/index.js ../x",
                "npx https://registry.example.org/acme-notes/-/acme-notes-1.2.3.tgz",
            ),
            *(
                f"powershell -enc {encoded('npx acme-notes@1.2.3')}",
                "cmd /c set A=b&& npx acme-notes@1.2.3",
                ["cmd", "/c", '"npx"', '"acme-notes@1.2.3"', '"./src"'],
                "powershell -File x.ps1",
            ),
            *("docker run --privileged=false acme/n:1.0.0", "docker run --device /dev/dri acme/n:1.0.0"),
            *("docker run --cap-add=NET_ADMIN acme/n:1.0.0", "docker run -v /var/run/postgresql:/x acme/n:1.0.0"),
            *("docker run -e DOCKER_HOST acme/n:1.0.0", "docker run --mount type=volume,src=data,dst=/x acme/n:1.0.0"),
            *(
                f"bash -c 'cd sub && npx {FILES} .'",
                f"env -C sub npx {FILES} .",
                "npx a@1.0.0 --allowed-directories ./src,./docs",
            ),
            *(
                f"npx {FILES} {path}"
                for path in ("./src", "'$(pwd)'", "'${workspaceFolder}/src'", "'file://${workspaceFolder}'")
            ),
            *(
                f"npx {FILES} {path}"
                for path in ("~/src/acme", "/srv/acme/data", "'%ProgramData%/acme'", "/home/kim/src", "/opt/x")
            ),
        )
    ),
    *(
        (".mcp.json", remote(url))
        for url in (
            *(
                "https://mcp.acme.io/a%20b",
                "https://mcp.acme.io/a\\b",
                "https://mcp.acme.io/x?u=https:///a",
                "http://localhost:80/",
            ),
            *(
                "https://%HOST%/mcp",
                "https://${HOST}/mcp",
                "https://${H:-mcp.acme.io}/mcp",
                "http://[::1]:80/",
                " https://mcp.acme.io\n",
            ),
        )
    ),
    ("setup.sh", f"echo 'claude mcp add fs -- npx {FILES} /'\n"),
    ("setup.sh", f"claude mcp add fs -- npx -y {FILES} ./src\n"),
    ("setup.sh", f'D=/\nif x; then D=./src; fi\nnpx {FILES} "$D"\n'),
    ("setup.sh", "npx create-acme\ntini -- npx eslint .\n"),
    (".mcp.json", '{"mcpServers": {"mcpServers": {"command": "npx", "args": ["a@1.0.0"]}}}'),
    ("manifest.json", BUNDLE.replace("manifest_version", "version")),
    ("manifest.json", '{"manifest_version": 3, "key": "' + TOKEN + '", "background": {"command": "npx acme-notes"},}'),
    ("recipe.yaml", RECIPE.replace("prompt", "text")),
    ("recipe.yaml", RECIPE.replace("extensions:", "extensions: {% if a %}")),
    (".codex/requirements.toml", '[mcp_servers.s.identity]\ncommand = "npx acme-notes"\n'),
    ("docs/MCP.json", '{"rooms": ["a"]}'),
    (".mcp.json", remote("https://api.githubcopilot.com/mcp/x/all/../repos/readonly")),
    *(
        ("setup.sh", line)
        for line in (
            "# claude mcp add x http://mcp.evil.io/\n",
            "claude mcp add x http://localhost:8080/mcp\n",
            "claude mcp add x https://mcp.acme.io/ # not http://mcp.evil.io/\n",
            "claude mcp add x -e A=http://mcp.evil.io/ -- npx acme-notes@1.0.0\n",
            'claude mcp add x https://mcp.acme.io/; curl "http://mcp.evil.io/"\n',
            "claude mcp list | grep http://mcp.evil.io/\n",
        )
    ),
    ("CLAUDE.md", "Never `mcp add` a server of http://mcp.evil.io/ here.\n"),
    (".claude/agents/a.md", FRONT % 'tools: "a\\\\b"\n'),
]

_ANOTHER_FILE = "what it runs stands in a file that is not a configuration of servers"
_NOT_READ = "the file is none that the hooks look for: only its own client, or whoever points to it, knows it"
_OTHER_REGISTRY = "the launcher takes packages from a registry that is not known here"
_COMPUTED = "the word is computed by a program when the server starts"
# Path, content, the rule that stays silent, and why.
KNOWN_LIMITS: list[tuple[str, str, str, str]] = [
    *(
        (".mcp.json", entry(line), UNPINNED, why)
        for why, lines in {
            _ANOTHER_FILE: (
                "npm run mcp",
                "make mcp",
                "docker compose run notes",
                "uv run --with-requirements r.txt acme",
                "./run",
            ),
            _OTHER_REGISTRY: (
                "nix run github:acme/notes",
                "cargo install notes",
                "gem exec acme-notes",
                "jbang notes@acme",
            ),
            _COMPUTED: (
                "bash -c '$(printf np)x acme-notes'",
                "bash -c 'alias x=npx; x acme-notes'",
                "sh -c 'npx $PKG'",
            ),
            "the package is another than the one named": (
                "npm init acme-notes",
                "npx -y @smithery/cli@1.0.0 run acme-notes",
            ),
            "mise takes tools from registries by prefixes of its own": ("mise x npm:acme-notes -- acme",),
            "the default of an image's whole name is taken for a variable": ("docker run ${I:-acme/notes}",),
        }.items()
        for line in lines
    ),
    *(
        (".mcp.json", entry(["npx", FILES, path]), ROOT, _COMPUTED)
        for path in ("$(echo /)", "$(cd / && pwd)", "${PWD%%[!/]*}", "${X:-${Y:-/}}")
    ),
    (".mcp.json", entry(f"sh -c 'echo / | xargs npx {FILES}'"), ROOT, _COMPUTED),
    (
        ".mcp.json",
        entry("docker compose run -v /:/x app"),
        MOUNT,
        "Compose mixes the command line with a file of its own",
    ),
    (
        ".mcp.json",
        entry("apptainer run --bind /:/x docker://acme/n:1.0.0"),
        MOUNT,
        "containers of HPC sites are not known",
    ),
    (".mcp.json", remote("http${S}://mcp.evil.io"), HTTP, "nobody here knows the variable"),
    (
        ".mcp.json",
        entry("acme-bridge http://mcp.evil.io/"),
        HTTP,
        "only known bridges tell that an address is the server's",
    ),
    ("setup.sh", "claude $S add -t http x http://mcp.evil.io/\n", HTTP, _COMPUTED),
    ("setup.sh", "while read -r u; do claude mcp add -t http x $u; done <<< http://mcp.evil.io/\n", HTTP, _COMPUTED),
    (".mcp.json", entry("node_modules/.bin/postmark-mcp"), MALICIOUS, "a program need not have its package's name"),
    (
        ".mcp.json",
        entry("x", env={"A": b64encode(f'{{"t": "{TOKEN}"}}'.encode()).decode()}),
        SECRET,
        "Base64 is not decoded",
    ),
    (".mcp.json", entry(f"sh -c 'A={TOKEN[:20]}; B={TOKEN[20:]}; x $A$B'"), SECRET, _COMPUTED),
    *(
        ("CLAUDE.md", content, SECRET, why)
        for content, why in (
            (f"Use {PASSWORD} for everything.\n", "nothing calls it a password"),
            (f"Password:\n\n    {PASSWORD}\n", "the label is on another line"),
            (f"<tr><th>Password</th></tr><tr><td>{PASSWORD}</td></tr>\n", "tables of HTML are not read"),
            (f"ops / {PASSWORD}\n", "what announces the pair is missing"),
            ("Password: `Quillon2019!`\n", "words and a year are what test accounts have"),
        )
    ),
    ("run", f"#!/bin/sh\nexec npx {FILES} /\n", ROOT, _NOT_READ),
    ("package.json", f'{{"scripts": {{"mcp": "npx {FILES} /"}}}}', ROOT, _NOT_READ),
    ("tools/servers.json", TABLE, UNPINNED, _NOT_READ),
    ("recipes/notes.yaml", RECIPE, UNPINNED, _NOT_READ),
]


Found = dict[str, list[str]]


def _run(folder: Path, files: dict[str, str]) -> Found:
    """Return the rules that are reported of `files`, by the first folder of their paths."""
    folder.mkdir()
    git(folder, "init", "-q")
    write(folder, dict(files))
    git(folder, "add", "-A", "-f")
    report = examine(Options(hooks=tuple(hook for hook in HOOKS if hook != "mcp-audit")), str(folder))
    assert report.crashes == ()
    found: Found = {}
    for result in report.results:
        found.setdefault(result.path.partition("/")[0], []).append(result.finding.rule.id)
    return found


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Found:
    rows = {
        **{f"e{number}/{row[0]}": row[1] for number, row in enumerate(EVASIONS)},
        **{f"t{number}/{row[0]}": row[1] for number, row in enumerate(TWINS)},
        **{f"k{number}/{row[0]}": row[1] for number, row in enumerate(KNOWN_LIMITS)},
    }
    return _run(tmp_path_factory.mktemp("red-team") / "repository", rows)


@pytest.mark.parametrize("number", range(len(EVASIONS)))
def test_evasion_is_seen(found: Found, number: int) -> None:
    path, content, rule = EVASIONS[number]
    assert rule in found.get(f"e{number}", []), f"{path}: {content[:300]}"


@pytest.mark.parametrize("number", range(len(TWINS)))
def test_twin_is_no_finding(found: Found, number: int) -> None:
    path, content = TWINS[number]
    assert found.get(f"t{number}", []) == [], f"{path}: {content[:300]}"


@pytest.mark.parametrize("number", range(len(KNOWN_LIMITS)))
def test_known_limit_is_still_one(found: Found, number: int) -> None:
    path, content, rule, why = KNOWN_LIMITS[number]
    assert why
    assert rule not in found.get(f"k{number}", []), f"{path}: {content[:300]}"


_WORDS = st.lists(
    st.sampled_from(
        "npx npm exec docker run -v /:/x sh -c bash env -S -C cmd /c powershell -enc node -e python -mpip uv --with"
        ' eval cd ssh $0 $@ ${A:-b} a@1 {"command":1} \'npx $(which npx) && | --entrypoint=npx `'.split()
    )
    | st.text(max_size=12),
    min_size=1,
    max_size=12,
)


@given(_WORDS)
@settings(max_examples=150, deadline=None)
def test_no_line_is_too_odd_to_read(words: list[str]) -> None:
    texts = [Text.at(word, 0, len(word)) for word in words]
    for launch in all_of(take_apart(texts[0], texts[1:], search=True)):
        assert isinstance(launch, Launch)


AUDITED = "npx acme-notes@1.2.3"


@pytest.mark.parametrize(
    "content",
    [
        entry("npx acme-notes@1.2.4"),
        entry("npx --registry=https://npm.evil.io acme-notes@1.2.3"),
        entry(AUDITED, env={"NODE_OPTIONS": "--require ./x.js"}),
        entry(AUDITED, cwd="./other"),
        entry("npx acme-notes\u200b@1.2.3"),
        entry(["npx", "acme-notes@1.2.3", ""]),
        entry("sh -c 'npx acme-notes@1.2.3'"),
        entry(AUDITED).replace('"args"', '"args": ["acme-notes@9.9.9"], "\\u0061rgs"').replace("1.2.3", "1.2.4"),
        entry(AUDITED).replace('"s"', '"other"').replace("1.2.3", "1.2.4"),
        entry(AUDITED)[:-1] + ', "servers": {"t": {"command": "npx", "args": ["acme-notes@1.2.4"]}}}',
        entry(AUDITED, headersHelper="./x.sh"),
    ],
)
def test_an_approved_server_is_not_exchanged(tmp_path: Path, content: str) -> None:

    (approved,) = servers(Document(".mcp.json", entry(AUDITED), frozenset()))
    review = {"reviewed_by": "Kim", "reviewed_on": "2026-11-20", "security_issues_checked": True}
    record = {
        "version": 1,
        "servers": [
            {
                **{"name": "s", "source": "npm", "package": "acme-notes", "version": "1.2.3"},
                **{"launch": launch_fingerprint(approved), "review": {**review, "tested_with_dummy_data": True}},
            }
        ],
    }
    git(tmp_path, "init", "-q")
    write(tmp_path, {".mcp.json": content, ".mcp-audit.json": json.dumps(record)})
    git(tmp_path, "add", "-A")
    report = examine(Options(hooks=("mcp-audit",)), str(tmp_path))
    rules = {result.finding.rule.id for result in report.results if result.path == ".mcp.json"}
    assert rules & {"server-not-audited", "audited-version-differs", "audited-launch-differs"}
