"""Which patterns of commands leave a program free to do anything, and which do not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from claude_preflight.agents.broad_commands import breadth, powers, programs
from claude_preflight.agents.data import data_path
from claude_preflight.agents.validation import load_schema

# Power: patterns, each with the program that is found.
BROAD = {
    "everything": "* = * | ** = * | * * = * |  * = *",
    "pattern": "* --help = * | *install = * | * python3 x = *",
    "command": (
        "bash * = bash | bash -c * = bash | bash -lc 'cd x; * = bash | /bin/sh -c * = sh | zsh* = zsh"
        " | bash -c 'cd x; * ; ls' = bash"
        " | bash = bash | bash -s = bash | sh - = sh | eval * = eval | source * = source | . * = . | env * = env"
        " | xargs * = xargs | xargs -n 1 bash -c * = bash | xargs -I {} sh -c * = sh | env -u X * = env"
        " | tmux * = tmux | wsl * = wsl | start * = start"
        " | cmd /c * = cmd | cmd.exe /c * = cmd | powershell.exe -Command * = powershell | pwsh * = pwsh"
        " | exec * = exec | Invoke-Expression * = invoke-expression"
        " | powershell.exe -NoProfile -ExecutionPolicy Bypass -Command * = powershell"
        " | powershell -ExecutionPolicy Bypass -File * = powershell | POWERSHELL.EXE -EP bypass -C * = powershell"
        ' | powershell -Command "Get-Item * = powershell | powershell -c "cd app; *.x" = powershell'
        " | cmd //c * = cmd | cmd /C * = cmd | cmd.exe /d /s /c * = cmd | cmd //c start * = cmd"
        " | wsl bash -c * = bash | wsl -d Ubuntu -- * = wsl | wsl -d Ubuntu -u root bash -lc * = bash"
        " | command * = command | command -p * = command | iex * = iex | watch * = watch | watch -n 2 * = watch"
        " | setsid * = setsid | setsid bash * = bash | flock * = flock | flock /tmp/x.lock * = flock"
        " | ionice -c 3 * = ionice"
    ),
    "code": (
        "python * = python | python3 * = python3 | python* = python | py* = py | python3.12 * = python"
        " | /usr/bin/python3 * = python3 | .venv/bin/python * = python | .venv/bin/python* = python"
        " | .venv\\Scripts\\python.exe * = python | python3 -u * = python3 | python3 -c ' * = python3"
        " | python3 -c 'import json; *' = python3 | python3 -c 'x * y' = python3"
        ' | python3 -m * = python3 | "python3" * = python3 | python3 "* = python3 | FOO=1 python3 * = python3'
        " | timeout 60 python3 * = python3 | nohup nice -n 5 node * = node | node * = node | node -e * = node"
        " | node --eval=* = node | deno run -A * = deno run | bun * = bun | tsx * = tsx | ruby -e * = ruby"
        " | perl -ne * = perl | php -r * = php | osascript * = osascript | uv * = uv | uv run * = uv run"
        " | uv run python * = python | poetry run * = poetry run | uv run --with x * = uv run | npx tsx * = tsx"
        " | bundle exec * = bundle exec | bundle exec ruby * = ruby | bundle exec rails runner * = rails runner"
        " | bin/rails runner * = rails runner | php artisan tinker * = php artisan tinker"
        " | php artisan tinker --execute=* = php artisan tinker | python manage.py shell * = python manage.py shell"
        " | elixir -e * = elixir | jshell * = jshell | pnpm exec * = pnpm exec | pnpm tsx * = pnpm tsx"
        " | yarn tsx * = yarn tsx | yarn node -e * = yarn node"
        " | conda run -n ml * = conda run | conda run -n ml python * = python | railway run * = railway run"
        " | doppler run -- * = doppler run | op run --env-file .env -- * = op run | infisical run * = infisical run"
        " | xargs python3 = python3 | python3 = python3 | node - = node | python3* --version = python3"
    ),
    "package": (
        "npx -p x * = npx | npx -c * = npx | uvx --from x * = uvx | npx * = npx | npx -y * = npx | npx* = npx"
        " | bunx * = bunx | bun x * = bun x | uvx * = uvx | pnpm dlx * = pnpm dlx | npm exec * = npm exec"
        " | pipx run * = pipx run"
    ),
    "root": (
        "sudo * = sudo | sudo apt-get install * = sudo | sudo -u postgres psql -c * = sudo | doas * = doas | su * = su"
    ),
    "network": (
        "curl * = curl | curl -o a.json * = curl | curl -H 'a: b' * = curl | curl -s * = curl"
        " | curl -X POST * = curl | curl https://* = curl | curl http* = curl | wget -q * = wget | nc * = nc"
        " | scp * = scp | rsync -a * = rsync | invoke-webrequest * = invoke-webrequest | iwr * = iwr | irm -Uri * = irm"
    ),
    "remote": "ssh * = ssh | ssh -i key host * = ssh | ssh deploy@host * = ssh | ssh -t host * = ssh",
    "delete": (
        "rm * = rm | rm -rf * = rm | rm -rf /* = rm | rm -rf ~/* = rm | rm -rf ./* = rm | rm -f *.log = rm"
        " | del * = del | del /f /q * = del | rd /s /q * = rd | erase * = erase | rimraf * = rimraf"
        " | npx rimraf * = rimraf"
        " | dd * = dd | xargs rm * = rm | rm -rf $HOME/* = rm | remove-item * = remove-item"
    ),
    "cloud": (
        "aws * = aws | kubectl * = kubectl | terraform * = terraform | gcloud * = gcloud | helm * = helm"
        " | helm -n prod * = helm | oc * = oc | gsutil * = gsutil | bq * = bq | terragrunt * = terragrunt"
    ),
    "container": "docker * = docker | docker run * = docker run | docker run --rm * = docker run | podman * = podman"
    " | nerdctl * = nerdctl",
    "agent": "claude * = claude | claude -p * = claude | qwen * = qwen | copilot * = copilot | goose run * = goose run",
    "server": (
        "claude mcp * = claude mcp | claude mcp add * = claude mcp add | claude mcp add -s user * = claude mcp add"
        " | claude mcp add shop * = claude mcp add | codex mcp add * = codex mcp add"
    ),
    "schedule": "crontab * = crontab | launchctl * = launchctl",
}
NARROW = (
    "ls * | cat * | git * | gh * | gh api * | find * | npm * | npm run * | npm install * | pnpm * | yarn *"
    " | pip install * | make * | just * | cargo * | go * | go test * | sed * | awk * | tar * | chmod * | kill *"
    " | export * | test * | echo * | python3 -m pytest * | python -m pytest* | python3 -m py_compile *"
    " | python manage.py * | python3 scripts/* | python3 x.py -c * | python3 --version * | python3 -V*"
    " | node --version* | node --check * | node --test * | node scripts/build.js * | node scripts/* | bash -n *"
    " | bash scripts/test.sh * | sh ./run.sh* | php -l * | ruby -c * | perl -v* | php artisan * | npx astro *"
    " | npx -y prettier@3.5.3 * | npx playwright install * | bunx prettier * | bun run * | bun test *"
    " | bun install * | deno task * | deno fmt * | uv run pytest * | uv pip * | uv run python -m pytest *"
    " | poetry run pytest * | uvx ruff * | curl -s http://127.0.0.1:* | curl http://localhost:3000*"
    " | curl localhost:* | curl https://docs.acme.example/* | wget https://acme.example/x*"
    " | curl 'https://api.acme.example/* | ssh host uptime* | rm -rf dist/* | rm -rf node_modules* | rm tmp/x*"
    " | rm -rf /tmp/acme/* | docker compose * | docker ps* | docker exec app * | docker build * | kubectl get *"
    " | docker run -v a:b acme/tool * | npx -p typescript tsc * | curl -O https://acme.example/* | aws s3 ls *"
    " | terraform plan * | claude --version* | codex --help* | sudo systemctl restart nginx"
    " | python3 -c 'f(\"SELECT * FROM jobs\")' | node -e 'glob(\"src/*.ts\", log)' | bash -c 'wc -l src/*.py; date'"
    " | powershell -Command \"Get-ChildItem -Filter *.ts -Name\" | bash -c 'ls -l src *.py; date'"
    " | powershell -ExecutionPolicy Bypass -File scripts/x.ps1 * | wsl ls * | wsl -d Ubuntu ls * | wsl --list *"
    " | bundle exec rspec * | bundle exec rails test * | rails runner scripts/x.rb * | rails test *"
    " | php artisan make:model *"
    " | pnpm exec tsc * | pnpm tsx scripts/x.ts * | yarn tsx x.ts * | yarn node scripts/x.js *"
    " | conda run -n ml pytest *"
    " | op run --env-file=.env -- npm run dev * | op item list * | watch ls * | flock /tmp/x.lock make * | del dist/*"
    " | rd /s /q dist | rimraf dist * | rmdir * | helm template * | oc get * | gsutil ls * | goose * | goose up *"
    " | claude mcp list * | claude mcp get * | claude mcp add shop npx * | command -v node | iwr https://acme.example/*"
    " | elixir scripts/x.exs * | mix * | python manage.py migrate * | setsid -w npm run dev *"
    " | python3 -c 'print(1)' | python3 x.py | rm x | command -v * | timeout * | env FOO=1 make *"
    " | xargs grep * | xargs -n1 echo * | source .venv/bin/activate* | ./* | ./scripts/* | ./x* | pytest* | pip*"
    " | npm* | ruff* | test* | /opt/tool/x* | crontab -l* | FOO=1 | time | find . -exec \\* | $PYTHON * | xyz"
)


@pytest.mark.parametrize(
    ("power", "pattern", "program"),
    [
        (power, *case.split(" = "))
        for power, cases in BROAD.items()
        for case in cases.split(" | ")
        if "None" not in case
    ],
)
def test_broad(power: str, pattern: str, program: str) -> None:
    assert breadth(pattern) == (power, program)


@pytest.mark.parametrize("pattern", ["", " ", *NARROW.split(" | ")])
def test_narrow(pattern: str) -> None:
    assert breadth(pattern) is None


def test_data_follow_their_schema() -> None:
    data = json.loads(Path(data_path("broad_commands.json")).read_text(encoding="utf-8"))
    Draft202012Validator(load_schema("broad_commands")).validate(data)
    names = [name for entry in data["programs"] for name in entry["names"]]
    assert len(names) == len(set(names))
    assert {entry["power"] for entry in data["programs"]} <= powers().keys()
    assert all(name == name.lower() for name in names)


@pytest.mark.parametrize("name", programs())
def test_every_program_is_found_with_free_arguments(name: str) -> None:
    assert breadth(f"{name} *") == (programs()[name].power, name)


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("*\\ \t'\"=-/.abcbash python3 sudo xargs\0\udc80"), max_size=40))
def test_any_pattern_is_read(pattern: str) -> None:
    found = breadth(pattern)
    assert found is None or found.power in powers()
