from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claude_preflight.agents.launch import Launch, Mount, program_name, take_apart
from claude_preflight.syntax.jsonc import read_json
from claude_preflight.syntax.nodes import Mapping, Text

Words = str | list[str]


def _words(line: Words) -> list[str]:
    return line.split() if isinstance(line, str) else line


def _entry(line: Words, env: dict[str, str] | None = None) -> tuple[str, Launch]:
    """Return an MCP config whose server is started by `line`, and what is made of it."""
    command, *args = _words(line)
    source = json.dumps({"command": command, "args": args, "env": env or {}}, ensure_ascii=False, indent=1)
    root = read_json(source).root
    assert isinstance(root, Mapping)
    program, arguments, variables = root.text("command"), root.sequence("args"), root.mapping("env")
    assert program is not None
    assert arguments
    assert variables
    pairs = [(name, value.value) for name, value in variables.pairs if isinstance(value.value, Text)]  # type: ignore[attr-defined]
    return source, take_apart(program, tuple(arguments.texts()), pairs)


def _launch(line: Words, env: dict[str, str] | None = None) -> Launch:
    return _entry(line, env)[1]


def _texts(launch: Launch) -> Iterator[Text]:
    for field in (launch.spec, launch.package, launch.version, launch.remote, launch.binary):
        if field is not None:
            yield field
    yield from launch.arguments
    yield from launch.options
    for pair in launch.environment:
        yield from pair
    for mount in launch.mounts:
        yield mount.source
        yield mount.target
    if launch.carrier:
        yield from _texts(launch.carrier)


SHA = "b" * 40
DIGEST = "sha256:" + "a" * 64

