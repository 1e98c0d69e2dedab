"""Registries on loopback: an npm registry and a package index that can be told to misbehave."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

HANG, HALF, LIE, FAIL = "hang", "half", "lie", "fail"
Answers = dict[str, bytes]


class Registry(ThreadingHTTPServer):
    """Answers by path; `mood` is how it treats files: hang, half, lie, or fail. `asked` are the paths asked for."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: Answers = {}
        self.mood = ""
        self.asked: list[str] = []
        self.headers_seen: list[str | None] = []
        self.over = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients that give up are the point."""

    def publish(
        self, name: str, packages: dict[str, bytes], manifests: dict[str, dict[str, Any]] | None = None, **more: Any
    ) -> None:
        """Offer npm package `name` with tarballs by version; `manifests` are what the registry shows of them."""
        versions: dict[str, Any] = {}
        for version, content in packages.items():
            file = f"/{name}/-/{version}.tgz"
            self.answers[file] = content
            versions[version] = {
                "name": name,
                "version": version,
                **((manifests or {}).get(version, {})),
                "dist": {
                    "tarball": f"{self.url.rstrip('/')}{file}",
                    "shasum": hashlib.sha1(content).hexdigest(),
                    "integrity": f"sha512-{base64.b64encode(hashlib.sha512(content).digest()).decode()}",
                },
            }
        packument = {"name": name, "dist-tags": {"latest": list(packages)[-1]}, "versions": versions, **more}
        self.answers[f"/{name}"] = json.dumps(packument).encode()

    def advise(self, advisories: dict[str, list[dict[str, Any]]]) -> None:
        """Answer questions about weaknesses."""
        self.answers["/-/npm/v1/security/advisories/bulk"] = json.dumps(advisories).encode()

    def index(self, name: str, files: dict[str, bytes], about: dict[str, Any] | None = None, **more: Any) -> None:
        """Offer files of the Python package `name`; `about` is the JSON API's answer, `more` goes to each file."""
        listed = []
        for file, content in files.items():
            self.answers[f"/files/{file}"] = content
            listed.append(
                {
                    "filename": file,
                    "url": f"{self.url}files/{file}",
                    "hashes": {"sha256": hashlib.sha256(content).hexdigest()},
                    "upload-time": "2026-02-03T10:00:00.000000Z",
                    **more,
                }
            )
        page = {"meta": {"api-version": "1.1"}, "name": name, "versions": [], "files": listed}
        self.answers[f"/simple/{name}/"] = json.dumps(page).encode()
        if about is not None:
            self.answers[f"/pypi/{name}/{about['info']['version']}/json"] = json.dumps(about).encode()


class _Handler(BaseHTTPRequestHandler):
    server: Registry
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        self.server.asked.append(path)
        self.server.headers_seen.append(self.headers.get("Authorization"))
        content = self.server.answers.get(path)
        is_file = path.endswith((".tgz", ".whl", ".tar.gz"))
        mood = self.server.mood if is_file or self.server.mood == FAIL else ""
        if mood == HANG:
            self.server.over.wait(60)
        elif mood == FAIL:
            self._answer(503, b"{}")
        elif content is None:
            self._answer(404, b"{}")
        elif mood == LIE:
            self._answer(200, content[:-1] + bytes([content[-1] ^ 1]))
        elif mood == HALF:
            self._answer(200, content, sent=len(content) // 2)
        else:
            self._answer(200, content)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.do_GET()

    def _answer(self, status: int, content: bytes, sent: int | None = None) -> None:
        kind = "application/vnd.pypi.simple.v1+json" if self.path.startswith("/simple/") else "application/json"
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[:sent])
        if sent is not None:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def registry() -> Iterator[Registry]:
    server = Registry()
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(name="npm_registry")
def npm_set_up(monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    """Set npm up for a registry on loopback, by its own variables, as people do."""
    if not shutil.which("npm"):
        pytest.skip("there is no npm")
    with registry() as server:
        monkeypatch.setenv("npm_config_registry", server.url)
        monkeypatch.setenv("npm_config_fetch_retries", "0")
        yield server


@pytest.fixture(name="python_index")
def pip_set_up(monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    """Set pip up for an index on loopback, by its own variables, as people do."""
    pytest.importorskip("pypi_simple")
    with registry() as server:
        for name in ("PIP_EXTRA_INDEX_URL", "PIP_CERT", "PIP_FIND_LINKS", "UV_INDEX_URL", "UV_DEFAULT_INDEX"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
        monkeypatch.setenv("PIP_INDEX_URL", f"{server.url}simple/")
        yield server
