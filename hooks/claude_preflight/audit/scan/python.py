"""Read Python source by its syntax tree; nothing of it is compiled or imported."""

from __future__ import annotations

import ast
import base64
import binascii
import codecs
import warnings
from collections.abc import Iterator

from claude_preflight.audit.scan.model import (
    DYNAMIC_CODE,
    ENVIRONMENT,
    NETWORK,
    PROCESS,
    UNREADABLE,
    Fact,
    is_secret_name,
)
from claude_preflight.audit.scan.strings import Clue, clues, hidden_clues, named_host_clues
from claude_preflight.typed import NamedTuple

_NETWORK = frozenset(
    (
        *("socket", "urllib.request", "urllib3", "http.client", "requests", "httpx", "aiohttp", "websockets"),
        *("websocket", "ftplib", "smtplib", "telnetlib", "xmlrpc.client", "paramiko", "pycurl", "dns", "asyncssh"),
        *("httplib2", "grpc", "niquests", "curl_cffi", "nntplib", "imaplib", "poplib"),
    )
)
_PROCESS = frozenset(
    (
        *("os.system", "os.popen", "os.fork", "os.forkpty", "pty.spawn", "ctypes", "_posixsubprocess", "sh", "pexpect"),
        *("asyncio.create_subprocess_exec", "asyncio.create_subprocess_shell", "commands", "posix.system", "nt.system"),
        *("multiprocessing", "asyncio.subprocess", "invoke", "plumbum", "cffi", "anyio.run_process"),
    )
)
_PROCESS_STARTS = ("subprocess.", "os.exec", "os.spawn", "os.posix_spawn", "anyio.open_process")
_DYNAMIC = frozenset(
    (
        *("eval", "exec", "compile", "marshal.loads", "marshal.load", "types.CodeType", "types.FunctionType"),
        *("pickle.loads", "pickle.load", "dill.loads", "cloudpickle.loads", "runpy.run_path", "runpy.run_module"),
        *("builtins.eval", "builtins.exec", "builtins.compile", "code.InteractiveInterpreter", "imp.load_source"),
        *("importlib.util.spec_from_file_location", "zipimport.zipimporter"),
    )
)
_IMPORTERS = frozenset(("__import__", "importlib.import_module", "builtins.__import__"))
# Names that are reached in no ordinary way: through a string, or through the table of the built-in names.
_TELLING_NAMES = frozenset(("eval", "exec", "compile", "__import__", "system", "popen", "Popen", "loads", "b64decode"))
_DECODERS = frozenset(("base64.b64decode", "base64.urlsafe_b64decode", "base64.standard_b64decode", "bytes.fromhex"))
_HEX_DECODERS = frozenset(("bytes.fromhex", "bytearray.fromhex", "binascii.unhexlify", "binascii.a2b_hex"))
_HOST_WORDS = frozenset(("host", "hostname", "server", "address", "base_url", "endpoint", "domain"))
_HOST_TAKERS = ("connect", "create_connection", "getaddrinfo", "gethostbyname", "HTTPSConnection", "HTTPConnection")
_MAX_BYTES = 8 * 2**20
_DEEPEST = 60


def scan(content: bytes, file: str) -> Iterator[Fact]:
    """Yield what the Python source `content`, shown as `file`, does or may do."""
    if len(content) > _MAX_BYTES:
        yield Fact(UNREADABLE, "oversized-source", file, 1, True)
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(content)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None) or 1
        yield Fact(UNREADABLE, "source", file, line)
        text = content.decode("utf-8", "replace")
        yield from (Fact(clue.what, clue.detail, file, line, clue.alarming) for clue in clues(text))
        return
    for clue, line in dict.fromkeys(_Reader(tree).read()):
        yield Fact(clue.what, clue.detail, file, max(line, 1), clue.alarming)


class _Place(NamedTuple):
    clue: Clue
    line: int


