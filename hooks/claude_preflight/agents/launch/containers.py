"""What a container is given of the host: mounts and variables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from claude_preflight.agents.launch.model import Mount
from claude_preflight.agents.launch.words import Option, assignment, outside_braces
from claude_preflight.syntax.nodes import Text

# More than any mount has.
_MAX_FIELDS = 40


def container_environment(options: Iterable[Option]) -> Iterable[tuple[Text, Text]]:
    """Yield the variables that `options` set; a name alone hands on the host's."""
    for option in options:
        pair = assignment(option.value) if option.name in ("-e", "--env") and option.value else None
        if pair:
            yield pair


def mounts(options: Iterable[Option]) -> Iterable[Mount]:
    """Yield what `options` mount."""
    for option in options:
        mount = None
        if option.value and option.name in ("-v", "--volume"):
            mount = _volume(option.value)
        elif option.value and option.name == "--mount":
            mount = _bind(option.value)
        if mount:
            yield mount


def _volume(value: Text) -> Mount | None:
    """Read `source:target[:options]`, where the colon of a drive letter separates nothing."""
    edges = [-1, *outside_braces(value, ":")[:_MAX_FIELDS], len(value)]
    fields = [value.part(start + 1, end) for start, end in pairwise(edges)]
    parts: list[Text] = []
    index = 0
    while index < len(fields):
        drive = len(fields[index]) == 1 and fields[index].isalpha() and index + 1 < len(fields)
        wide = drive and (fields[index + 1].startswith("\\") or _is_drive_path(fields[index + 1 :]))
        parts.append(value.part(edges[index] + 1, edges[index + 1 + wide]))
        index += 1 + wide
    if len(parts) < 2:
        return None
    return Mount(parts[0], parts[1], "ro" in ",".join(parts[2:]).split(",") or "readonly" in parts[2:])


def _is_drive_path(fields: Sequence[Text]) -> bool:
    """Whether what follows `C:` in `C:/x:/y` is a path with another behind it; `c:/x` alone mounts the volume `c`."""
    return fields[0].startswith("/") and len(fields) > 1 and (fields[1].startswith("/") or len(fields[1]) == 1)


def _bind(value: Text) -> Mount | None:
    """Read `type=bind,source=…,target=…,readonly`."""
    edges = [-1, *outside_braces(value, ",")[:_MAX_FIELDS], len(value)]
    fields: dict[str, Text] = {}
    for start, end in pairwise(edges):
        field = value.part(start + 1, end).trimmed()
        if len(field) > 1 and field[0] == field[-1] == '"':
            field = field.part(1, len(field) - 1)
        if field.startswith("volume-opt="):  # an option of the volume's driver, such as the device that it binds
            field = field.part(len("volume-opt="), len(field))
        equals = field.find("=")
        name = field[:equals] if equals >= 0 else field
        fields[name.lower()] = field.part(equals + 1, len(field)) if equals >= 0 else field
    bound = fields.get("device") if "bind" in fields.get("o", "") else None
    source = bound or fields.get("source") or fields.get("src")
    target = fields.get("target") or fields.get("destination") or fields.get("dst")
    read_only = fields.get("readonly") or fields.get("ro") or ""
    return Mount(source, target, read_only.lower() in ("readonly", "ro", "true", "1")) if source and target else None
