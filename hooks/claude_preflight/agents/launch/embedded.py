"""Commands of launchers among the words of a program that is not known to run others, whichever that is."""

from __future__ import annotations

from collections.abc import Sequence

from claude_preflight.agents.launch.grammars import LAUNCHERS, PREFIXES, PROGRAMS
from claude_preflight.agents.launch.launchers import starts_package
from claude_preflight.agents.launch.model import Launch
from claude_preflight.agents.launch.words import SHELLS, Segment, line_segments, program_name
from claude_preflight.late import late
from claude_preflight.syntax.nodes import Text

# Programs that show or look for what they are given, and run nothing of it.
_INERT = frozenset(
    "echo printf print cat tee less more head tail grep egrep fgrep rg ag sed which where whereis type hash man help"
    " info whatis alias unalias test [ [[ set unset export declare local readonly let read exit return shift touch"
    " mkdir rm cp mv ln ls chmod chown brew apt apt-get yum dnf apk pacman snap choco scoop winget pip pip3 git jq yq"
    " curl wget log info warn error fail die success warning debug msg say notice".split()
)
# Programs whose words are read elsewhere than on this machine, with other paths.
ELSEWHERE = frozenset(
    "docker podman podman-remote nerdctl finch docker-compose podman-compose kubectl oc lxc incus devcontainer ssh"
    " mosh distrobox toolbox vagrant multipass limactl coder gcloud gh".split()
)
_STRING = late(r"'([^'\\\r\n]{1,2000})'|\"([^\"\\\r\n]{1,2000})\"|`([^`\\\r\n]{1,2000})`")
_LONGEST_LINE = 20_000
_MOST_STRINGS = 200
_MOST_TRIES = 50  # of words that may begin a command


def embedded(name: str, launch: Launch) -> list[Segment]:
    """Return the commands of launchers that the program `name`, started by `launch`, is given: as words of their own,
    as a line in one word, or as strings in code. None where it is known to run nothing.
    """
    words = launch.arguments
    if name in _INERT:
        return []
    tries = 0
    for index, given in enumerate(words):
        tries += _is_starter(given)
        if tries > _MOST_TRIES:
            break
        if _is_starter(given) and starts_server(words[index:]):
            return [Segment(words[index:])]
        equals = given.find("=") if given.startswith("-") else -1
        word = given.part(equals + 1, len(given))
        if any(blank in word for blank in " \t\n'\"`") and len(word) < _LONGEST_LINE and _names_launcher(word):
            found = [segment for segment in line_segments(word) if starts_server(segment.words)] or _in_code(word)
            if found:
                return found
    return []


def _is_starter(word: str) -> bool:
    name = program_name(word)
    return name in SHELLS or name in PROGRAMS


def starts_server(words: Sequence[Text]) -> bool:
    """Tell whether `words` begin with a launcher and what it is to start, or with a shell and a line for it."""
    if len(words) < 2 or not words[0]:
        return False
    name = program_name(words[0])
    if name in SHELLS:
        return words[1].startswith("-") and "c" in words[1]
    if name not in PROGRAMS or not any(not word.startswith("-") for word in words[1:]):
        return False
    return (name,) in LAUNCHERS if (name,) not in PREFIXES else starts_package(name, words)


def _names_launcher(text: str) -> bool:
    folded = text.lower()
    return any(program in folded for program in PROGRAMS)


def _in_code(code: Text) -> list[Segment]:
    """Return the command that strings in `code` make, one line of them or one string for each word."""
    strings: list[Text] = []
    for match in _STRING.finditer(code):
        strings.append(code.part(*match.span(match.lastindex or 0)))
        if len(strings) == _MOST_STRINGS:
            break
    for index, string in enumerate(strings):
        if any(blank in string for blank in " \t"):
            found = [segment for segment in line_segments(string) if starts_server(segment.words)]
            if found:
                return found
        elif starts_server(strings[index : index + 30]):
            return [Segment(strings[index : index + 30])]
    return []