# line, launcher, registry, package, version, arguments
PACKAGES: list[tuple[Words, str, str, str | None, str | None, Words]] = [
    # npx
    ("npx pkg", "npx", "npm", "pkg", None, ""),
    ("npx -y pkg", "npx", "npm", "pkg", None, ""),
    ("npx --yes pkg@1.2.3", "npx", "npm", "pkg", "1.2.3", ""),
    ("npx -y pkg@latest --flag x", "npx", "npm", "pkg", "latest", "--flag x"),
    ("npx -y pkg@^1.2", "npx", "npm", "pkg", "^1.2", ""),
    ("npx -y pkg@~1.2", "npx", "npm", "pkg", "~1.2", ""),
    ("npx -y @scope/pkg@~1.2.3 x", "npx", "npm", "@scope/pkg", "~1.2.3", "x"),
    ("npx -y pkg@", "npx", "npm", "pkg", None, ""),
    ("npx -y @scope/name", "npx", "npm", "@scope/name", None, ""),
    ("npx -y @scope/name@2025.4.8 /data .", "npx", "npm", "@scope/name", "2025.4.8", "/data ."),
    ("npx -y @scope/name@${VERSION:-1.2}", "npx", "npm", "@scope/name", "${VERSION:-1.2}", ""),
    ("npx -y -- pkg@1 --root /", "npx", "npm", "pkg", "1", "--root /"),
    ("npx -y pkg -- stdio", "npx", "npm", "pkg", None, "-- stdio"),
    ("npx --registry https://npm.acme.io pkg@1", "npx", "npm", "pkg", "1", ""),
    ("npx --registry=https://npm.acme.io pkg@1", "npx", "npm", "pkg", "1", ""),
    ("npx --prefix ./tools -w api --cache /tmp/c --loglevel silent pkg x", "npx", "npm", "pkg", None, "x"),
    ("npx --userconfig .npmrc -q --prefer-offline pkg", "npx", "npm", "pkg", None, ""),
    ("npx --no-install --ignore-existing --quiet pkg", "npx", "npm", "pkg", None, ""),
    ("npx -p @scope/name@1.0.0 bin --flag", "npx", "npm", "@scope/name", "1.0.0", "--flag"),
    ("npx -y --package=@scope/name bin /", "npx", "npm", "@scope/name", None, "/"),
    ("npx -y --package @scope/name@2 -- bin /", "npx", "npm", "@scope/name", "2", "/"),
    ("npx -p first@1 -p second@2 bin", "npx", "npm", "first", "1", ""),
    (["npx", "-y", "-p", "pkg@3", "-c", "bin --flag 'a b'"], "npx", "npm", "pkg", "3", ["--flag", "a b"]),
    ("npx github:owner/repo", "npx", "git", "github:owner/repo", None, ""),
    ("npx -y github:owner/repo#v1.2 --x", "npx", "git", "github:owner/repo", "v1.2", "--x"),
    ("npx -y owner/repo", "npx", "git", "owner/repo", None, ""),
    (f"npx -y owner/repo#{SHA}", "npx", "git", "owner/repo", SHA, ""),
    ("npx git+https://git.acme.io/x.git#semver:^1", "npx", "git", "git+https://git.acme.io/x.git", "semver:^1", ""),
    ("npx git+ssh://git@github.com/o/r.git#main", "npx", "git", "git+ssh://git@github.com/o/r.git", "main", ""),
    ("npx name@git@github.com:o/r.git#v1", "npx", "git", "git@github.com:o/r.git", "v1", ""),
    ("npx git@github.com:o/r.git", "npx", "git", "git@github.com:o/r.git", None, ""),
    ("npx https://github.com/o/r", "npx", "git", "https://github.com/o/r", None, ""),
    ("npx https://acme.io/x.tgz --a", "npx", "url", "https://acme.io/x.tgz", None, "--a"),
    ("npx -y https://pkg.pr.new/x@12#y", "npx", "url", "https://pkg.pr.new/x@12", None, ""),
    ("npx -y name@github:o/r#v1", "npx", "git", "github:o/r", "v1", ""),
    ("npx -y name@npm:@other/pkg@2.0.0", "npx", "npm", "@other/pkg", "2.0.0", ""),
    ("npx -y name@https://acme.io/x.tgz", "npx", "url", "https://acme.io/x.tgz", None, ""),
    ("npx jsr:@scope/name@1", "npx", "jsr", "@scope/name", "1", ""),
    ("npx ./local --x", "npx", "path", None, None, "--x"),
    ("npx . --x", "npx", "path", None, None, "--x"),
    ("npx file:../x", "npx", "path", None, None, ""),
    ("npx name@file:../x", "npx", "path", None, None, ""),
    ("npx C:\\tools\\server", "npx", "path", None, None, ""),
    ("npx ${workspaceFolder}/server", "npx", "path", None, None, ""),
    ("npx ./server-1.0.0.tgz", "npx", "path", None, None, ""),
    ("npx server.tgz", "npx", "path", None, None, ""),
    (["npx", "-y @scope/name@1 /data"], "npx", "npm", "@scope/name", "1", "/data"),
    (["npx", "-y", "@scope/name@1 /data"], "npx", "npm", "@scope/name", "1", "/data"),
    ("npx", "npx", "", None, None, ""),
    ("npx -y", "npx", "", None, None, ""),
    ("npx -y tsx server.ts", "npx", "npm", "tsx", None, "server.ts"),
    ("npx -y @smithery/cli@latest run @x/y --key k", "npx", "npm", "@smithery/cli", "latest", "run @x/y --key k"),
    # other launchers of npm packages
    ("npm exec pkg@1", "npm exec", "npm", "pkg", "1", ""),
    ("npm exec -y pkg@1 -- --root /", "npm exec", "npm", "pkg", "1", "--root /"),
    ("npm exec pkg --yes -- stdio", "npm exec", "npm", "pkg", None, "stdio"),
    ("npm exec --yes -- pkg@1 stdio", "npm exec", "npm", "pkg", "1", "stdio"),
    ("npm x -y pkg /data", "npm exec", "npm", "pkg", None, "/data"),
    ("npm --prefix d --yes exec --package=pkg@2 -- bin x", "npm exec", "npm", "pkg", "2", "x"),
    ("pnpm dlx pkg@1 x", "pnpm dlx", "npm", "pkg", "1", "x"),
    ("pnpm --silent -C d dlx pkg@1 --x", "pnpm dlx", "npm", "pkg", "1", "--x"),
    ("pnpm --package=pkg@1 dlx bin x", "pnpm dlx", "npm", "pkg", "1", "x"),
    ("pnpm dlx --package pkg bin x", "pnpm dlx", "npm", "pkg", None, "x"),
    ("pnpx pkg", "pnpm dlx", "npm", "pkg", None, ""),
    ("yarn dlx pkg@1 x", "yarn dlx", "npm", "pkg", "1", "x"),
    ("yarn dlx -q -p pkg@1 bin x", "yarn dlx", "npm", "pkg", "1", "x"),
    ("bunx pkg@1 x", "bunx", "npm", "pkg", "1", "x"),
    ("bunx --bun @scope/name", "bunx", "npm", "@scope/name", None, ""),
    ("bun --cwd d x pkg@2", "bunx", "npm", "pkg", "2", ""),
    ("bun x --bun pkg@2 x", "bunx", "npm", "pkg", "2", "x"),
    ("bunx -p pkg@1 bin x", "bunx", "npm", "pkg", "1", "x"),
    # what runs scripts of the project
    ("npm run mcp", "", "", None, None, "run mcp"),
    ("npm start", "", "", None, None, "start"),
    ("yarn mcp", "", "", None, None, "mcp"),
    ("pnpm mcp -- --x", "", "", None, None, "mcp -- --x"),
    ("bun run mcp.ts", "", "", None, None, "run mcp.ts"),
    ("bun server.ts", "", "", None, None, "server.ts"),
    # uv
    ("uvx mcp-server-git", "uvx", "pypi", "mcp-server-git", None, ""),
    ("uvx mcp-server-git@1.2 --repository .", "uvx", "pypi", "mcp-server-git", "1.2", "--repository ."),
    ("uvx mcp-server-git==0.0.1a4", "uvx", "pypi", "mcp-server-git", "0.0.1a4", ""),
    ("uvx pkg===1.0", "uvx", "pypi", "pkg", "1.0", ""),
    ("uvx pkg@latest", "uvx", "pypi", "pkg", "latest", ""),
    ("uvx pkg>=1", "uvx", "pypi", "pkg", ">=1", ""),
    ("uvx pkg~=1.4", "uvx", "pypi", "pkg", "~=1.4", ""),
    ("uvx --from pkg[cli]==1.0 bin x", "uvx", "pypi", "pkg", "1.0", "x"),
    ("uvx --from=pkg[a,b]@1.0 bin x", "uvx", "pypi", "pkg", "1.0", "x"),
    (["uvx", "--from", "pkg [a] >= 1, < 2 ; python_version > '3'", "b"], "uvx", "pypi", "pkg", ">= 1, < 2", ""),
    ("uvx pkg[cli]", "uvx", "pypi", "pkg", None, ""),
    ("uvx --python 3.13 pkg@1 x", "uvx", "pypi", "pkg", "1", "x"),
    ("uvx -p3.13 -q pkg@1 x", "uvx", "pypi", "pkg", "1", "x"),
    ("uvx --with a --with b==1 --refresh pkg x", "uvx", "pypi", "pkg", None, "x"),
    ("uvx --index-url https://pypi.acme.io --env-file .env pkg", "uvx", "pypi", "pkg", None, ""),
    ("uvx --from git+https://github.com/o/r bin x", "uvx", "git", "git+https://github.com/o/r", None, "x"),
    ("uvx --from git+https://github.com/o/r@v1 bin", "uvx", "git", "git+https://github.com/o/r", "v1", ""),
    (
        "uvx --from git+https://u@github.com/o/r@feature/x#subdirectory=s bin",
        "uvx",
        "git",
        "git+https://u@github.com/o/r",
        "feature/x",
        "",
    ),
    (f"uvx git+https://github.com/o/r@{SHA}", "uvx", "git", "git+https://github.com/o/r", SHA, ""),
    (["uvx", "--from", "p @ git+https://h.io/r@v1", "b"], "uvx", "git", "git+https://h.io/r", "v1", ""),
    ("uvx --from https://acme.io/x.whl bin", "uvx", "url", "https://acme.io/x.whl", None, ""),
    ("uvx --from ./server bin x", "uvx", "path", None, None, "x"),
    ("uvx --from dist/x.whl bin", "uvx", "path", None, None, ""),
    ("uvx --from file:///x bin", "uvx", "path", None, None, ""),
    ("uvx --from folder/x bin", "uvx", "path", None, None, ""),
    ("uvx --from . bin", "uvx", "path", None, None, ""),
    ("uvx run pkg", "uvx", "pypi", "run", None, "pkg"),
    (["uvx", "mcp-server-git --repository ."], "uvx", "pypi", "mcp-server-git", None, "--repository ."),
    ("uv tool run pkg@1 x", "uvx", "pypi", "pkg", "1", "x"),
    ("uv --directory d tool run --from pkg==1 bin x", "uvx", "pypi", "pkg", "1", "x"),
    ("uv run --with mcp-server-git mcp-server-git x", "uv run", "pypi", "mcp-server-git", None, "x"),
    ("uv run --with mcp[cli]==1.2 mcp run server.py", "uv run", "pypi", "mcp", "1.2", "run server.py"),
    ("uv run --with mcp,httpx mcp run s.py", "uv run", "pypi", "mcp", None, "run s.py"),
    ("uv run --directory d server.py --x", "uv run", "path", None, None, "--x"),
    ("uv --directory d run server x", "uv run", "", None, None, "x"),
    ("uv run https://acme.io/s.py", "uv run", "url", "https://acme.io/s.py", None, ""),
    ("uv run -m pkg.server --x", "uv run", "", None, None, "-m pkg.server --x"),
    ("uv run --no-project --python 3.12 python -m x", "uv run", "", None, None, "-m x"),
    ("uv run", "uv run", "", None, None, ""),
    ("uv --directory d", "", "", None, None, "--directory d"),
    ("uv tool install pkg", "", "", None, None, "tool install pkg"),
    # pipx
    ("pipx run pkg==1.0 x", "pipx run", "pypi", "pkg", "1.0", "x"),
    ("pipx run --no-cache --python 3.12 pkg x", "pipx run", "pypi", "pkg", None, "x"),
    ("pipx run --spec pkg==1.0 bin x", "pipx run", "pypi", "pkg", "1.0", "x"),
    ("pipx run --spec git+https://h.io/r@v1 bin x", "pipx run", "git", "git+https://h.io/r", "v1", "x"),
    ("uvenv run --python 3.12 --no-cache pkg==1.0 x", "uvenv run", "pypi", "pkg", "1.0", "x"),
    ("uvenv run --binary bin pkg --y", "uvenv run", "pypi", "pkg", None, "--y"),
    ("uvenv list", "", "", None, None, "list"),
    ("pipx list", "pipx", "", None, None, "list"),
    # deno
    ("deno run -A npm:@scope/x@1 --y", "deno", "npm", "@scope/x", "1", "--y"),
    ("deno run --allow-net=a.io -RW npm:x@1.2/bin y", "deno", "npm", "x", "1.2", "y"),
    ("deno run --config deno.json jsr:@scope/x@^1", "deno", "jsr", "@scope/x", "^1", ""),
    ("deno run -A https://deno.land/x/a@v1/mod.ts", "deno", "url", "https://deno.land/x/a@v1/mod.ts", None, ""),
    ("deno run -A server.ts x", "deno", "path", None, None, "x"),
    ("deno -A npm:x", "deno", "npm", "x", None, ""),
    ("deno task mcp", "deno", "", None, None, "task mcp"),
    # containers
    ("docker run -i --rm mcp/fetch", "docker", "oci", "mcp/fetch", None, ""),
    ("docker run -i mcp/fetch:1.2 x -v y", "docker", "oci", "mcp/fetch", "1.2", "x -v y"),
    ("docker run localhost:5000/x:1", "docker", "oci", "localhost:5000/x", "1", ""),
    ("docker run localhost:5000/x", "docker", "oci", "localhost:5000/x", None, ""),
    (f"docker run ghcr.io/o/r@{DIGEST} stdio", "docker", "oci", "ghcr.io/o/r", DIGEST, "stdio"),
    (f"docker run ghcr.io/o/r:1.0@{DIGEST}", "docker", "oci", "ghcr.io/o/r", DIGEST, ""),
    ("docker run ${REG:-ghcr.io}/x:${TAG:-1:2}", "docker", "oci", "${REG:-ghcr.io}/x", "${TAG:-1:2}", ""),
    ("docker run ${IMAGE:-a/b:1}", "docker", "oci", "${IMAGE:-a/b:1}", None, ""),
    ("docker run -e A -e B=c --env-file f -p 80:80 --name n img:1 x", "docker", "oci", "img", "1", "x"),
    ("docker run -itv .:/w --network=host --privileged img x", "docker", "oci", "img", None, "x"),
    ("docker run -dit --init --gpus all -u 1:1 -w /w -m 1g img", "docker", "oci", "img", None, ""),
    ("docker run --rm=true --read-only --pid host --cap-add ALL img", "docker", "oci", "img", None, ""),
    ("docker run --security-opt seccomp=unconfined -- img --x", "docker", "oci", "img", None, "--x"),
    ("docker --context c -H tcp://h run img", "docker", "oci", "img", None, ""),
    ("docker container run --pull always img:2", "docker", "oci", "img", "2", ""),
    (["docker", "run -i --rm img:1"], "docker", "oci", "img", "1", ""),
    ("podman run --userns keep-id --secret s img:1 x", "podman", "oci", "img", "1", "x"),
    ("podman container run -i docker.io/o/r:1", "podman", "oci", "docker.io/o/r", "1", ""),
    ("nerdctl -n ns run --rm img:1", "docker", "oci", "img", "1", ""),
    ("docker compose run --rm svc", "docker", "", None, None, "compose run --rm svc"),
    ("docker exec -i box node s.js", "docker", "", None, None, "exec -i box node s.js"),
    ("docker mcp gateway run", "docker", "", None, None, "mcp gateway run"),
    ("docker-compose exec -T app php x", "", "", None, None, "exec -T app php x"),
    # go, .NET, cargo
    ("go run github.com/o/r/cmd/x@v1.2.3 --y", "go run", "go", "github.com/o/r/cmd/x", "v1.2.3", "--y"),
    ("go run -mod mod -tags=a github.com/o/r@latest", "go run", "go", "github.com/o/r", "latest", ""),
    ("go run github.com/o/r", "go run", "go", "github.com/o/r", None, ""),
    ("go run -race ./cmd/x --y", "go run", "path", None, None, "--y"),
    ("go run main.go", "go run", "path", None, None, ""),
    ("go -C dir run .", "go run", "path", None, None, ""),
    ("dnx Pkg@1.2.3 --yes", "dnx", "nuget", "Pkg", "1.2.3", ""),
    ("dnx Pkg --source https://n.acme.io --yes x -- --y", "dnx", "nuget", "Pkg", None, "x --y"),
    ("dnx --yes Pkg@1.*", "dnx", "nuget", "Pkg", "1.*", ""),
    ("dotnet tool exec Pkg@1.0.0 --yes -- x", "dnx", "nuget", "Pkg", "1.0.0", "x"),
    ("dotnet dnx Pkg", "dnx", "nuget", "Pkg", None, ""),
    ("dotnet run --project x", "", "", None, None, "run --project x"),
    ("cargo run --quiet -- --config f", "cargo run", "", None, None, "--config f"),
    ("cargo +nightly run -p x", "", "", None, None, "+nightly run -p x"),
    ("cargo run -p x --release serve", "cargo run", "", None, None, "serve"),
    # interpreters and other programs
    ("node dist/index.js /data", "node", "", None, None, "dist/index.js /data"),
    ("node --import tsx -r dotenv/config s.js", "node", "", None, None, "s.js"),
    ("node -e code x", "node", "", None, None, "-e code x"),
    ("python -m mcp_server_git --repository .", "python", "", None, None, "-m mcp_server_git --repository ."),
    ("python3.12 -u -X utf8 -m x", "python", "", None, None, "-m x"),
    ("py -3 -m x", "python", "", None, None, "-m x"),
    ("/x/.venv/bin/python s.py", "python", "", None, None, "s.py"),
    ("C:\\x\\Scripts\\python.exe s.py", "python", "", None, None, "s.py"),
    ("php artisan boost:mcp", "", "", None, None, "artisan boost:mcp"),
    ("java -jar x.jar", "", "", None, None, "-jar x.jar"),
    ("mcp-server-filesystem /", "", "", None, None, "/"),
    ("bash scripts/run.sh x", "", "", None, None, "scripts/run.sh x"),
    # the program under other names
    ("/usr/local/bin/npx -y pkg@1", "npx", "npm", "pkg", "1", ""),
    ("/home/u/.asdf/shims/uvx pkg==1", "uvx", "pypi", "pkg", "1", ""),
    ("C:\\nodejs\\npx.cmd -y pkg@1", "npx", "npm", "pkg", "1", ""),
    ("C:/nodejs/NPX.CMD -y pkg@1", "npx", "npm", "pkg", "1", ""),
    (["C:\\Program Files\\nodejs\\npx.cmd", "-y", "pkg@1"], "npx", "npm", "pkg", "1", ""),
    ("docker.exe run img:1", "docker", "oci", "img", "1", ""),
    ("node /usr/lib/node_modules/npm/bin/npx-cli.js -y pkg@1 x", "npx", "npm", "pkg", "1", "x"),
    ("python -m uv tool run pkg@1 x", "uvx", "pypi", "pkg", "1", "x"),
    ("python3 -m pipx run pkg==1", "pipx run", "pypi", "pkg", "1", ""),
    # a whole line in one string
    (["npx -y pkg@1 /data"], "npx", "npm", "pkg", "1", "/data"),
    (["npx -y pkg@1 '/a b'"], "npx", "npm", "pkg", "1", ["/a b"]),
    (["  npx -y pkg@1 "], "npx", "npm", "pkg", "1", ""),
    (["npx -y", "pkg@1"], "npx", "npm", "pkg", "1", ""),
    (["uv run", "server.py"], "uv run", "path", None, None, ""),
    (["C:\\Program Files\\nodejs\\npx.cmd -y pkg@1 C:\\data"], "npx", "npm", "pkg", "1", "C:\\data"),
    (['"C:\\Program Files\\nodejs\\npx.cmd" -y pkg@1'], "npx", "npm", "pkg", "1", ""),
    (["C:\\Program Files\\nodejs\\npx.cmd"], "npx", "", None, None, ""),
    (["/Applications/My App/bin/x"], "", "", None, None, ""),
    (["/Applications/My App/bin/x --flag"], "", "", None, None, "--flag"),
    (["/Applications/My App/bin/x", "--flag"], "", "", None, None, "--flag"),
    (["/Applications/My\\ App/bin/x --flag"], "", "", None, None, "--flag"),
    (["/home/u/call center/server"], "", "", None, None, ""),
    (["/opt/node projects/server x/run"], "", "", None, None, ""),
    (["./node_modules/.bin/tool serve x"], "", "", None, None, ""),
    (["/usr/bin/node /srv/x.js a"], "node", "", None, None, "/srv/x.js a"),
    (["/opt/bin/server /data x"], "", "", None, None, "/data x"),
    (["./run.sh x y"], "", "", None, None, "x y"),
    (["My Server.exe"], "", "", None, None, ""),
    (["TOKEN=x npx -y pkg@1"], "npx", "npm", "pkg", "1", ""),
    (["cd /x && npx -y pkg@1 | tee log"], "npx", "npm", "pkg", "1", ""),
    # wrappers
    ("cmd /c npx -y pkg@1 C:\\data", "npx", "npm", "pkg", "1", "C:\\data"),
    ("cmd.exe /D /S /C npx -y pkg@1", "npx", "npm", "pkg", "1", ""),
    (["cmd", "/c", "npx -y pkg@1 C:\\data"], "npx", "npm", "pkg", "1", "C:\\data"),
    (["cmd", "/c", 'cd /d "C:\\a b" && npx -y pkg@1 2>nul'], "npx", "npm", "pkg", "1", ""),
    (["cmd", "/c", "C:\\Program Files\\nodejs\\npx.cmd", "-y", "pkg@1"], "npx", "npm", "pkg", "1", ""),
    ("cmd /c cd C:\\x && npx pkg@1", "npx", "npm", "pkg", "1", ""),
    ("cmd /c call npx pkg@1", "npx", "npm", "pkg", "1", ""),
    ("powershell -NoProfile -Command npx -y pkg@1", "npx", "npm", "pkg", "1", ""),
    (["pwsh", "-ep", "Bypass", "-c", "Set-Location x; npx -y pkg@1"], "npx", "npm", "pkg", "1", ""),
    (["powershell.exe", "-Command", "& 'C:\\a b\\npx.cmd' -y pkg@1"], "npx", "npm", "pkg", "1", ""),
    (["cmd", "/c", '"C:\\a b\\npx.cmd"', "-y", '"@x/pkg@1"', '"C:\\"'], "npx", "npm", "@x/pkg", "1", ["C:\\"]),
    (["cmd", "/s", "/k", '"npx"', "pkg@1", '""'], "npx", "npm", "pkg", "1", [""]),
    (
        ["cmd", "/c", "npx", "pkg@1", '{"a": "b"}', '["C:\\"]', '"'],
        "npx",
        "npm",
        "pkg",
        "1",
        ['{"a": "b"}', '["C:\\"]', '"'],
    ),
    (["cmd", "/c", '"npx -y pkg@1 C:\\"'], "npx", "npm", "pkg", "1", "C:\\"),
    (["cmd", "/c", '""C:\\a b\\npx.cmd" -y "pkg@1""'], "npx", "npm", "pkg", "1", ""),
    (["cmd", "/c", '"C:\\a b\\npx.cmd" -y "pkg@1"'], "npx", "npm", "pkg", "1", ""),
    (["cmd", "/c", '"C:\\a b\\run.cmd"'], "", "", None, None, ""),
    (["cmd", "/c", '"My Server"'], "", "", None, None, ""),
    (["cmd", "/c", '"'], "", "", None, None, ""),
    (["cmd", "/c", "set", '"A=b c"', "&&", '"npx"', "pkg@1"], "npx", "npm", "pkg", "1", ""),
    (["pwsh", "-c", "&", "'C:\\a b\\npx.cmd'", '"pkg@1"', "'C:\\'"], "npx", "npm", "pkg", "1", ["C:\\"]),
    ("cmd", "", "", None, None, ""),
    ("cmd /d", "", "", None, None, "/d"),
    ("pwsh server.ps1 x", "", "", None, None, "server.ps1 x"),
    ("pwsh -File server.ps1 x", "", "", None, None, "-File server.ps1 x"),
    (["bash", "-c", "npx -y pkg@1 /data"], "npx", "npm", "pkg", "1", "/data"),
    (["bash", "-lc", 'cd "$HOME" && exec npx -y pkg@1 "/a b"'], "npx", "npm", "pkg", "1", ["/a b"]),
    (["sh", "-l", "-c", "npm i; npx pkg@1 || true"], "npx", "npm", "pkg", "1", ""),
    (["/bin/zsh", "-ilc", ". ~/.nvm/nvm.sh && npx pkg@1"], "npx", "npm", "pkg", "1", ""),
    (["bash", "-euo", "pipefail", "-c", "npx pkg@1"], "npx", "npm", "pkg", "1", ""),
    (["fish", "--command=npx pkg@1"], "npx", "npm", "pkg", "1", ""),
    (["bash", "-c", "cd x && exec ./local y"], "", "", None, None, "y"),
    (["bash", "-c", "bash -c 'bash -c \"npx pkg@1\"'"], "npx", "npm", "pkg", "1", ""),
    ("env MY-VAR=x my.var=y npx pkg@1", "npx", "npm", "pkg", "1", ""),
    ("env npx pkg@1", "npx", "npm", "pkg", "1", ""),
    ("/usr/bin/env -i -u X A=b C=d npx pkg@1 E=f", "npx", "npm", "pkg", "1", "E=f"),
    (["env", "-S", "A=b npx -y pkg@1", "x"], "npx", "npm", "pkg", "1", "x"),
    ("sudo -u user -E npx pkg@1", "npx", "npm", "pkg", "1", ""),
    ("nohup nice -n 5 timeout -k 3 60s npx pkg@1", "npx", "npm", "pkg", "1", ""),
    ("time command exec npx pkg@1", "npx", "npm", "pkg", "1", ""),
    (["xvfb-run", "-a", "-s", "-screen 0 1x1x24", "npx", "pkg@1"], "npx", "npm", "pkg", "1", ""),
    ("dotenv -e .env -- npx pkg@1 -- x", "npx", "npm", "pkg", "1", "-- x"),
    ("dotenv -f .env run -- uvx pkg@1", "uvx", "pypi", "pkg", "1", ""),
    ("dotenvx run -fk .env.keys -- npx pkg@1", "npx", "npm", "pkg", "1", ""),
    ("dotenvx run -f .env -- npx pkg@1", "npx", "npm", "pkg", "1", ""),
    ("op run --env-file=.env --no-masking -- npx pkg@1", "npx", "npm", "pkg", "1", ""),
    ("doppler run -p x -c dev -- npx pkg@1", "npx", "npm", "pkg", "1", ""),
    (["doppler", "run", "--command", "npx pkg@1"], "npx", "npm", "pkg", "1", ""),
    ("infisical run --env=dev -- npx pkg@1", "npx", "npm", "pkg", "1", ""),
    ("direnv exec . npx pkg@1", "npx", "npm", "pkg", "1", ""),
    ("mise exec node@20 -- npx pkg@1 -- x", "npx", "npm", "pkg", "1", "-- x"),
    ("mise x -- npx pkg@1 -- x", "npx", "npm", "pkg", "1", "-- x"),
    (["mise", "exec", "-c", "npx pkg@1"], "npx", "npm", "pkg", "1", ""),
    ("asdf exec npx pkg@1", "npx", "npm", "pkg", "1", ""),
    ("nvm exec 20 npx pkg@1", "npx", "npm", "pkg", "1", ""),
    ("nvm exec --silent lts/iron npx pkg@1", "npx", "npm", "pkg", "1", ""),
    ("fnm exec --using 20 npx pkg@1", "npx", "npm", "pkg", "1", ""),
    ("volta run --node 20 npx pkg@1", "npx", "npm", "pkg", "1", ""),
    ("wsl -d Ubuntu -e npx pkg@1", "npx", "npm", "pkg", "1", ""),
    (["wsl.exe", "--", "bash", "-lc", "npx pkg@1"], "npx", "npm", "pkg", "1", ""),
    ("cross-env A=b npx pkg@1", "npx", "npm", "pkg", "1", ""),
    ("npx -y cross-env@7 A=b npx pkg@1", "npx", "npm", "pkg", "1", ""),
    ("npx -y dotenv-cli -e .env -- uvx pkg==1", "uvx", "pypi", "pkg", "1", ""),
    ("npx @dotenvx/dotenvx run -- uvx pkg==1", "uvx", "pypi", "pkg", "1", ""),
    ("corepack pnpm dlx pkg@1", "pnpm dlx", "npm", "pkg", "1", ""),
    ("pnpm exec mcp-server-git x", "", "", None, None, "x"),
    ("poetry run python -m x", "python", "", None, None, "-m x"),
    ("conda run -n e --no-capture-output python s.py", "python", "", None, None, "s.py"),
    ("aws-vault exec prof -- npx pkg@1", "npx", "npm", "pkg", "1", ""),
    ("env", "", "", None, None, ""),
    ("sudo -u", "", "", None, None, "-u"),
    ("op read op://x", "", "", None, None, "read op://x"),
    ("mise run mcp", "", "", None, None, "run mcp"),
    # programs that run others
    (["npx", "-y", "supergateway", "--stdio", "npx -y pkg@1 /"], "npx", "npm", "pkg", "1", "/"),
    (["supergateway", "--port", "80", "--stdio=uvx pkg==1"], "uvx", "pypi", "pkg", "1", ""),
    ("uvx mcp-proxy --port 80 -e A b -- npx -y pkg@1 --x", "npx", "npm", "pkg", "1", "--x"),
    ("docker run mcp-proxy:1 -- npx pkg", "docker", "oci", "mcp-proxy", "1", "-- npx pkg"),
    ("mcp-proxy --pass-environment uvx pkg==1 x", "uvx", "pypi", "pkg", "1", "x"),
]