class _Reader:
    """One module: what its names stand for, and which nodes are inside of which."""

    def __init__(self, tree: ast.Module) -> None:
        self.nodes = list(ast.walk(tree))
        self.parents = {child: node for node in self.nodes for child in ast.iter_child_nodes(node)}
        self.names = dict(self._imported())
        self.names.update(self._renamed())

    def _imported(self) -> Iterator[tuple[str, str]]:
        for node in self.nodes:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield (alias.asname, alias.name) if alias.asname else (alias.name.partition(".")[0],) * 2
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                for alias in node.names:
                    yield alias.asname or alias.name, f"{node.module}.{alias.name}"

    def _renamed(self) -> list[tuple[str, str]]:
        """Return the further names that the module gives to what it imports, as in `o = os`."""
        return [
            (target.id, self._name(node.value))
            for node in self.nodes
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name) and node.value.id in self.names
            for target in node.targets
            if isinstance(target, ast.Name)
        ]

    def read(self) -> Iterator[_Place]:
        for node in self.nodes:
            line = getattr(node, "lineno", 1)
            for clue in self._clues(node):
                yield _Place(clue, line)

    def _clues(self, node: ast.AST) -> Iterator[Clue]:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from self._imports(node)
        elif isinstance(node, ast.Call):
            yield from self._call(node)
        elif isinstance(node, ast.Constant):
            yield from self._constant(node)
        elif isinstance(node, ast.BinOp | ast.JoinedStr):
            yield from self._assembled(node)
        elif isinstance(node, ast.Name | ast.Attribute):
            yield from self._reference(node)
        elif isinstance(node, ast.Subscript):
            yield from self._subscript(node)

    def _imports(self, node: ast.Import | ast.ImportFrom) -> Iterator[Clue]:
        if isinstance(node, ast.ImportFrom) and node.level:
            return
        module = node.module if isinstance(node, ast.ImportFrom) else None
        for alias in node.names:
            full = f"{module}.{alias.name}" if module else alias.name
            network = next((name for name in _NETWORK if f"{full}.".startswith(f"{name}.")), None)
            if network:
                yield Clue(NETWORK, network)
            elif full.partition(".")[0] in _PROCESS or full in ("os.*", "subprocess.*"):
                yield Clue(PROCESS, full)

    def _call(self, node: ast.Call) -> Iterator[Clue]:
        name = self._name(node.func)
        short = name.rpartition(".")[2]
        if name in _DYNAMIC:
            yield Clue(DYNAMIC_CODE, name, name in ("marshal.loads", "exec", "eval"))
        elif name in _IMPORTERS:
            yield from self._import_call(name, node)
        elif name == "getattr" and len(node.args) > 1:
            yield from self._getattr(node)
        yield from self._environment_call(name, node)
        if short in _HOST_TAKERS:
            for argument in node.args:
                for inner in argument.elts if isinstance(argument, ast.Tuple) else [argument]:
                    yield from named_host_clues(self._folded(inner) or "")
        for keyword in node.keywords:
            if keyword.arg in _HOST_WORDS:
                yield from named_host_clues(self._folded(keyword.value) or "")
        decoded = self._folded(node)
        if decoded:
            yield from clues(decoded) if short in ("join", "joinpath", "expanduser", "Path") else hidden_clues(decoded)

    def _import_call(self, name: str, node: ast.Call) -> Iterator[Clue]:
        wanted = self._folded(node.args[0]) if node.args else None
        if wanted is None:
            yield Clue(DYNAMIC_CODE, f"{name}-of-computed-name")
        elif wanted in _NETWORK:
            yield Clue(NETWORK, wanted)
        elif wanted.partition(".")[0] in ("os", "subprocess", "pty", "ctypes", "builtins", "marshal"):
            yield Clue(DYNAMIC_CODE, f"{name}-of-{wanted}", True)

    def _getattr(self, node: ast.Call) -> Iterator[Clue]:
        wanted = self._folded(node.args[1])
        if wanted in _TELLING_NAMES:
            yield Clue(DYNAMIC_CODE, f"{wanted}-by-getattr", True)
        elif wanted is None and self._name(node.args[0]) in ("builtins", "__builtins__", "os", "subprocess"):
            yield Clue(DYNAMIC_CODE, "getattr-of-computed-name", True)

    def _environment_call(self, name: str, node: ast.Call) -> Iterator[Clue]:
        if name in ("os.getenv", "os.environ.get", "os.environ.pop", "environ.get") and node.args:
            yield from self._variable(node.args[0])

    def _variable(self, node: ast.expr) -> Iterator[Clue]:
        name = self._folded(node)
        if name is None:
            yield Clue(ENVIRONMENT, "computed-names")
        elif is_secret_name(name):
            yield Clue(ENVIRONMENT, name)

    def _constant(self, node: ast.Constant) -> Iterator[Clue]:
        parent = self.parents.get(node)
        if isinstance(parent, ast.Expr) or (isinstance(parent, ast.BinOp | ast.JoinedStr) and self._is_text(parent)):
            return  # a docstring, or a part of what is looked at as a whole
        if isinstance(node.value, str):
            yield from clues(node.value)
        elif isinstance(node.value, bytes):
            yield from clues(node.value.decode("utf-8", "replace"))

    def _is_text(self, node: ast.BinOp | ast.JoinedStr) -> bool:
        return isinstance(node, ast.JoinedStr) or isinstance(node.op, ast.Add | ast.Div | ast.Mod)

    def _assembled(self, node: ast.BinOp | ast.JoinedStr) -> Iterator[Clue]:
        parent = self.parents.get(node)
        if not self._is_text(node) or (isinstance(parent, ast.BinOp) and self._is_text(parent)):
            return
        for text in _runs(self._pieces(node)):
            yield from clues(text)

    def _pieces(self, node: ast.AST, depth: int = 0) -> Iterator[str | None]:
        """Yield the parts of a text that is put together; None for each that only the run knows."""
        open_nodes: list[tuple[ast.AST, str]] = [(node, "")]
        while open_nodes:
            each, mark = open_nodes.pop()
            if mark:
                yield mark
            elif isinstance(each, ast.BinOp) and self._is_text(each):
                between = "/" if isinstance(each.op, ast.Div) else ""
                separator = [(each, between)] if between else []
                open_nodes += [(each.right, ""), *separator, (each.left, "")]
            elif isinstance(each, ast.JoinedStr):
                open_nodes += [(value, "") for value in reversed(each.values)]
            else:
                yield self._folded(each, depth + 1)

    def _reference(self, node: ast.Name | ast.Attribute) -> Iterator[Clue]:
        parent = self.parents.get(node)
        last = node.attr if isinstance(node, ast.Attribute) else self.names.get(node.id, "").rpartition(".")[2]
        if isinstance(parent, ast.Attribute) and last not in ("environ", "environb"):
            return
        name = self._name(node)
        if name in ("os.environ", "os.environb"):
            if not self._is_named_read(node, parent):
                yield Clue(ENVIRONMENT, "whole-environment")
        elif name in _PROCESS or name.startswith(_PROCESS_STARTS):
            if not name.rpartition(".")[2].isupper() and not name.endswith(("Error", "Expired")):
                yield Clue(PROCESS, name)
        elif name in ("__builtins__", "builtins.__dict__"):
            yield Clue(DYNAMIC_CODE, name, True)
        elif name in _DYNAMIC and not (isinstance(parent, ast.Call) and parent.func is node):
            yield Clue(DYNAMIC_CODE, name)

    def _is_named_read(self, node: ast.AST, parent: ast.AST | None) -> bool:
        if isinstance(parent, ast.Attribute):
            return parent.attr in ("get", "pop", "setdefault", "update", "keys")
        inside = isinstance(parent, ast.Compare) and node in parent.comparators
        return isinstance(parent, ast.Subscript) or inside

    def _subscript(self, node: ast.Subscript) -> Iterator[Clue]:
        if isinstance(node.slice, ast.Slice):
            yield from hidden_clues(self._folded(node) or "")
        elif self._name(node.value) == "os.environ" and isinstance(node.ctx, ast.Load):
            yield from self._variable(node.slice)
        elif isinstance(node.slice, ast.Constant | ast.BinOp) and self._folded(node.slice) in _TELLING_NAMES:
            table = self._name(node.value.func) if isinstance(node.value, ast.Call) else self._name(node.value)
            if table.rpartition(".")[2] in ("globals", "locals", "vars", "__dict__", "__builtins__"):
                yield Clue(DYNAMIC_CODE, f"{self._folded(node.slice)}-by-{table}", True)

    def _name(self, node: ast.AST) -> str:
        """Return the dotted name that `node` stands for, imports resolved; empty if it is none."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if isinstance(node, ast.Call) and self._name_of_importer(node):
            parts.append(self._name_of_importer(node))
        elif isinstance(node, ast.Name):
            parts.append(self.names.get(node.id, node.id))
        else:
            return ""
        return ".".join(reversed(parts))

    def _name_of_importer(self, node: ast.Call) -> str:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        first = node.args[0] if node.args else None
        literal = isinstance(first, ast.Constant) and isinstance(first.value, str)
        return str(first.value) if name == "__import__" and literal and isinstance(first, ast.Constant) else ""

    def _folded(self, node: ast.AST, depth: int = 0) -> str | None:
        """Return the text that `node` always is; None if only the run knows."""
        if depth > _DEEPEST:
            return None
        if isinstance(node, ast.Constant):
            return _text(node.value)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            pieces = [*self._pieces(node, depth)]
            return None if None in pieces else "".join(piece or "" for piece in pieces)
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
            return self._reversed(node, depth)
        return self._folded_call(node, depth) if isinstance(node, ast.Call) else None

    def _reversed(self, node: ast.Subscript, depth: int) -> str | None:
        assert isinstance(node.slice, ast.Slice)
        step = node.slice.step
        backwards = isinstance(step, ast.UnaryOp) and isinstance(step.operand, ast.Constant) and step.operand.value == 1
        text = self._folded(node.value, depth + 1) if backwards else None
        return text[::-1] if text else None

    def _folded_call(self, node: ast.Call, depth: int) -> str | None:
        name = self._name(node.func)
        method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        arguments = [self._folded(argument, depth + 1) for argument in node.args]
        first = arguments[0] if arguments else None
        if name in _DECODERS or name in _HEX_DECODERS:
            return _decoded(first, hexadecimal=name in _HEX_DECODERS) if first else None
        if name == "codecs.decode" and first and arguments[1:2] and arguments[1] in ("rot13", "rot_13", "rot-13"):
            return codecs.decode(first, "rot13")
        if name == "chr" and node.args and isinstance(node.args[0], ast.Constant):
            return _character(node.args[0].value)
        if method in ("decode", "encode", "strip") and isinstance(node.func, ast.Attribute):
            return self._folded(node.func.value, depth + 1)
        if method == "join" and isinstance(node.func, ast.Attribute):
            return self._joined(node.func, node.args, depth)
        if name in ("os.path.join", "pathlib.Path", "os.path.expanduser", "pathlib.PurePath") or method == "joinpath":
            known = [argument for argument in arguments if argument]
            return "/".join(known) or None
        return self._from_numbers(node) if name in ("bytes", "bytearray") else None

    def _joined(self, function: ast.Attribute, arguments: list[ast.expr], depth: int) -> str | None:
        separator = self._folded(function.value, depth + 1)
        if separator is None or not arguments or not isinstance(arguments[0], ast.List | ast.Tuple):
            return None
        pieces = [self._folded(each, depth + 1) for each in arguments[0].elts]
        return None if None in pieces else separator.join(piece or "" for piece in pieces)

    def _from_numbers(self, node: ast.Call) -> str | None:
        numbers = node.args[0] if node.args else None
        if not isinstance(numbers, ast.List | ast.Tuple) or not numbers.elts:
            return None
        values = [each.value if isinstance(each, ast.Constant) else None for each in numbers.elts]
        return "".join(filter(None, map(_character, values))) if None not in values else None


def _runs(pieces: Iterator[str | None]) -> Iterator[str]:
    """Yield what stands between the unknown parts."""
    run: list[str] = []
    for piece in pieces:
        if piece is None:
            yield "".join(run)
            run = []
        else:
            run.append(piece)
    yield "".join(run)


def _text(value: object) -> str | None:
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return value if isinstance(value, str) else None


def _decoded(text: str, *, hexadecimal: bool) -> str | None:
    try:
        raw = bytes.fromhex(text) if hexadecimal else base64.b64decode(text + "==", altchars=None)
    except (ValueError, binascii.Error):
        return None
    return raw.decode("utf-8", "replace")


def _character(value: object) -> str | None:
    return chr(value) if isinstance(value, int) and 0 < value < 0x110000 else None
