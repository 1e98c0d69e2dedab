"""Ask detect-secrets for a second opinion, where it can have one.

Importing it costs a commit three times what all the rest does, because it brings an HTTP client. So it is asked only
about lines that hold both a word which one of its plugins looks for and a string which looks generated and which the
first engine has not named already. Its verification, which sends what it finds to the vendors, is never called.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING

from claude_preflight.agents.secrets.names import NOTHING, what_is_named
from claude_preflight.agents.secrets.placeholders import is_placeholder
from claude_preflight.agents.secrets.secret import Secret, without_overlaps
from claude_preflight.agents.secrets.shapes import looks_random
from claude_preflight.agents.secrets.table import is_published_example, table
from claude_preflight.agents.secrets.values import decoded
from claude_preflight.model import Span

if TYPE_CHECKING:
    from detect_secrets.plugins.base import BasePlugin

# Without one of these words, in whatever case, only Artifactory's prefixes and a password in a URL make a plugin match.
_CUES = ("key", "pass", "pwd", "pw", "token", "secret", "contrase", "softlayer.com")
_ARTIFACTORY = re.compile(r"AKC|AP[0-9A-F]")
_GENERATED = re.compile(r"[A-Za-z0-9+/=_-]{16,}")
_NAMED = re.compile(r"([\w.-]+)[\"'`\]]*\s*(?:=>|:=|=+|:)\s*[\"'`]?$")
_AROUND = 300  # characters of a line that count on either side of a generated string


@cache
def _plugins() -> tuple[BasePlugin, ...]:
    """Return the plugins for the forms that the table of kinds does not have."""
    from detect_secrets.plugins.artifactory import ArtifactoryDetector
    from detect_secrets.plugins.basic_auth import BasicAuthDetector
    from detect_secrets.plugins.cloudant import CloudantDetector
    from detect_secrets.plugins.ibm_cloud_iam import IbmCloudIamDetector
    from detect_secrets.plugins.ibm_cos_hmac import IbmCosHmacDetector
    from detect_secrets.plugins.keyword import KeywordDetector
    from detect_secrets.plugins.npm import NpmDetector
    from detect_secrets.plugins.softlayer import SoftlayerDetector

    return (
        CloudantDetector(),
        IbmCosHmacDetector(),
        SoftlayerDetector(),
        ArtifactoryDetector(),
        NpmDetector(),
        IbmCloudIamDetector(),
        BasicAuthDetector(),
        KeywordDetector(),
    )


def _is_generated(value: str) -> bool:
    return any(
        looks_random(run) and not is_placeholder(run) and not is_published_example(run)
        for run in _GENERATED.findall(value)
    )


def suspicious_parts(text: str, start: int, end: int, known: Iterable[Secret]) -> Iterator[Span]:
    """Yield the parts of lines that detect-secrets may have something to say about; nothing for an ordinary file."""
    taken = [secret.span for secret in known]
    last = start
    for match in _GENERATED.finditer(text, start, end):
        if match.start() < last or any(span.start < match.end() and match.start() < span.end for span in taken):
            continue
        if not any(map(str.isdigit, match.group())) or not _is_generated(match.group()):
            continue
        part = _part_of_line(text, max(start, last), end, match.span())
        if _has_cue(text[part.start : part.end]):
            last = part.end
            yield part


def _has_cue(line: str) -> bool:
    lower = line.lower()
    return any(cue in lower for cue in _CUES) or ("://" in line and "@" in line) or bool(_ARTIFACTORY.search(line))


def _part_of_line(text: str, start: int, end: int, inside: tuple[int, int]) -> Span:
    first, last = max(start, inside[0] - _AROUND), min(end, inside[1] + _AROUND)
    first += max(text[first : inside[0]].rfind("\n"), text[first : inside[0]].rfind("\r")) + 1
    ends = [place for place in (text.find("\n", inside[1], last), text.find("\r", inside[1], last)) if place >= 0]
    return Span(first, min(ends, default=last))


def _opinions(line: str) -> Iterator[tuple[int, int, str]]:
    """Yield the start and end in `line` of what a plugin takes for a secret, and the plugin's name for it."""
    for plugin in _plugins():
        for hit in plugin.analyze_string(line):
            value = hit.strip(" \t:=\"'`,;")
            place = line.find(value)
            if (
                value
                and place >= 0
                and _is_generated(value)
                and not is_placeholder(value)
                and not is_placeholder(decoded(value))
            ):
                yield place, place + len(value), str(plugin.secret_type)


def _is_named_otherwise(line: str, place: int) -> bool:
    """Whether `line` names what stands at `place`, and names it something else than a credential."""
    name = _NAMED.search(line[:place])
    return bool(name) and what_is_named(name.group(1)) == NOTHING  # type: ignore[union-attr]


def find_with_detect_secrets(
    text: str, start: int = 0, end: int | None = None, *, known: Iterable[Secret] = ()
) -> list[Secret]:
    """Return the secrets of `text` that only detect-secrets finds, in order, with offsets into `text` as spans.

    `known` are those that are found already. Placeholders and values that do not look generated are left out.
    """
    end = len(text) if end is None else min(end, len(text))
    known = list(known)
    found: list[Secret] = []
    for part in list(suspicious_parts(text, start, end, known)):
        line = text[part.start : part.end]
        for first, last, plugin in _opinions(line):
            if not _is_named_otherwise(line, first):
                span = Span(part.start + first, part.start + last)
                found.append(table().kinds["detected-secret"].found(span, note=f"{plugin} of detect-secrets"))
    return [secret for secret in without_overlaps([*known, *found]) if secret in found]