@pytest.mark.parametrize(
    ("line", "launcher", "registry", "package", "version", "arguments"),
    PACKAGES,
    ids=[str(row[0]) for row in PACKAGES],
)
def test_what_is_launched(
    line: Words, launcher: str, registry: str, package: str | None, version: str | None, arguments: Words
) -> None:
    launch = _launch(line)
    found = (launch.launcher, launch.registry, launch.package, launch.version, list(launch.arguments))
    assert found == (launcher, registry, package, version, _words(arguments))


@pytest.mark.parametrize("line", [row[0] for row in PACKAGES], ids=[str(row[0]) for row in PACKAGES])
def test_every_part_stands_where_it_says(line: Words) -> None:
    source, launch = _entry(line)
    for text in _texts(launch):
        spelled = source[text.start : text.end]
        assert json.loads(f'"{spelled}"').replace("\\ ", " ") == text


# line, spec, binary, options
WORDS: list[tuple[Words, str | None, str | None, Words]] = [
    ("npx -y pkg@1 x", "pkg@1", None, "-y"),
    ("npx --registry https://r.io -y pkg@1 x", "pkg@1", None, "--registry https://r.io -y"),
    ("npx -y --package=pkg@1 -- bin x", "pkg@1", "bin", "-y --package=pkg@1"),
    ("npm --silent exec pkg -y -- x", "pkg", None, "--silent -y"),
    (
        "uvx --from git+https://h.io/r@v1#egg=x bin",
        "git+https://h.io/r@v1#egg=x",
        "bin",
        "--from git+https://h.io/r@v1#egg=x",
    ),
    ("uvx pkg[a]==1", "pkg[a]==1", None, ""),
    ("uv --directory d run --frozen s.py x", "s.py", "s.py", "--directory d --frozen"),
    ("uv run --with a==1,b x", "a==1", "x", "--with a==1,b"),
    ("docker run -i --rm -e A=b --privileged img:1 x", "img:1", None, "-i --rm -e A=b --privileged"),
    ("docker -H tcp://h run --pid host --network host -- img", "img", None, "-H tcp://h --pid host --network host"),
    ("deno run -A --config d.json npm:x@1", "npm:x@1", None, "-A --config d.json"),
    ("dnx Pkg@1 --yes --source s x", "Pkg@1", None, "--yes --source s"),
    ("npx ./local x", "./local", None, ""),
    ("python3 -u -m x", None, "python3", "-u"),
    ("/opt/bin/server --x", None, "/opt/bin/server", ""),
    ("cmd /c server.bat x", None, "server.bat", ""),
]


