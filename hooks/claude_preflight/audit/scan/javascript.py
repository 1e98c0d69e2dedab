"""Read JavaScript and TypeScript by their syntax trees (tree-sitter); nothing of it is run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from urllib.parse import unquote

from claude_preflight.audit.scan.model import (
    DYNAMIC_CODE,
    ENVIRONMENT,
    MINIFIED,
    NETWORK,
    OBFUSCATED,
    PROCESS,
    UNREADABLE,
    Fact,
    is_secret_name,
)
from claude_preflight.audit.scan.strings import Clue, clues, decode, hidden_clues, named_host_clues
from claude_preflight.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Language, Node

_TYPED = (".ts", ".mts", ".cts")
_MAX_BYTES = 12 * 2**20
_DEEPEST = 40
_LONG_LINE = 5000

_NETWORK = frozenset(
    (
        *("http", "https", "http2", "net", "tls", "dgram", "dns", "dns/promises", "undici", "node-fetch", "axios"),
        *("got", "request", "superagent", "ws", "needle", "ky", "cross-fetch", "isomorphic-fetch", "nodemailer"),
        *("socket.io-client", "follow-redirects", "ssh2", "phin", "bent", "websocket"),
    )
)
_PROCESS = frozenset(
    ("child_process", "cluster", "worker_threads", "execa", "cross-spawn", "shelljs", "zx", "node-pty", "tinyexec")
)
# However they are loaded: no other string has their names.
_PROCESS_ALONE = frozenset(("child_process", "worker_threads", "node-pty"))
_DYNAMIC_MODULES = frozenset(("vm", "v8", "inspector", "repl", "module", "ffi-napi", "koffi", "vm2", "isolated-vm"))
_DYNAMIC_MEMBERS = frozenset(("runInThisContext", "runInNewContext", "runInContext", "compileFunction"))
_TELLING_NAMES = frozenset(
    ("eval", "Function", "require", "child_process", "exec", "execSync", "spawn", "fromCharCode", "constructor")
)
_GLOBALS = frozenset(("globalThis", "window", "global", "self"))
_HOST_KEYS = frozenset(("host", "hostname", "baseURL", "baseUrl", "server", "endpoint", "servername"))
_HOST_TAKERS = frozenset(("connect", "createConnection", "request", "lookup", "resolve4", "resolveTxt", "send"))
_OBFUSCATED_NAME = re.compile(rb"\b_0x[0-9a-f]{4,}\b")
_ESCAPES = re.compile(rb"(?:\\x[0-9a-fA-F]{2}|\\u00[0-9a-fA-F]{2}){12,}")
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,6})\}|(\r\n|.))", re.DOTALL)
_TRANSPARENT = frozenset(("string", "template_string", "template_substitution", "parenthesized_expression"))
_SHORT = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": "", "\r\n": ""}


def scan(content: bytes, file: str) -> Iterator[Fact]:
    """Yield what the JavaScript or TypeScript `content`, shown as `file`, does or may do.

    Raises `ImportError` where the parser is not installed.
    """
    yield from _shape(content, file)
    if len(content) > _MAX_BYTES:
        yield Fact(UNREADABLE, "oversized-source", file, 1, True)
        return
    seen: set[tuple[Clue, int]] = set()
    for node, parent in _walk(content, _grammar(file)):
        read = _READERS.get(node.type)
        line = node.start_point.row + 1
        for clue in read(node, parent) if read else ():
            if (clue, line) not in seen:
                seen.add((clue, line))
                yield Fact(clue.what, clue.detail, file, line, clue.alarming)


def _shape(content: bytes, file: str) -> Iterator[Fact]:
    if len({*_OBFUSCATED_NAME.findall(content)}) > 8:
        yield Fact(OBFUSCATED, "renamed-by-a-tool", file, _line_of(content, _OBFUSCATED_NAME), True)
    if _ESCAPES.search(content):
        yield Fact(OBFUSCATED, "words-in-escapes", file, _line_of(content, _ESCAPES), True)
    long = next((number for number, line in enumerate(content.split(b"\n"), 1) if len(line) > _LONG_LINE), 0)
    if long:
        yield Fact(MINIFIED, "long-lines", file, long)


def _line_of(content: bytes, pattern: re.Pattern[bytes]) -> int:
    match = pattern.search(content)
    return content.count(b"\n", 0, match.start()) + 1 if match else 1


@cache
def _grammar(file: str) -> Language:
    from tree_sitter import Language

    if file.endswith((*_TYPED, ".tsx")):
        import tree_sitter_typescript as typescript

        tsx = file.endswith(".tsx")
        return Language(typescript.language_tsx() if tsx else typescript.language_typescript())
    import tree_sitter_javascript as javascript

    return Language(javascript.language())


def _walk(content: bytes, grammar: Language) -> Iterator[tuple[Node, Node | None]]:
    """Yield the named nodes, each with the node it is in: tree-sitter's own way up starts at the root each time."""
    from tree_sitter import Parser

    cursor = Parser(grammar).parse(content).walk()
    above: list[Node] = []
    while True:
        node = cursor.node
        if node is not None and node.is_named:
            yield node, above[-1] if above else None
        if node is not None and cursor.goto_first_child():
            above.append(node)
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return
            above.pop()


