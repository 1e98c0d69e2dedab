"""Code that an interpreter is given among its words: what of it sends credentials, or runs what it fetches."""

from __future__ import annotations

from collections.abc import Iterator

from claude_preflight.agents.command_risks.risk import EXFILTRATION, REMOTE_CODE
from claude_preflight.agents.command_risks.web import hosts_in
from claude_preflight.agents.places import PUBLIC, UNKNOWN, locality
from claude_preflight.late import late
from claude_preflight.syntax.nodes import Text

_NETWORK_CODE = late(
    r"\b(?:requests\.|httpx\.|urllib|urlopen|http\.client|socket|fetch\(|https?[\"'\s)]*\.(?:request|get)|axios|XMLHttpRequest"
    r"|Net::HTTP|LWP|HTTP::Tiny|open-uri|URI\.open|file_get_contents)"
)
# Code that runs text as code; a method called so is something else.
_EVALUATION = late(
    r"(?<![.\w])(?:exec|eval)\s*\(|(?<![.\w])eval\s+\w|\(\s*eval\s*\)|\bnew\s+Function\b|\bos\.system\s*\("
)
PIPED_TO_SHELL = late(r"\b(?:curl|wget)\b[^|;&\n]{0,300}\|\s*(?:sudo\s+)?(?:ba|z|da|k)?sh\b")
_WHOLE_ENVIRONMENT = late(r"\bos\.environ(?!\s*[.\[])\b|\bprocess\.env(?!\s*[.\[?\w])|%ENV\b")
_SECRET_CODE = late(r"\.ssh\b|id_rsa|id_ed25519|\.aws\b|\.gnupg|\.netrc|credentials\.json")


def inline_risks(code: Text, *, shell: bool) -> Iterator[tuple[str, str]]:
    """Yield the kind and the detail of each risk of `code`; that of a `shell` is read as a script besides."""
    if PIPED_TO_SHELL.search(code) and not shell:
        yield REMOTE_CODE, "a download"
    if not _NETWORK_CODE.search(code):
        return
    secret = _SECRET_CODE.search(code)
    if secret:
        yield EXFILTRATION, secret[0]
    foreign = any(locality(host) in (PUBLIC, UNKNOWN) for host in hosts_in(code, bare=False))
    if foreign and _WHOLE_ENVIRONMENT.search(code):
        yield EXFILTRATION, "the whole environment"
    if foreign and _EVALUATION.search(code):
        yield REMOTE_CODE, "a download"
