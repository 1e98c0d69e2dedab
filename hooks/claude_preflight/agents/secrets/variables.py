"""Names of environment variables to keep secrets in: one for each value of a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from claude_preflight.agents.secrets.names import NOTHING, name_words, what_is_named
from claude_preflight.agents.secrets.table import table, vocabulary
from claude_preflight.late import late

_TELLING_ALONE = ("token", "password", "secret", "apikey")
_VARIABLE = late(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
_ADDRESSES = ("url", "uri", "dsn", "endpoint", "host", "string", "connection")  # ends of names of what holds a password
_MOST_WORDS = 5  # of the name of an owner


def suggest_variable(kind: str, name: str = "") -> str:
    """Return the environment variable to keep a secret in, such as `GITHUB_TOKEN`.

    `kind` is that of the `Secret`, `name` what the value is called where it stands. A name that is a variable already
    stays as it is.
    """
    bare = name.lstrip("-")
    entry = table().kinds[kind]
    words = [word for word in name_words(bare) if word.isascii() and word not in ("x", "the")]
    if kind == "url-password":  # the name is that of the address
        while words and words[-1] in _ADDRESSES:
            words.pop()
        return "_".join((*words, "password")).upper() if words and _VARIABLE.fullmatch(bare) else entry.variable
    if _VARIABLE.fullmatch(bare):
        return bare
    if not entry.generic or not words or words[0].isdigit() or (len(words) == 1 and words[0] not in _TELLING_ALONE):
        return entry.variable
    return "_".join(words).upper()


def of_owner(variable: str, path: Sequence[str]) -> str:
    """Return `variable` with the name in front of what owns it: the last key of `path` that names something.

    The last key of all is that of the value. `variable` stays as it is if nothing on the way has a name.
    """
    for key in reversed(path[:-1]):
        words = [word for word in name_words(key) if word.isascii()]
        if not words or key.isdigit() or not vocabulary("general_keys").isdisjoint((key.lower(), "".join(words))):
            continue
        own = variable.lower().split("_")
        words = words[:_MOST_WORDS]
        shared = next((count for count in range(len(words), 0, -1) if words[-count:] == own[:count]), 0)
        name = "_".join([*words[: len(words) - shared], *own]).upper()
        return f"MCP_{name}" if name[0].isdigit() else name
    return variable


def distinct_variables(wanted: Sequence[str], paths: Sequence[Sequence[str]], taken: Iterable[str] = ()) -> list[str]:
    """Return a variable for each value of a file, where `wanted` are suggested and `paths` are those of their keys.

    No two are the same, nor is one of those that are `taken`. What has a general name, such as `API_KEY`, is called
    after its owner, and so is what would have the same name as another; a number tells apart what is left.
    """
    used = set(taken)
    often = Counter(wanted)
    chosen = []
    for variable, path in zip(wanted, paths, strict=True):
        alone = often[variable] == 1 and variable not in used and not is_general(variable)
        stem = variable if alone else of_owner(variable, path)
        name, number = stem, 2
        while name in used:
            name, number = f"{stem}_{number}", number + 1
        used.add(name)
        chosen.append(name)
    return chosen


def is_general(variable: str) -> bool:
    """Whether `variable` tells what sort of credential it holds, but not of what: `API_KEY`, `ACCESS_TOKEN`."""
    words = variable.lower().split("_")
    return what_is_named(variable) != NOTHING and vocabulary("general_words").issuperset(words)