def _text_clues(node: Node, parent: Node | None) -> Iterator[Clue]:
    """Yield what a string tells, or a sum of them that is no part of another."""
    if parent is not None and _is_sum(parent):
        return
    for text in _runs(node):
        yield from clues(text)
        if text.removeprefix("node:") in _PROCESS_ALONE:
            yield Clue(PROCESS, text.removeprefix("node:"))
    key = parent.child_by_field_name("key") if parent is not None and parent.type == "pair" else None
    if key is not None and _plain(key).strip("\"'") in _HOST_KEYS:
        yield from named_host_clues(_folded(node) or "")


def _sum_clues(node: Node, parent: Node | None) -> Iterator[Clue]:
    if _is_sum(node):
        yield from _text_clues(node, parent)


def _is_sum(node: Node) -> bool:
    operator = node.child_by_field_name("operator") if node.type == "binary_expression" else None
    return operator is not None and operator.type == "+"


def _call_clues(node: Node, _: Node | None) -> Iterator[Clue]:
    function = node.child_by_field_name("function") or node.child_by_field_name("constructor")
    arguments = _arguments(node)
    if function is None:
        return
    name, member = _name(function)
    first = arguments[0] if arguments else None
    if name in ("require", "import") and not member and first is not None:
        yield from _load_clues(first, name)
    elif "require" in (member or name).lower() and first is not None:  # as bundlers rename it
        yield from _module(_folded(first) or "")
    elif member == "fetch" and name in _GLOBALS:
        yield Clue(NETWORK, "fetch")
    elif name in ("setTimeout", "setInterval") and first is not None and first.type in ("string", "template_string"):
        yield Clue(DYNAMIC_CODE, f"{name}-of-text", True)
    elif member == "constructor" and first is not None and _folded(first) is not None:
        yield Clue(DYNAMIC_CODE, "function-by-constructor", True)
    elif name == "process" and member in ("binding", "dlopen", "_linkedBinding"):
        yield Clue(DYNAMIC_CODE, f"process.{member}", True)
    elif member == "_compile" and _plain_child(function, "object") not in ("this", "self"):
        yield Clue(DYNAMIC_CODE, "_compile", True)
    if member in _HOST_TAKERS:
        for argument in arguments:
            yield from named_host_clues(_folded(argument) or "")
    yield from _folded_call_clues(node, name, member)


def _folded_call_clues(node: Node, name: str, member: str) -> Iterator[Clue]:
    text = _folded(node)
    if text:
        plain = name in ("path", "join", "resolve") or member in ("join", "resolve")
        spelled = member == "join" and name != "path" and len(_arguments(node)) < 2
        yield from clues(text) if plain and not spelled else hidden_clues(text)


def _load_clues(argument: Node, name: str) -> Iterator[Clue]:
    module = _folded(argument)
    if module is None:
        yield Clue(DYNAMIC_CODE, f"{name}-of-computed-name")
    elif argument.type not in ("string", "template_string"):
        yield Clue(OBFUSCATED, f"{name}-of-name-in-pieces", True)
    if module is not None:
        yield from _module(module)


def _module_clues(node: Node, _: Node | None) -> Iterator[Clue]:
    source = node.child_by_field_name("source")
    yield from _module((_folded(source) or "") if source is not None else "")


def _module(module: str) -> Iterator[Clue]:
    plain = module.removeprefix("node:")
    package = "/".join(plain.split("/")[: 2 if plain.startswith("@") else 1])
    if plain in _NETWORK or package in _NETWORK:
        yield Clue(NETWORK, plain)
    elif package in _PROCESS:
        yield Clue(PROCESS, plain)
    elif plain in _DYNAMIC_MODULES and plain != "module":
        yield Clue(DYNAMIC_CODE, f"module-{plain}")
    elif module.startswith((".", "/")) and module.endswith((".txt", ".md", ".png", ".jpg", ".dat", ".bin", ".svg")):
        yield Clue(DYNAMIC_CODE, f"code-in-{module.rpartition('/')[2]}", True)


