"""Programs that print files: which of their words name the files, and whether any value in them is printed."""

from __future__ import annotations

from collections.abc import Sequence

from claude_preflight.late import late
from claude_preflight.syntax.nodes import Text
from claude_preflight.typed import NamedTuple


class _Form(NamedTuple):
    """The options of a program whose first operand is a pattern, or a program of its own language.

    With one of `pattern` no operand is; the values of `files` are patterns of files that it reads. The others of
    `values` take a value that is neither. With one of `silent` it prints nothing of what it reads.
    """

    pattern: frozenset[str]
    files: frozenset[str]
    values: frozenset[str]
    silent: frozenset[str]


class _Arguments(NamedTuple):
    switches: set[str]
    values: list[tuple[str, Text]]
    operands: list[Text]


def _form(pattern: str, files: str, values: str, silent: str) -> _Form:
    return _Form(*(frozenset(options.split()) for options in (pattern, files, values, silent)))


_GREP = _form(
    "-e --regexp -f --file",
    "--include",
    "-A -B -C -m -D -d --after-context --before-context --context --max-count --exclude --exclude-dir --exclude-from"
    " --binary-files --label",
    "-q -c -l -L --quiet --silent --count --files-with-matches --files-without-match",
)
_RIPGREP = _form(
    "-e --regexp -f --file",
    "-g --glob --iglob",
    "-A -B -C -m -t -T -j -M -E -r -d --after-context --before-context --context --max-count --type --type-not"
    " --threads --max-columns --encoding --replace --max-depth --sort --sortr --ignore-file --pre",
    "-q -c -l --quiet --count --count-matches --files --files-with-matches --files-without-match",
)
_SED = _form("-e --expression -f --file", "", "-l --line-length", "-i --in-place")
_AWK = _form("-f --file", "", "-F -v --field-separator --assign", "")
_JQ = _form("-f --from-file", "", "-L --indent --arg --argjson --slurpfile --rawfile", "")
_FORMS = {
    **dict.fromkeys("grep egrep fgrep zgrep ag ack".split(), _GREP),
    "rg": _RIPGREP,
    "sed": _SED,
    **dict.fromkeys("awk gawk mawk nawk".split(), _AWK),
    **dict.fromkeys(("jq", "yq"), _JQ),
}
_CUT_VALUES = frozenset("-d -f -b -c --delimiter --fields --bytes --characters --output-delimiter".split())
_COUNTERS = frozenset("wc cksum md5sum sha1sum sha256sum sha512sum shasum out-null measure-object".split())
_SEARCHES = frozenset(("select-string", "sls"))
# What a stream editor, `awk` or `grep -o` is told so that of each line only what precedes the `=` is left.
_CUTS_VALUE = late(
    r"s(?P<mark>[/|#,:@!])\\?\(?=\\?\)?\.(?P<many>[*+])\$?(?P=mark)(?:(?!(?P=mark))(?:[^&\\]|\\1))*(?P=mark)g?;?"
)
_PRINTS_FIRST = late(
    r"\s*+(?:!?/[^/]*/\s*+|NF\s*+|NR\s*+>\s*+\d+\s*+)?\{\s*+print\b\s*+\(?\s*+\$1\s*+\)?\s*+;?\s*+\}\s*+"
)
_MATCHES_NAME = late(
    r"\^\(?(?:(?:\[\^=\]|\\w|\[(?:[A-Za-z0-9_-]|\[:(?:alpha|alnum|upper|lower|digit):\])+\])(?:[*+]|\\\+)?)+\)?=?"
)
_REVISION = late(r"[\w./@{}^~+-]*:(?=[^:])")


def printed_files(name: str, words: Sequence[Text]) -> list[Text]:
    """Return those of `words`, the program called `name` first, that name files which it prints, `-` included."""
    if name == "git":
        return _of_revision(words)
    if name in _SEARCHES:
        return _searched(words)
    if name == "findstr":
        operands = [word for word in words[1:] if not word.startswith("/")]
        return operands if any(word[:3].lower() in ("/c:", "/g:") for word in words[1:]) else operands[1:]
    form = _FORMS.get(name)
    if form is None:
        return [word for word in words[1:] if word == "-" or not word.startswith("-")]
    found = _arguments(words, form.pattern | form.files | form.values)
    globs = [value for option, value in found.values if option in form.files and not value.startswith("!")]
    has_pattern = any(option in form.pattern for option, _ in found.values)
    return globs + (found.operands if has_pattern else found.operands[1:])