@pytest.mark.parametrize(("line", "spec", "binary", "options"), WORDS, ids=[str(row[0]) for row in WORDS])
def test_words_of_the_launcher(line: Words, spec: str | None, binary: str | None, options: Words) -> None:
    launch = _launch(line)
    assert (launch.spec, launch.binary, list(launch.options)) == (spec, binary, _words(options))


WRAPPERS: list[tuple[Words, tuple[str, ...]]] = [
    ("npx pkg", ()),
    ("cmd /c npx pkg", ("cmd",)),
    (["C:\\Windows\\cmd.exe", "/c", "npx pkg"], ("cmd",)),
    (["wsl.exe", "-e", "bash", "-lc", "cd x && exec env A=b npx pkg"], ("wsl", "bash", "exec", "env")),
    ("op run -- sudo -E nice npx pkg", ("op", "sudo", "nice")),
    (["npx", "supergateway", "--stdio", "env A=b npx pkg"], ("supergateway", "env")),
    ("npx mcp-remote https://mcp.acme.io", ("mcp-remote",)),
    ("npx supergateway --sse https://mcp.acme.io", ("supergateway",)),
    ("bash run.sh", ()),
]


@pytest.mark.parametrize(("line", "wrappers"), WRAPPERS, ids=[str(row[0]) for row in WRAPPERS])
def test_wrappers_are_named_outermost_first(line: Words, wrappers: tuple[str, ...]) -> None:
    assert _launch(line).wrappers == wrappers


