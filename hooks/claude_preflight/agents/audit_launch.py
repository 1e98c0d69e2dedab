"""What a person approves of a server, as a fingerprint that formatting and the values of secrets do not change."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module

from claude_preflight.late import late
from claude_preflight.syntax.nodes import Text
from claude_preflight.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from claude_preflight.agents.mcp import Server

# How a value refers to a variable: ${NAME}, ${NAME:-default}, ${env:NAME}, {env:NAME}, ${input:name}.
_REFERENCE = late(r"\$?\{(?:(?:env|input):)?([A-Za-z_][\w.-]*)(?::?-[^{}]*)?\}")
_PARAMETER = late(r"([?&;][^=&;#\s]{0,100}=)([^&;#\s]*)")
_ASSIGNED = late(r"(-{0,2}[A-Za-z_][\w.-]{0,80})=(\S*)")
_HEADER = late(r"([A-Za-z][\w-]{0,80}):(?!//)[ \t]*(.*)", re.DOTALL)
# Programs that take a backslash for a slash find another host behind it.
_USERINFO = late(r"(?<=://)([^/\\?#\s]*)@")
_HIDDEN = "*"
# A value that a shell would run, or end a command at, is no secret: nobody may put another command in its place.
_CODE = late(r"\$\(|[`;&|<>\r\n]")
_SHORTEST_SECRET = 8
_PART = late(r"[A-Za-z0-9_+/=-]{16,}")

# Variables whose value decides which program runs or where it comes from; none of them is a secret.
_STEERING = frozenset(
    "PATH NODE_OPTIONS NODE_PATH PYTHONPATH PYTHONSTARTUP PYTHONHOME LD_PRELOAD LD_LIBRARY_PATH DYLD_INSERT_LIBRARIES"
    " BASH_ENV ENV NPM_CONFIG_REGISTRY NPM_CONFIG_USERCONFIG NPM_CONFIG_PREFIX UV_INDEX UV_INDEX_URL UV_DEFAULT_INDEX"
    " UV_EXTRA_INDEX_URL PIP_INDEX_URL PIP_EXTRA_INDEX_URL BUN_CONFIG_REGISTRY DENO_DIR DOCKER_HOST GOPROXY GOFLAGS"
    " HTTP_PROXY HTTPS_PROXY ALL_PROXY".split()
)


def launch_fingerprint(server: Server, spec: Text | None = None, instead: str = "") -> str:
    """Return what identifies the approved launch of `server`: `sha256:` and 64 hexadecimal digits.

    Into the hash go, as canonical JSON (sorted keys, no blanks, ASCII), those of the following that are there:

    * `command`: the words of the command line, program first, in their order, as they are spelled after the escapes
      of the configuration's own format;
    * `url`: the address; `cwd`: the working directory; `helper`: the command that makes headers; `env_file`: the file
      of variables;
    * `env`: the names of the variables, sorted; `headers`: those of the headers, sorted, in lower case;
    * `refers`: the names of the variables and inputs that values of `env` and `headers` refer to, sorted, each behind
      the name that it is handed to, without those handed on under their own name;
    * `steering`: the values of the few variables that decide which program runs, such as NODE_OPTIONS.

    Of words and addresses these parts are replaced by `*`: the user in front of a host; a value whose flag, variable,
    header or query parameter has the name of a secret; what else is a literal secret by its form. References to
    variables (`${NAME}`) stay even there, and so does what a shell would run (`$(…)`). The server's name, its kind of
    transport, whether it is switched off, and every other key of its entry do not count.

    With `spec`, a part of the command line, the fingerprint is that of the line with `instead` in its place.
    """
    words = [server.command, *server.arguments] if server.command is not None else []
    if spec is not None:
        words = [_replaced(word, spec, instead) for word in words]
    parts: dict[str, object] = {
        "command": _hidden_words(words),
        "url": _hidden(server.url) if server.url is not None else None,
        "cwd": server.cwd,
        "helper": _hidden(server.helper) if server.helper is not None else None,
        "env_file": server.node.text("envFile"),
        "env": sorted({str(name) for name, _ in server.env}),
        "headers": sorted({name.lower() for name, _ in server.headers}),
        "refers": sorted({*_references(server.env), *_references(server.headers)}),
        "steering": {str(name): _hidden(value) for name, value in server.env if name.upper() in _STEERING},
    }
    present = {key: value for key, value in parts.items() if value}
    canonical = json.dumps(present, sort_keys=True, separators=(",", ":"))
    return f"sha256:{_sha256(canonical.encode())}"


def shown_url(url: str) -> str:
    """Return `url` as the record may hold it: without user, query and fragment, with secrets in its path as `*`."""
    from claude_preflight.agents.secrets.shapes import looks_random

    bare = _USERINFO.sub("", url.partition("#")[0].partition("?")[0])
    parts = "".join(_hidden(bare).split()).split("/")
    return "/".join(_HIDDEN if looks_random(part) else part for part in parts)


def content_integrity(content: bytes) -> str:
    """Return the hash of a file in the repository: `sha256:` and 64 hexadecimal digits.

    A byte order mark does not count, and neither does whether lines end as on Windows: git may change both.
    """
    plain = content.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
    return f"sha256:{_sha256(plain)}"


def _sha256(content: bytes) -> str:
    # As the module `random` does: `hashlib` loads OpenSSL, which costs a commit hook four milliseconds.
    for module in ("_sha2" if sys.version_info >= (3, 12) else "_sha256", "hashlib"):
        try:
            return str(import_module(module).sha256(content).hexdigest())
        except ImportError:
            continue
    raise AssertionError("Python has SHA-256")


def _replaced(word: Text, part: Text, instead: str) -> Text:
    inside = word.span.start <= part.span.start and part.span.end <= word.span.end
    return Text.at(word.replace(part, instead, 1), *word.span) if inside else word


def _references(pairs: Iterable[tuple[Text, Text]]) -> Iterator[str]:
    for name, value in pairs:
        for match in _REFERENCE.finditer(value):
            if match[1] != name:
                yield f"{name}={match[1]}"


def _hidden_words(words: Sequence[str]) -> list[str]:
    """Return the words of a command line without the secrets in them; a flag such as `--token` names the next word."""
    flag, hidden = "", []
    for word in words:
        hidden.append(_hidden(word, flag))
        flag = word if word.startswith("-") and "=" not in word else ""
    return hidden


def _hidden(value: str, name: str = "") -> str:
    """Return `value`, which stands under `name` (a flag, or nothing), without the secrets in it."""
    if name and _is_secret(name):
        return _masked(value)
    if len(value) < _SHORTEST_SECRET:
        return str(value)
    for pattern in (_ASSIGNED, _HEADER):
        match = pattern.match(value)
        if match and _is_secret(match[1]):
            value = value[: match.start(2)] + _masked(match[2]) + value[match.end() :]
    value = _USERINFO.sub(lambda match: f"{_masked(match[1])}@", value)
    value = _PARAMETER.sub(lambda match: match[1] + (_masked(match[2]) if _is_secret(match[1]) else match[2]), value)
    return _without_tokens(value, name) if _may_hold_token(value) else value


def _may_hold_token(value: str) -> bool:
    """Tell whether `value` has a part that a generator may have made; to look closely at every word would be slow."""
    return any(any(map(str.isdigit, part)) for part in _PART.findall(value))


def _is_secret(name: str) -> bool:
    from claude_preflight.agents.secrets.names import TOKEN, what_is_named

    return what_is_named(name) >= TOKEN


def _masked(value: str) -> str:
    """Return what stands for a secret `value`: its references to variables, or the sign that hides all."""
    if _CODE.search(value):
        return value
    return "".join(f"${{{match[1]}}}" for match in _REFERENCE.finditer(value)) or _HIDDEN


def _without_tokens(value: str, name: str) -> str:
    from claude_preflight.agents.secrets.configuration import find_in_value

    kept, end = [], 0
    for secret in find_in_value(name, Text.at(value, 0, len(value))):
        kept += [value[end : secret.span.start], _HIDDEN]
        end = secret.span.end
    return "".join((*kept, value[end:]))
