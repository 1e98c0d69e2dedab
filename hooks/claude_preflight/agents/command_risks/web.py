"""The words of programs that speak HTTP: which of them are addresses, data, or files."""

from __future__ import annotations

from collections.abc import Iterator

from claude_preflight.agents.command_risks.script import Step
from claude_preflight.agents.places import LOOPBACK, PUBLIC, WEB, locality, places
from claude_preflight.syntax.nodes import Text

DATA = frozenset(
    "-d --data --data-ascii --data-binary --data-raw --data-urlencode --json -F --form --form-string -T --upload-file"
    " --post-data --post-file --body-data --body-file -body -infile".split()
)
_WEB_OTHERS = frozenset("--header --request --user --user-agent --cookie --proxy --connect-to --resolve".split())
FILES = frozenset("-T --upload-file --post-file --body-file -infile".split())
OUTPUT = frozenset("-o --output -O --output-document -outfile".split())


def hosts_in(word: Text, *, bare: bool) -> list[str]:
    """Return the hosts that `word` names; with `bare` also one that stands without a scheme."""
    found = [place for place in places(word, host=bare) if place.kind == WEB or bare]
    return [str(place.host) for place in found if place.scheme or locality(place.host) in (PUBLIC, LOOPBACK)]


def web_arguments(step: Step) -> Iterator[tuple[str, Text]]:
    """Yield the words of a program that speaks HTTP, each with the option whose value it is, if any."""
    option = ""
    for word in step.words[1:]:
        if option or not word.startswith("-") or word == "-":
            yield option, word
            option = ""
            continue
        name, equals, _ = word.partition("=")
        if word.startswith("--"):
            if equals:
                yield name, word.part(len(name) + 1, len(word))
            elif name in DATA | OUTPUT | _WEB_OTHERS:
                option = name
        elif step.name in ("curl", "wget"):
            letters = "OoPUe" if step.name == "wget" else "dFToHuXAebmx"
            at = next((index for index, letter in enumerate(word) if index and letter in letters), 0)
            if at + 1 < len(word) and at:
                yield f"-{word[at]}", word.part(at + 1, len(word))
            elif at:
                option = f"-{word[at]}"
        else:
            option = word.lower() if word.lower() in DATA | OUTPUT else ""