FOLDERS: list[tuple[Words, str | None]] = [
    ("npx pkg", None),
    (["bash", "-c", "cd /srv && npx pkg"], "/srv"),
    (["bash", "-c", "cd /srv && pushd -n /opt && npx pkg"], "/opt"),
    (["bash", "-c", "cd && npx pkg"], "~"),
    (["bash", "-c", "npx pkg && cd /srv"], None),
    (["cmd", "/c", "cd /D C:\\srv && npx pkg"], "C:\\srv"),
    ("env -C /srv npx pkg", "/srv"),
]


@pytest.mark.parametrize(("line", "folder"), FOLDERS, ids=[str(row[0]) for row in FOLDERS])
def test_the_folder_that_a_server_is_started_in(line: Words, folder: str | None) -> None:
    assert _launch(line).folder == folder


ENVIRONMENTS: list[tuple[Words, list[tuple[str, str]]]] = [
    ("env A=b C= npx pkg D=e", [("A", "b"), ("C", "")]),
    ("sudo A=b cross-env C=d npx pkg", [("A", "b"), ("C", "d")]),
    (["A=b npx pkg"], [("A", "b")]),
    (["bash", "-c", "export A=b; C='d e' npx pkg; F=g"], [("A", "b"), ("C", "d e")]),
    (["cmd", "/c", "set A=b&& set C=d && npx pkg"], [("A", "b"), ("C", "d")]),
    (["cmd", "/c", 'set "A=b c" && npx pkg'], [("A", "b c")]),
    (["pwsh", "-c", "$env:A='b c'; npx pkg"], [("A", "b c")]),
    ("docker run -e A=b -e C --env D=e=f --env=G=h img", [("A", "b"), ("D", "e=f"), ("G", "h")]),
    ("docker run -eI=j -itek=l -e X-Y=z img", [("I", "j"), ("k", "l"), ("X-Y", "z")]),
    ("env A=b docker run -e C=d img E=f", [("A", "b"), ("C", "d")]),
    ("uvx mcp-proxy -e A b --env C d npx pkg", [("A", "b"), ("C", "d")]),
    ("uvx mcp-proxy --port 80 -e A b npx pkg", [("A", "b")]),
]  # fmt: skip