def is_silent(name: str, words: Sequence[Text]) -> bool:
    """Tell whether the program called `name`, the first of `words`, prints nothing of what it reads."""
    if name in _COUNTERS:
        return True
    if name == "findstr" or name in _SEARCHES:
        return any(word.lower() in ("/m", "-quiet") for word in words[1:])
    if name == "diff":
        return any(word in ("-q", "--brief") for word in words[1:])
    form = _FORMS.get(name)
    if form is None or not form.silent:
        return False
    return not form.silent.isdisjoint(_arguments(words, form.pattern | form.files | form.values).switches)


def prints_names_only(name: str, words: Sequence[Text]) -> bool:
    """Tell whether of lines such as `NAME=value` the program called `name`, the first of `words`, prints no value."""
    if name == "cut":
        found = _arguments(words, _CUT_VALUES)
        values = dict(found.values)
        separator = values.get("-d", values.get("--delimiter"))
        field = values.get("-f", values.get("--fields"))
        return separator == "=" and field == "1" and "--complement" not in found.switches
    form = _FORMS.get(name)
    if form is None:
        return False
    found = _arguments(words, form.pattern | form.files | form.values)
    given = [value for option, value in found.values if option in form.pattern] or found.operands[:1]
    if len(given) != 1:
        return False
    if form is _SED:
        cut = _CUTS_VALUE.fullmatch(given[0])
        return bool(cut and (cut["many"] == "*" or not found.switches.isdisjoint(("-E", "-r"))))
    if form is _AWK:
        separator = next((value for option, value in found.values if option in ("-F", "--field-separator")), None)
        return separator == "=" and bool(_PRINTS_FIRST.fullmatch(given[0]))
    only = not found.switches.isdisjoint(("-o", "--only-matching"))
    return only and form in (_GREP, _RIPGREP) and bool(_MATCHES_NAME.fullmatch(given[0]))


def _arguments(words: Sequence[Text], valued: frozenset[str]) -> _Arguments:
    """Take `words`, the program first, apart, options behind operands included; `valued` are those with a value."""
    found = _Arguments(set(), [], [])
    rest = iter(words[1:])
    for word in rest:
        if word == "--":
            found.operands.extend(rest)
        elif len(word) < 2 or word[0] != "-":
            found.operands.append(word)
        elif word.startswith("--"):
            name, equals, _ = word.partition("=")
            value = word.part(len(name) + 1, len(word)) if equals else next(rest, None) if name in valued else None
            found.switches.add(name)
            found.values.extend([(name, value)] if value is not None else [])
        else:
            at = next((index for index in range(1, len(word)) if f"-{word[index]}" in valued), len(word))
            found.switches.update(f"-{letter}" for letter in word[1:at])
            if at < len(word):
                value = word.part(at + 1, len(word)) if at + 1 < len(word) else next(rest, None)
                found.values.extend([(f"-{word[at]}", value)] if value is not None else [])
    return found


def _searched(words: Sequence[Text]) -> list[Text]:
    """Return the files of PowerShell's `Select-String`: the second operand, or what `-Path` names."""
    operands: list[Text] = []
    named: list[Text] = []
    has_pattern = False
    rest = iter(words[1:])
    for word in rest:
        option = word.lower()
        if option in ("-path", "-literalpath"):
            named += [value for value in (next(rest, None),) if value is not None]
        elif option in ("-pattern", "-include", "-exclude", "-encoding", "-context", "-culture"):
            has_pattern = has_pattern or option == "-pattern"
            next(rest, None)
        elif not word.startswith("-"):
            operands.append(word)
    return named or (operands if has_pattern else operands[1:])


def _of_revision(words: Sequence[Text]) -> list[Text]:
    """Return the files that `git` prints as they are in a revision: `git show HEAD:path`."""
    operands = _arguments(words, frozenset(("-C", "-c"))).operands
    if not operands or operands[0] not in ("show", "cat-file"):
        return []
    matches = [(word, _REVISION.match(word)) for word in operands[1:]]
    return [word.part(match.end(), len(word)) for word, match in matches if match]
