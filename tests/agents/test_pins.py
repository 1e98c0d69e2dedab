"""Which launch lines say exactly what they run."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claude_preflight.agents.launch import Launch, take_apart
from claude_preflight.agents.pins import is_exact, looseness
from claude_preflight.syntax.nodes import Text

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def launch(line: str) -> Launch:
    command, *words = (Text.at(word, 0, len(word)) for word in line.split())
    found = take_apart(command, words)
    assert found.registry
    return found


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("npx -y pkg", "no version"),
        ("npx pkg@latest", "latest"),
        ("npx pkg@^1.2.3", "^1.2.3"),
        ("npx pkg@>=1.2.3", ">=1.2.3"),
        ("npx pkg@1.2.x", "1.2.x"),
        ("npx pkg@1.2", "1.2"),
        ("npx @scope/pkg@1", "1"),
        ("npx pkg@*", "*"),
        ("npx pkg@${V:-next}", "next"),
        ("npx pkg@1.2.3", ""),
        ("npx pkg@=v1.2.3", ""),
        ("npx pkg@1.2.3-beta.1+build.5", ""),
        ("npx pkg@2025.4.8", ""),
        ("npx pkg@${V}", ""),
        ("npx pkg@${V:-1.2.3}", ""),
        ("npx pkg@<version>", ""),
        ("npx ${PKG}", ""),
        ("npx github:o/r", "no commit"),
        ("npx o/r#main", "main, no commit"),
        ("npx o/r#v1.2.3", "v1.2.3, no commit"),
        (f"npx o/r#{COMMIT}", ""),
        ("npx o/r#0123456", ""),
        ("npx https://a.example/b", "an address"),
        ("npx https://a.example/b-1.2.3.tgz", ""),
        ("npx ./b", ""),
        ("npx ./b.tgz", ""),
        ("uvx pkg", "no version"),
        ("uvx pkg@latest", "latest"),
        ("uvx pkg>=1", ">=1"),
        ("uvx pkg~=1.2", "~=1.2"),
        ("uvx pkg==1.*", "1.*"),
        ("uvx pkg==1.2", ""),
        ("uvx pkg@1", ""),
        ("uvx pkg[extra]==1.0.0a4", ""),
        ("uvx pkg==1!2025.4.8.post1.dev2+local.7", ""),
        ("uvx pkg===1.2.3", ""),
        ("uvx --from git+https://github.com/o/r r", "no commit"),
        ("uvx --from git+https://github.com/o/r@main r", "main, no commit"),
        (f"uvx --from git+https://github.com/o/r@{COMMIT}#subdirectory=x r", ""),
        ("pipx run --spec pkg==1.2 pkg", ""),
        ("uv run --with pkg pkg", "no version"),
        ("docker run i/j", "no tag"),
        ("docker run -p 80:80 host.example:5000/i/j", "no tag"),
        ("docker run i/j:latest", "latest"),
        ("docker run i/j:latest-alpine", "latest-alpine"),
        ("docker run i/j:main", "main"),
        ("docker run node", "no tag"),
        ("docker run i/j:1", ""),
        ("docker run i/j:v1.2.3-slim", ""),
        ("docker run i/j:alpine-3.19", ""),
        ("docker run i/j:sha-0a1b2c3", ""),
        (f"docker run i/j@sha256:{COMMIT}{COMMIT[:24]}", ""),
        ("docker run i/j:${TAG}", ""),
        ("docker run my-server", ""),
        ("docker run localhost/i/j", ""),
        ("docker run --pull=never i/j", ""),
        ("docker run --pull never i/j:latest", "latest"),
        ("go run example.com/m@latest", "latest"),
        ("go run example.com/m@v1", "v1"),
        ("go run example.com/m@v1.2.3", ""),
        ("go run example.com/m@v0.0.0-20260301120000-0123456789ab", ""),
        ("go run example.com/m@0123456789ab", ""),
        ("go run example.com/m", ""),
        ("go run ./cmd/m", ""),
        ("dnx Pkg", "no version"),
        ("dnx Pkg@1.*", "1.*"),
        ("dnx Pkg@1.2.3-preview.1", ""),
        ("deno run jsr:@s/p", "no version"),
        ("deno run npm:p@1", "1"),
        ("deno run jsr:@s/p@1.2.3", ""),
        ("deno run https://a.example/p/main.ts", "an address"),
        ("deno run https://a.example/p@v1.2.3/main.ts", ""),
        ("bunx pkg@next", "next"),
        ("pnpm dlx pkg", "no version"),
        ("yarn dlx pkg@1.2.3", ""),
    ],
)
def test_looseness(line: str, why: str) -> None:
    assert looseness(launch(line)) == why


@pytest.mark.parametrize(
    ("line", "exact"),
    [
        ("npx pkg@1.2.3", True),
        ("npx pkg@1.2", False),
        ("npx pkg@${V:-1.2.3}", False),
        ("npx pkg", False),
        ("uvx pkg==1.2", True),
        ("docker run i/j:1.2", True),
        ("npx https://a.example/b-1.2.3.tgz", False),
    ],
)
def test_is_exact(line: str, exact: bool) -> None:
    assert is_exact(launch(line)) is exact


def test_a_program_that_comes_from_nowhere_is_not_loose() -> None:
    assert looseness(Launch()) == ""
    assert is_exact(Launch()) is False


def test_a_branch_of_any_length_is_shown_in_part() -> None:
    assert looseness(launch(f"npx o/r#{'b' * 500}")) == f"{'b' * 40}, no commit"


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(["npm", "pypi", "oci", "git", "go", "nuget", "jsr", "url", "x"]), st.text(max_size=60))
def test_any_version_may_be_judged(registry: str, version: str) -> None:
    text = Text.at(version, 0, len(version))
    found = Launch(registry=registry, spec=text, package=Text.at("p", 0, 1), version=text or None)
    assert (looseness(found) == "") or not is_exact(found) or registry == "url"