@pytest.mark.parametrize(("line", "environment"), ENVIRONMENTS, ids=[str(row[0]) for row in ENVIRONMENTS])
def test_environment_set_by_the_line(line: Words, environment: list[tuple[str, str]]) -> None:
    launch = _launch(line, {"OWN": "x"})
    assert list(launch.environment) == environment


MOUNTS: list[tuple[str, list[tuple[str, str, bool]]]] = [
    ("-v /src:/dst", [("/src", "/dst", False)]),
    ("-v /src:/dst:ro", [("/src", "/dst", True)]),
    ("-v /src:/dst:z,ro", [("/src", "/dst", True)]),
    ("-v /src:/dst:rw", [("/src", "/dst", False)]),
    ("--volume=/src:/dst --volume .:/w:ro", [("/src", "/dst", False), (".", "/w", True)]),
    ("-v=/src:/dst", [("/src", "/dst", False)]),
    ("-itv/src:/dst", [("/src", "/dst", False)]),
    ("-v data:/dst", [("data", "/dst", False)]),
    ("-v /anonymous", []),
    ("-v C:\\x:/y", [("C:\\x", "/y", False)]),
    ("-v C:\\x:/y:ro", [("C:\\x", "/y", True)]),
    ("-v C:/x:/y", [("C:/x", "/y", False)]),
    ("-v C:/:/y", [("C:/", "/y", False)]),
    ("-v C:\\x:D:\\y", [("C:\\x", "D:\\y", False)]),
    ("-v c:/data", [("c", "/data", False)]),
    ("-v c:/data:ro", [("c", "/data", True)]),
    ("-v //c/Users:/y", [("//c/Users", "/y", False)]),
    ("-v ${HOME}:/h", [("${HOME}", "/h", False)]),
    ("-v ${DIR:-/x}:/y:ro", [("${DIR:-/x}", "/y", True)]),
    ("-v ${env:HOME}/.aws:/y", [("${env:HOME}/.aws", "/y", False)]),
    ("-v /var/run/docker.sock:/var/run/docker.sock", [("/var/run/docker.sock", "/var/run/docker.sock", False)]),
    ("--mount type=bind,source=/src,target=/dst", [("/src", "/dst", False)]),
    ("--mount=type=bind,src=/src,dst=/dst,readonly", [("/src", "/dst", True)]),
    ("--mount type=bind,source=/s,destination=/d,ro=true", [("/s", "/d", True)]),
    ("--mount type=bind,source=/s,destination=/d,readonly=false", [("/s", "/d", False)]),
    ("--mount type=tmpfs,target=/t", []),
]