def _subscript_clues(node: Node, parent: Node | None) -> Iterator[Clue]:
    index = node.child_by_field_name("index")
    text = _folded(index) if index is not None else None
    if index is None or text is None:
        return
    if text == "env" and _plain_child(node, "object") == "process":
        yield from _environment(parent)
    elif text in _TELLING_NAMES and (index.type not in ("string",) or text in ("eval", "Function", "child_process")):
        yield Clue(DYNAMIC_CODE, f"{text}-by-name", True)


def _environment_clues(node: Node, parent: Node | None) -> Iterator[Clue]:
    if _plain_child(node, "property") == "env" and _plain_child(node, "object") == "process":
        yield from _environment(parent)


def _environment(parent: Node | None) -> Iterator[Clue]:
    name: str | None = None
    if parent is not None and parent.type == "member_expression":
        name = _plain_child(parent, "property")
    elif parent is not None and parent.type == "subscript_expression":
        index = parent.child_by_field_name("index")
        name = _folded(index) if index is not None else None
        if name is None:
            yield Clue(ENVIRONMENT, "computed-names")
            return
    if name is None:
        yield from _whole_environment(parent)
    elif is_secret_name(name):
        yield Clue(ENVIRONMENT, name)


def _whole_environment(parent: Node | None) -> Iterator[Clue]:
    value = parent.child_by_field_name("name") if parent is not None and parent.type == "variable_declarator" else None
    if value is not None and value.type == "object_pattern":
        for name in re.findall(r"[A-Za-z_]\w*(?=\s*[,}=:])", _plain(value)[:2000]):
            if is_secret_name(name):
                yield Clue(ENVIRONMENT, name)
        if "..." not in _plain(value)[:2000]:
            return
    yield Clue(ENVIRONMENT, "whole-environment")


def _taken_clues(node: Node, _: Node | None) -> Iterator[Clue]:
    pattern = node.child_by_field_name("name")
    if pattern is None or pattern.type != "object_pattern" or _plain_child(node, "value") != "process":
        return
    if re.search(r"\benv\b", _plain(pattern)[:500]):
        yield Clue(ENVIRONMENT, "whole-environment")


def _odd_clues(node: Node, parent: Node | None) -> Iterator[Clue]:
    name = _plain(node)
    if name in ("XMLHttpRequest", "WebSocket", "EventSource", "sendBeacon"):
        if parent is not None and parent.type == "new_expression":
            yield Clue(NETWORK, name)
    elif name == "fetch":
        if node.type == "identifier":
            yield Clue(NETWORK, name)
    elif name in _DYNAMIC_MEMBERS or (name == "eval" and _is_global(node, parent)):
        yield Clue(DYNAMIC_CODE, name)
    elif name == "Function" and parent is not None and parent.type in ("new_expression", "call_expression"):
        yield Clue(DYNAMIC_CODE, name, True)


def _is_global(node: Node, parent: Node | None) -> bool:
    """Tell whether a name is the language's own, and no method that somebody has called so."""
    return node.type == "identifier" or (parent is not None and _plain_child(parent, "object") in _GLOBALS)


def _error_clues(node: Node, _: Node | None) -> Iterator[Clue]:
    if node.end_byte - node.start_byte > 200:
        yield Clue(UNREADABLE, "part-of-source")


_READERS = {
    "string": _text_clues,
    "template_string": _text_clues,
    "binary_expression": _sum_clues,
    "call_expression": _call_clues,
    "new_expression": _call_clues,
    "import_statement": _module_clues,
    "export_statement": _module_clues,
    "subscript_expression": _subscript_clues,
    "member_expression": _environment_clues,
    "variable_declarator": _taken_clues,
    "identifier": _odd_clues,
    "property_identifier": _odd_clues,
    "ERROR": _error_clues,
}


