"""Read what a launcher or an interpreter starts, by its grammar."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from claude_preflight.agents.launch.grammars import DENO, GLOBAL_VALUES, LAUNCHERS, PREFIXES, PROGRAMS, Grammar
from claude_preflight.agents.launch.model import Launch
from claude_preflight.agents.launch.specs import is_path, read_image, scheme_of
from claude_preflight.agents.launch.words import (
    SCRIPTS,
    Option,
    line_segments,
    option_names,
    read_options,
    runtime_of,
    split,
    split_option,
    with_defaults,
)
from claude_preflight.syntax.nodes import Text

_PYTHON_VALUES = option_names("W X")
_PYTHON_STOPS = option_names("m c")
_NODE_VALUES = option_names("require r import loader experimental-loader env-file conditions C")
_NODE_STOPS = option_names("eval e print p")


def read_launch(name: str, words: Sequence[Text]) -> Launch:
    """Return what the program `name` starts, whose words these are; wrappers are behind us."""
    if name in PROGRAMS:
        words = [words[0], *_spread(words[1:])]
        grammar, options, own, rest = _grammar(name, words)
        if grammar:
            return _package_launch(grammar, options, own, rest)
    runtime = runtime_of(name)
    words = spread_module(runtime, words)
    count = runtime_options(runtime, words)
    launcher = runtime or (name if name in ("docker", "podman", "deno", "pipx") else "")
    return Launch(launcher, binary=words[0], options=tuple(words[1:count]), arguments=tuple(words[count:]))


def starts_package(name: str, words: Sequence[Text]) -> bool:
    """Tell whether the launcher `name`, the first of `words`, is told by a subcommand to start a package."""
    return _grammar(name, words)[0] is not None


def spread_module(runtime: str, words: Sequence[Text]) -> Sequence[Text]:
    """Return `words`, an interpreter and its own, with `-mname` as the two words that Python takes it for."""
    count = runtime_options(runtime, words) - 1
    for index in range(1, count + 1 if runtime == "python" else 0):
        word = words[index]
        if word.startswith("-m") and len(word) > 2 and word[2].isalpha():
            return [*words[:index], word.part(0, 2), word.part(2, len(word)), *words[index + 1 :]]
    return words


def runtime_options(runtime: str, words: Sequence[Text]) -> int:
    """Return the index of the first of `words` that is not the interpreter's own."""
    if not runtime:
        return 1
    values, stops = (_PYTHON_VALUES, _PYTHON_STOPS) if runtime == "python" else (_NODE_VALUES, _NODE_STOPS)
    return 1 + read_options(words[1:], values, stops=stops)[1]


def _spread(words: Sequence[Text]) -> Sequence[Text]:
    """Split a first word that holds several: no option and no package has a blank in its name."""
    parts = words[0].split(None, 1) if words else []
    if len(parts) < 2 or "=" in parts[0]:
        return words
    if parts[0][0] != "-" and (parts[1][0] in "@=<>!~;[|" or parts[1].startswith("- ")):
        return words  # a range of versions
    return [*split(words[0]), *words[1:]]


def _grammar(name: str, words: Sequence[Text]) -> tuple[Grammar | None, list[Option], list[Text], Sequence[Text]]:
    """Return how the launcher's words are read, its options before the subcommand (parsed, and as words), the rest."""
    path: tuple[str, ...] = (name,)
    index = 1
    options: list[Option] = []
    own: list[Text] = []
    while path in PREFIXES:
        found, count = read_options(words[index:], GLOBAL_VALUES.get(name, frozenset()))
        options += found
        own += words[index : index + count]
        index += count
        if index >= len(words):
            return None, options, own, ()
        if path == ("deno",) and (scheme_of(words[index]) or words[index].endswith(SCRIPTS)):
            return DENO, options, own, words[index:]
        path = (*path, str(words[index]))
        index += 1
    return LAUNCHERS.get(path), options, own, words[index:]


