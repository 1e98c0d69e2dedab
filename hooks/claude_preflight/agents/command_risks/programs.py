"""Programs that a command may run, by what they do with what they are given, and the options that tell."""

from __future__ import annotations

import re
from collections.abc import Sequence

from claude_preflight.late import late
from claude_preflight.syntax.nodes import Text

SHELLS = frozenset("sh bash zsh dash ksh ash fish".split())
RUNTIMES = frozenset("python python3 python2 node nodejs deno bun ruby perl php lua pwsh powershell".split())
CODE_OPTIONS = {"perl": "-e", "ruby": "-e", "node": "-e", "nodejs": "-e", "bun": "-e", "php": "-r", "lua": "-e"}
FETCHERS = frozenset("curl wget aria2c fetch http https xh iwr irm invoke-webrequest invoke-restmethod".split())
NETWORK = frozenset("nc ncat netcat telnet socat".split())
LOOKUPS = frozenset("dig host nslookup ping".split())
# They print what another machine sends, without being asked for a file; of some only what these words do.
ANSWERED = {
    **dict.fromkeys("ssh dig host nslookup lynx w3m links elinks ftp nc ncat netcat telnet socat".split(), ()),
    "aws": ("s3",),
    "gsutil": ("cat", "cp"),
    "gh": ("api", "gist"),
}
ALL_IN_ONE = frozenset(("busybox", "toybox"))  # their first word is the program
# Of Windows: the first writes what it fetches to its last operand, the others run what an address gives.
FETCHES_TO_FILE = frozenset(("certutil", "bitsadmin", "start-bitstransfer"))
RUNS_ADDRESS = frozenset(("mshta", "regsvr32"))
COPIERS = frozenset("scp rsync sftp rclone".split())
# They print what they are given, changed or not.
FILTERS = frozenset(
    "cat tee tr sed awk gawk grep egrep fgrep rg ag ack cut head tail sort uniq base64 gzip gunzip zcat xz bzip2"
    " tar zip openssl xxd findstr select-string sls od hexdump jq yq xargs rev fold paste column iconv strings tac"
    " nl less more bat get-content type gc".split()
)
ECHOES = frozenset("echo printf write-output write-host".split())
# Programs that an expansion cannot harm, and words of the shell that split nothing or are meant to.
HARMLESS = ECHOES | frozenset(
    "[[ (( [ test case for select exit return export local readonly declare typeset shift set unset : true".split()
)
INERT = frozenset("echo printf cat exit true : return sleep date".split())
# Options of PowerShell that take a value, which is no script.
POWERSHELL_VALUES = frozenset(
    "-executionpolicy -exec -ex -ep -windowstyle -w -workingdirectory -wd -version -inputformat -outputformat"
    " -configurationname -settingsfile".split()
)
FETCHING = late(r"\b(?:iwr|irm|invoke-webrequest|invoke-restmethod|downloadstring|downloadfile|curl|wget)\b", re.I)
_POWERSHELL_EVALUATION = late(r"(?:\biex|\binvoke-expression)\s*\(|\[scriptblock\]::create\s*\(", re.IGNORECASE)


def runs_download(text: str) -> bool:
    """Tell whether the PowerShell text `text` runs what it fetches, in an expression and not through a pipe."""
    plain = text.replace("`", "")
    return bool(_POWERSHELL_EVALUATION.search(plain) and FETCHING.search(plain))


def script_of_powershell(words: Sequence[Text]) -> Text | None:
    """Return the script file that PowerShell, the first of `words`, is given: its first operand or behind `-File`."""
    rest = iter(words[1:])
    for word in rest:
        if word.lower() in POWERSHELL_VALUES:
            next(rest, None)
        elif not word.startswith("-"):
            return word
    return None


def gives_code(word: str, *, powershell: bool) -> bool:
    """Tell whether `word` is the option behind which a shell finds a script."""
    if powershell:
        return len(word) > 1 and "-command".startswith(word.lower())
    return word == "--command" or (word[:1] == "-" and word[1:2] != "-" and "c" in word)


def is_cmd_switch(word: str) -> bool:
    """Tell whether `word` is the option behind which `cmd` finds a line."""
    return word.lower() in ("/c", "/k", "/r")


def is_encoding(word: str) -> bool:
    """Tell whether `word` is the option behind which PowerShell finds encoded code."""
    return word.lower() == "-ec" or (len(word) > 1 and "-encodedcommand".startswith(word.lower()))


def decodes(name: str, words: Sequence[Text]) -> bool:
    """Tell whether the program `name` makes something readable of encoded text, given `words`."""
    if name == "rev":
        return True
    if name == "base64":
        return any(word in ("-d", "-D", "--decode", "-di") for word in words)
    return (name == "xxd" and any(word.startswith("-") and "r" in word for word in words)) or (
        name == "openssl" and "-d" in words
    )
