"""Which files `.gitattributes` tells git to take for binary, so that a search for text would pass over them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from fnmatch import translate

from claude_preflight.document import Document

_HIDING = frozenset(("-diff", "binary"))
# Files that are binary by their nature, which such lines are mostly about, and which nobody runs or reads as text.
_MEDIA = frozenset(
    "png jpg jpeg gif webp avif ico icns bmp tif tiff psd heic mp3 mp4 m4a mov avi mkv webm ogg wav flac woff woff2 ttf"
    " otf eot pdf zip gz tgz bz2 xz zst 7z rar jar war class so dll dylib exe a o lib bin wasm pyc db sqlite sqlite3"
    " parquet onnx pt safetensors npy npz pkl glb fbx blend docx xlsx pptx odt mo keystore jks p12 pfx der".split()
)
_LINE = re.compile(r'[ \t]*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>[^\s"#]\S*))[ \t]+(?P<given>.*)')
_MOST = 1000  # patterns


def hidden_specs(attributes: Iterable[Document], paths: Iterable[str]) -> list[str]:
    """Return pathspecs for those of `paths` that the files `attributes` hide; other files may match them as well."""
    specs = dict(_specs(attributes))
    if not specs:
        return []
    any_of = re.compile("|".join(specs.values()))
    each = {spec: re.compile(expression) for spec, expression in specs.items()}
    hidden: set[str] = set()
    for path in paths:
        if any_of.match(path) and _ending(path) not in _MEDIA:
            hidden.update(spec for spec, expression in each.items() if spec not in hidden and expression.match(path))
    return [spec for spec in specs if spec in hidden][:_MOST]


def _ending(path: str) -> str:
    return path[path.rfind(".") + 1 :].lower()


def _specs(attributes: Iterable[Document]) -> Iterator[tuple[str, str]]:
    """Yield pathspecs for the lines that hide files, each with an expression that matches at least what it does."""
    hiding = set(_HIDING)
    for document in sorted(attributes, key=lambda document: document.path.count("/")):
        folder = posixpath.dirname(document.path)
        for match in map(_LINE.match, document.text.splitlines()):
            if match is None or hiding.isdisjoint(match["given"].split()):
                continue
            pattern = match["plain"] or re.sub(r"\\(.)", r"\1", match["quoted"])
            if pattern.startswith("[attr]"):
                hiding.add(pattern.removeprefix("[attr]"))
            elif not (pattern.startswith("*.") and _ending(pattern) in _MEDIA):
                glob = pattern.lstrip("/") if "/" in pattern else f"**/{pattern}"
                yield (
                    f":(top,glob){posixpath.join(folder, glob)}",
                    translate(posixpath.join(folder, glob.replace("**/", "*"))),
                )