def _package_launch(grammar: Grammar, options: list[Option], own: list[Text], words: Sequence[Text]) -> Launch:
    values = grammar.values | grammar.names | grammar.calls | grammar.extras
    found, count = read_options(words, values, stops=grammar.stops, clusters=grammar.clusters)
    options = [*options, *found]
    own += [word for word in words[:count] if word != "--"]
    rest = _spread(words[count:])
    calls = [option.value for option in options if option.name in grammar.calls and option.value]
    named = [option.value for option in options if option.name in grammar.names and option.value]
    launch = Launch(grammar.launcher)
    if named:
        requirements = [requirement for value in named for requirement in _requirements(value)]
        others = tuple(_with_spec(Launch(grammar.launcher), grammar, other) for other in requirements[1:])
        launch = _with_spec(launch, grammar, requirements[0])._replace(besides=others)
    if calls:
        rest = [word for segment in line_segments(calls[0])[-1:] for word in segment.words]
    if grammar.first == "argument":
        launch = launch._replace(arguments=tuple(rest))
    elif named or calls or grammar.first == "program":
        launch = _with_program(launch, grammar, rest)
    elif rest:
        rest, trailing = _trailing(rest, grammar)
        own += trailing
        launch = _with_spec(launch, grammar, rest[0])._replace(arguments=tuple(rest[1:]))
    extras = [option.value for option in options if option.name in grammar.extras and option.value]
    if extras:
        more = (
            _with_spec(Launch(grammar.launcher), grammar, spec) for value in extras for spec in _requirements(value)
        )
        launch = launch._replace(besides=(*launch.besides, *more))
    if grammar.read is read_image:
        from claude_preflight.agents.launch.containers import container_environment, mounts

        launch = launch._replace(mounts=tuple(mounts(options)), environment=tuple(container_environment(options)))
    return launch._replace(options=tuple(own))


def _with_spec(launch: Launch, grammar: Grammar, spec: Text) -> Launch:
    if spec.startswith("${") and grammar.read is not read_image:
        spec = with_defaults(spec) or spec
    registry, package, version = grammar.read(spec)
    return launch._replace(registry=registry, spec=spec, package=package, version=version)


def _requirements(value: Text) -> list[Text]:
    """Return the requirements in one word, as `uv run --with a,b` takes them; a comma in one of them parts versions."""
    edges, depth = [-1], 0
    for index, character in enumerate(value):
        depth += (character == "[") - (character == "]")
        if character == "," and depth <= 0 and value[index + 1 :].lstrip()[:1].isalpha():
            edges.append(index)
    return [value.part(start + 1, end).trimmed() for start, end in pairwise([*edges, len(value)])]


def _with_program(launch: Launch, grammar: Grammar, words: Sequence[Text]) -> Launch:
    if not words or words[0] in grammar.stops:
        return launch._replace(arguments=tuple(words))
    launch = launch._replace(binary=words[0], arguments=tuple(words[1:]))
    if launch.spec:
        return launch
    if scheme_of(words[0]):
        return launch._replace(registry="url", spec=words[0], package=words[0])
    if is_path(words[0]) or words[0].endswith(SCRIPTS):
        return launch._replace(registry="path", spec=words[0])
    return launch


def _trailing(words: Sequence[Text], grammar: Grammar) -> tuple[list[Text], list[Text]]:
    """Return `words` without the launcher's own options behind the package, and those; the first `--` ends them."""
    if not grammar.switches:
        return [*words], []
    kept, index = [words[0]], 1
    own: list[Text] = []
    while index < len(words) and words[index] != "--":
        option = split_option(words[index], grammar.values, clusters=False)
        takes = 2 if option.name in grammar.values and option.value is None else 1
        known = option.name in grammar.switches or (option.name in grammar.values and grammar.launcher == "dnx")
        (own if known else kept).extend(words[index : index + (takes if known else 1)])
        index += takes if known else 1
    return [*kept, *words[index + 1 :]], own