@pytest.mark.parametrize(("options", "mounts"), MOUNTS)
@pytest.mark.parametrize("program", ["docker run", "podman run"])
def test_mounts_of_a_container(program: str, options: str, mounts: list[tuple[str, str, bool]]) -> None:
    launch = _launch(f"{program} {options} img:1 -v /no:/mount")
    assert list(launch.mounts) == [Mount(*mount) for mount in mounts]  # type: ignore[arg-type]
    assert launch.package == "img"


URL = "https://mcp.acme.io/sse"
REMOTES: list[tuple[Words, str | None]] = [
    (f"npx -y mcp-remote {URL}", URL),
    (f"npx mcp-remote@0.1.38 {URL} 3334 --header X:y", URL),
    (["npx", "mcp-remote", "--allow-http", "--header", "Origin: https://no.io", URL], URL),
    ("npx mcp-remote ${MCP_URL}", "${MCP_URL}"),
    (f"cmd /c npx -y mcp-remote {URL}", URL),
    (f"npx -p mcp-remote@latest mcp-remote-client {URL}", URL),
    (f"npx supergateway --sse {URL}", URL),
    (f"npx supergateway --baseUrl https://no.io --streamableHttp={URL}", URL),
    (f"uvx mcp-proxy {URL}", URL),
    (f"uvx mcp-proxy --transport=streamablehttp --headers Authorization x {URL}", URL),
    (f"mcp-proxy --token-url https://no.io/token {URL}", URL),
    (f"docker run -i ghcr.io/o/mcp-proxy:1 {URL}", URL),
    (f"npx -y mcp-superassistant-proxy --endpoint {URL}", URL),
    (f"npx chrome-devtools-mcp --browserUrl {URL}", None),
    ("npx mcp-remote", None),
    (["npx", "supergateway", "--stdio", f"npx mcp-remote {URL}"], URL),
]