def _plain(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")


def _plain_child(node: Node, field: str) -> str:
    """Return the word in `field`; nothing for what is no single word."""
    child = node.child_by_field_name(field)
    return _plain(child) if child is not None and not child.named_child_count else ""


def _arguments(node: Node) -> list[Node]:
    arguments = node.child_by_field_name("arguments")
    return [child for child in arguments.named_children if child.type != "comment"] if arguments is not None else []


def _name(function: Node) -> tuple[str, str]:
    """Return the name that is called and its member; of a longer chain only the member."""
    while function.type == "parenthesized_expression" and function.named_child_count:
        last = function.named_children[-1]
        function = last.named_children[-1] if last.type == "sequence_expression" else last
    if function.type in ("identifier", "import"):
        return _plain(function), ""
    if function.type == "member_expression":
        target = function.child_by_field_name("object")
        owner = _plain(target) if target is not None and target.type == "identifier" else ""
        return owner, _plain_child(function, "property")
    return "", ""


def _runs(node: Node) -> Iterator[str]:
    """Yield the texts that `node` is put together from, joined where nothing unknown stands between them."""
    run: list[str] = []
    for piece in _pieces(node, 0):
        if piece is None:
            if run:
                yield "".join(run)
            run = []
        else:
            run.append(piece)
    if run:
        yield "".join(run)


def _pieces(node: Node, depth: int) -> Iterator[str | None]:
    waiting = [node]
    while waiting:
        each = waiting.pop()
        if _is_sum(each) or each.type in _TRANSPARENT:
            waiting += reversed(each.named_children)
        elif each.type == "string_fragment":
            yield _plain(each)
        elif each.type == "escape_sequence":
            yield _unescaped(_plain(each))
        elif each.type != "comment":
            yield _folded_call(each, depth) if each.type == "call_expression" and depth < _DEEPEST else None


def _folded(node: Node, depth: int = 0) -> str | None:
    """Return the text that `node` always is; None if only the run knows."""
    if depth > _DEEPEST:
        return None
    if node.type in ("string", "template_string", "parenthesized_expression") or _is_sum(node):
        pieces = list(_pieces(node, depth + 1))
        return None if None in pieces else "".join(piece or "" for piece in pieces)
    return _folded_call(node, depth) if node.type == "call_expression" else None


def _folded_call(node: Node, depth: int) -> str | None:
    function = node.child_by_field_name("function")
    if function is None:
        return None
    name, member = _name(function)
    arguments = _arguments(node)
    if member == "fromCharCode":
        return _from_codes(arguments)
    if member in ("join", "reverse", "split", "toString", "trim", "concat") and name not in ("path", "Buffer"):
        return _folded_method(function, member, arguments, depth)
    first = _folded(arguments[0], depth + 1) if arguments else None
    if name == "atob" and not member:
        return decode(first) if first else None
    if name == "Buffer" and member == "from" and len(arguments) > 1:
        return decode(first) if first and _folded(arguments[1], depth + 1) in ("base64", "hex", "base64url") else None
    if name in ("decodeURIComponent", "unescape", "decodeURI") and first and "%" in first:
        return unquote(first)
    if (name == "path" and member in ("join", "resolve")) or name in ("join", "resolve"):
        known = [_folded(argument, depth + 1) for argument in arguments]
        return "/".join(filter(None, known)) or None
    return None


def _folded_method(function: Node, member: str, arguments: list[Node], depth: int) -> str | None:
    target = function.child_by_field_name("object")
    if target is None or depth > _DEEPEST:
        return None
    if member == "join" and target.type == "array":
        glue = _folded(arguments[0], depth + 1) if arguments else ","
        return _joined(glue, (_folded(each, depth + 1) for each in target.named_children))
    if member == "join" and len(arguments) > 1:  # path.join under another name
        return "/".join(filter(None, (_folded(argument, depth + 1) for argument in arguments))) or None
    inner = _folded(target, depth + 1)
    if inner is None:
        return None
    if member == "concat":
        return _joined("", (inner, *(_folded(argument, depth + 1) for argument in arguments)))
    return inner[::-1] if member == "reverse" else inner


def _joined(glue: str | None, pieces: Iterable[str | None]) -> str | None:
    known = list(pieces)
    return None if glue is None or None in known else glue.join(piece or "" for piece in known)


def _from_codes(arguments: list[Node]) -> str | None:
    try:
        return "".join(chr(int(_plain(argument), 0)) for argument in arguments)
    except (ValueError, OverflowError):
        return None


def _unescaped(sequence: str) -> str:
    match = _ESCAPE.fullmatch(sequence)
    if not match:
        return sequence
    digits = match[1] or match[2] or match[3]
    if digits:
        number = int(digits, 16)
        return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"
    return _SHORT.get(match[4], match[4])