@pytest.mark.parametrize(("line", "remote"), REMOTES, ids=[str(row[0]) for row in REMOTES])
def test_address_behind_a_bridge(line: Words, remote: str | None) -> None:
    source, launch = _entry(line)
    assert launch.remote == remote
    if launch.remote and remote:
        assert source[launch.remote.start : launch.remote.end] == remote


def test_address_of_a_bridge_in_the_environment() -> None:
    source, launch = _entry(
        "npx -y @pyroprompts/mcp-stdio-to-streamable-http-adapter", {"X": "https://no.io", "URI": URL}
    )
    assert launch.remote == URL
    assert launch.package == "@pyroprompts/mcp-stdio-to-streamable-http-adapter"
    assert launch.wrappers == ("mcp-stdio-to-streamable-http-adapter",)
    assert source[launch.remote.start : launch.remote.end] == URL


def test_package_that_starts_another_is_its_carrier() -> None:
    launch = _launch(["npx", "-y", "supergateway@3", "--stdio", "uvx mcp-proxy -- npx pkg@1"])
    assert launch.package == "pkg"
    carrier = launch.carrier
    assert carrier
    assert (carrier.launcher, carrier.package, carrier.version) == ("uvx", "mcp-proxy", None)
    assert carrier.carrier
    assert (carrier.carrier.package, carrier.carrier.version) == ("supergateway", "3")


def test_parts_of_an_escaped_line_stand_in_the_json_source() -> None:
    source = r'{"command": "bash", "args": ["-c", "cd \"/a b\" && npx -y \"@x/\u0079\"@1.0 \"$HOME/d\""]}'
    root = read_json(source).root
    assert isinstance(root, Mapping)
    command, args = root.text("command"), root.sequence("args")
    assert command
    assert args
    launch = take_apart(command, tuple(args.texts()))
    assert (launch.package, launch.version, launch.arguments) == ("@x/y", "1.0", ("$HOME/d",))
    assert launch.package
    assert launch.version
    assert source[slice(*launch.package.span)] == r"@x/\u0079\""
    assert source[slice(*launch.version.span)] == "1.0"
    assert source[slice(*launch.arguments[0].span)] == "$HOME/d"


def test_a_version_stands_where_it_is_written_though_a_default_is_filled_in_before_it() -> None:
    source, launch = _entry("npx ${SCOPE:-@acme}/mcp@1.2.0")
    assert (launch.package, launch.version) == ("@acme/mcp", "1.2.0")
    assert launch.version is not None
    assert source[launch.version.start : launch.version.end] == "1.2.0"


def test_a_word_loses_the_quotes_that_cmd_takes_off() -> None:
    source, launch = _entry(["cmd", "/c", "npx", "pkg", '--root="C:\\"', '"a" "b"', '--empty=""'])
    assert launch.arguments == ("--root=C:\\", '"a" "b"', "--empty=")
    assert source[slice(*launch.arguments[0].span)] == '--root=\\"C:\\\\'
    assert source[slice(*launch.arguments[0].part(7, 10).span)] == "C:\\\\"
    assert source[slice(*launch.arguments[2].span)] == "--empty="


def test_deep_wrappers_end_somewhere() -> None:
    assert _launch("env " * 5000 + "npx pkg").launcher == ""


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("npx", "npx"),
        ("/usr/bin/npx", "npx"),
        ("C:\\x\\NPX.CMD", "npx"),
        ("~/.asdf/shims/uvx", "uvx"),
        ("docker.exe", "docker"),
        ("run.sh", "run.sh"),
        (".exe", ""),
        ("", ""),
    ],
)
def test_program_name(word: str, name: str) -> None:
    assert program_name(word) == name


_FRAGMENTS = st.sampled_from(
    "npx uvx uv run docker -v -e --package= --package -c -- /c cmd bash -lc env A=b @ @x/ pkg@1 : C:\\x:/y ${ } ' \" "
    "\\ && | ; \x00 \ud800 \u0301 supergateway --stdio mcp-proxy -H mcp-remote https:// git+https://h/r@v # = deno "
    "npm: == [ ] , sudo timeout mise exec powershell -Command node npx-cli.js python -m".split(" ")
)
_WORD = st.lists(st.one_of(_FRAGMENTS, st.sampled_from([" ", "\n", "\t"])), max_size=6).map("".join)


@settings(deadline=None, max_examples=300)
@given(st.lists(_WORD, min_size=1, max_size=7), st.booleans())
def test_any_line_is_taken_apart_into_parts_of_itself(words: list[str], quoted: bool) -> None:
    source = "".join(f"<{word}>" for word in words)
    texts, start = [], 0
    for word in words:
        texts.append(Text.at(word, start + 1, start + 1 + len(word)))
        start += len(word) + 2
    launch = take_apart(texts[0], texts[1:], [(texts[0], texts[-1])] if quoted else ())
    for text in _texts(launch):
        assert 0 <= text.start <= text.end <= len(source)
        assert text in source[text.start : text.end] or set(source[text.start : text.end]) & set("\\'\"^`")
