"""What a configured command does that it should not, read as a shell would run it.

Each simple command is followed by what flows into and out of it: through pipes, substitutions, variables and files.
Nothing is run or expanded. What a program prints is only known of the programs named here; of any other it is nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence

from claude_preflight.agents.configured_commands import ConfiguredCommand
from claude_preflight.agents.launch import program_name, take_apart
from claude_preflight.agents.pins import looseness
from claude_preflight.agents.places import LOOPBACK, PUBLIC, UNKNOWN, WEB, is_local, locality, places
from claude_preflight.agents.sensitive_paths import sensitive_paths
from claude_preflight.late import late
from claude_preflight.model import Span
from claude_preflight.syntax.nodes import Text
from claude_preflight.syntax.shell import Command, Redirection, Word, commands, windows_commands
from claude_preflight.typed import NamedTuple

# The kinds of risk.
REMOTE_CODE, HIDDEN_CODE = "remote code", "hidden code"
EXFILTRATION, READS_CREDENTIALS, SENDS_SESSION = "exfiltration", "reads credentials", "sends session"
SHARED_FOLDER, HOME_PROGRAM, UNPINNED = "shared folder", "home program", "unpinned"
SESSION_AS_CODE, SPLIT_SESSION, FILLED_ARGUMENT, APPROVES = "session as code", "split", "filled", "approves"


class Risk(NamedTuple):
    """One thing a command does: `kind` is a constant of this module, `place` where, `detail` names of what."""

    kind: str
    place: Text
    detail: str


class Fact(NamedTuple):
    """What some data is: from the network, decoded, of the session, a secret, or the whole environment.

    `kind` is one of `_DOWNLOAD`, `_DECODED`, `_SESSION`, `_SECRET`, `_ENVIRONMENT`; `what` names the source.
    """

    kind: str
    what: str


Facts = frozenset[Fact]
_DOWNLOAD, _DECODED, _SESSION, _SECRET, _ENVIRONMENT = "download", "decoded", "session", "secret", "environment"
_NOTHING: Facts = frozenset()

_MAX_DEPTH = 5  # of scripts in the words of scripts
_MAX_STEPS = 10_000  # of one configured command; the longest in use have a few dozen
_MAX_LOOP = 50  # commands of a loop whose redirection is looked for
_PASSES = 2  # over a script: a variable may be used above the line that sets it

# --- programs -----------------------------------------------------------------------------------------------------

_SHELLS = frozenset("sh bash zsh dash ksh ash fish".split())
_RUNTIMES = frozenset("python python3 python2 node nodejs deno bun ruby perl php lua pwsh powershell".split())
_CODE_OPTIONS = {"perl": "-e", "ruby": "-e", "node": "-e", "nodejs": "-e", "bun": "-e", "php": "-r", "lua": "-e"}
_FETCHERS = frozenset("curl wget aria2c fetch http https xh iwr irm invoke-webrequest invoke-restmethod".split())
_NETWORK = frozenset("nc ncat netcat telnet socat".split())
_LOOKUPS = frozenset("dig host nslookup ping".split())
# They print what another machine sends, without being asked for a file; of some only what these words do.
_ANSWERED = {
    **dict.fromkeys("ssh dig host nslookup lynx w3m links elinks ftp nc ncat netcat telnet socat".split(), ()),
    "aws": ("s3",),
    "gsutil": ("cat", "cp"),
    "gh": ("api", "gist"),
}
_ALL_IN_ONE = frozenset(("busybox", "toybox"))  # their first word is the program
# Of Windows: the first writes what it fetches to its last operand, the others run what an address gives.
_FETCHES_TO_FILE = frozenset(("certutil", "bitsadmin", "start-bitstransfer"))
_RUNS_ADDRESS = frozenset(("mshta", "regsvr32"))
_COPIERS = frozenset("scp rsync sftp rclone".split())
# They print what they are given, changed or not.
_FILTERS = frozenset(
    "cat tee tr sed awk gawk grep egrep rg cut head tail sort uniq base64 gzip gunzip zcat xz bzip2 tar zip openssl xxd"
    " od hexdump jq yq xargs rev fold paste column iconv strings tac nl less more bat get-content type gc".split()
)
# Of these the first operand is a pattern or a program, no file.
_PATTERN_FIRST = frozenset("sed awk gawk grep egrep rg jq yq".split())
_ECHOES = frozenset("echo printf write-output write-host".split())
_SILENT = frozenset(("-q", "--quiet", "--silent", "-c", "--count", "-l"))
# Programs that an expansion cannot harm, and words of the shell that split nothing or are meant to.
_HARMLESS = _ECHOES | frozenset(
    "[[ (( [ test case for select exit return export local readonly declare typeset shift set unset : true".split()
)
_INERT = frozenset("echo printf cat exit true : return sleep date".split())
_WEB_DATA = frozenset(
    "-d --data --data-ascii --data-binary --data-raw --data-urlencode --json -F --form --form-string -T --upload-file"
    " --post-data --post-file --body-data --body-file -body -infile".split()
)
_WEB_OTHERS = frozenset("--header --request --user --user-agent --cookie --proxy --connect-to --resolve".split())
_WEB_FILES = frozenset("-T --upload-file --post-file --body-file -infile".split())
_WEB_OUTPUT = frozenset("-o --output -O --output-document -outfile".split())

# --- names --------------------------------------------------------------------------------------------------------

_SESSION_VARIABLE = late(
    r"CLAUDE_(?:FILE_PATHS?|TOOL_(?:INPUT|OUTPUT|ARGS|RESPONSE|RESULT)\w*|USER_PROMPT|PROMPT|NOTIFICATION\w*|COMMAND)"
    r"|TOOL_(?:INPUT|OUTPUT|ARGS|RESPONSE|RESULT)\w*"
)
# Fields of what a hook is told that text from elsewhere may have chosen, as against names, folders and numbers.
_SESSION_FIELD = late(r"tool_input|tool_response|tool_output|prompt|transcript|command|file_path|content|arguments")
_SHELL_QUOTED = late(r"@sh\b")
_KEY_VARIABLES = (
    (late(r"ANTHROPIC_(?:API_KEY|AUTH_TOKEN)|CLAUDE_CODE_OAUTH\w*"), ("anthropic", "claude")),
    (late(r"OPENAI_API_KEY"), ("openai",)),
    (late(r"AWS_(?:SECRET_ACCESS_KEY|SESSION_TOKEN)"), ("amazonaws",)),
    (late(r"(?:GITHUB|GH)_TOKEN"), ("github", "ghe")),
    (late(r"NPM_TOKEN"), ("npm",)),
)
# Whose a file of credentials is: it may go to hosts with one of these words.
_VENDORS = (
    (".claude", ("anthropic", "claude")),
    ("Claude", ("anthropic", "claude")),
    (".codex", ("openai", "chatgpt")),
    (".aws", ("amazonaws",)),
    ("gcloud", ("googleapis",)),
    ("/gh/", ("github",)),
    (".npmrc", ("npm",)),
    (".azure", ("azure", "microsoft")),
    (".docker", ("docker",)),
)
_NOTIFIERS = (
    *("slack.com", "discord.com", "discordapp.com", "telegram.org", "ntfy.sh", "pushover.net", "pushbullet.com"),
    *("office.com", "day.app", "pushcut.io", "feishu.cn", "larksuite.com", "dingtalk.com", "qyapi.weixin.qq.com"),
)
_HOME = late(r"(?:\$HOME|\$\{HOME\}|\$env:USERPROFILE|%USERPROFILE%|/(?:home|Users)/[^/$]+|/root)(?=[/\\]|$)")
_SHARED = late(r"(?:/private)?/(?:tmp|var/tmp|dev/shm)/|\$\{?TMPDIR\}?/|%TEMP%|\$env:TEMP", re.IGNORECASE)
_INSTALLED = late(r"(?:^|/)(?:bin|\.claude|shims|node_modules|\.nvm|site-packages|versions)/")
_SCRIPT = late(r"[^\s]*[./][^\s]*")
_KEEPS_NAME = late(r"--remote-name$|-[a-zA-Z]*O$")
_DEVICE = late(r"/dev/(?:tcp|udp)/([^/\s]+)/")
_APPROVAL = late(r'"(?:behavior|permissionDecision|decision|permission)"\s*:\s*"(?:allow|approve)"')
_FILLED = late(r"\$ARGUMENTS\b|\$\{ARGUMENTS\}")
_EXPANSION = late(
    r"\\.|(?P<single>\$?'[^']*'?)|(?P<double>\")|\$\{(?P<braced>[A-Za-z_]\w*|[0-9@*])(?P<operation>[^}]?)"
    r"|\$(?P<plain>[A-Za-z_]\w*|[0-9@*])|(?P<inner>\$\((?!\()|`)",
    re.DOTALL,
)
_FETCHING = late(r"\b(?:iwr|irm|invoke-webrequest|invoke-restmethod|downloadstring|downloadfile|curl|wget)\b", re.I)
_NETWORK_CODE = late(
    r"\b(?:requests\.|httpx\.|urllib|urlopen|http\.client|socket|fetch\(|https?[\"'\s)]*\.(?:request|get)|axios|XMLHttpRequest"
    r"|Net::HTTP|LWP|HTTP::Tiny|open-uri|URI\.open|file_get_contents)"
)
# Code that runs text as code; a method called so is something else.
_EVALUATION = late(
    r"(?<![.\w])(?:exec|eval)\s*\(|(?<![.\w])eval\s+\w|\(\s*eval\s*\)|\bnew\s+Function\b|\bos\.system\s*\("
)
_PIPED_TO_SHELL = late(r"\b(?:curl|wget)\b[^|;&\n]{0,300}\|\s*(?:sudo\s+)?(?:ba|z|da|k)?sh\b")
_WHOLE_ENVIRONMENT = late(r"\bos\.environ(?!\s*[.\[])\b|\bprocess\.env(?!\s*[.\[?\w])|%ENV\b")
_POWERSHELL_EVALUATION = late(r"(?:\biex|\binvoke-expression)\s*\(|\[scriptblock\]::create\s*\(", re.IGNORECASE)
_SPELLED_OUT = late(r"(?:\\x[0-9A-Fa-f]{2}|\\[0-7]{3}){4}")
# What is written there runs later, or opens the machine.
_STARTUP_FILE = late(
    r"~/\.(?:(?:bash|zsh)(?:rc|env|_profile|_login)|z?profile|ssh/(?:authorized_keys|rc)|config/(?:fish|autostart)/.*)$"
    r"|(?:^|/)\.git/hooks/[\w-]+$|/etc/cron"
)
_SECRET_CODE = late(r"\.ssh\b|id_rsa|id_ed25519|\.aws\b|\.gnupg|\.netrc|credentials\.json")


def risks(command: ConfiguredCommand) -> Iterator[Risk]:
    """Yield what is wrong with `command`, each thing once, in no particular order. Never raises."""
    if command.posted:
        return
    reading = _Reading(command)
    reading.read()
    seen: set[tuple[str, str]] = set()
    for risk in reading.found():
        if (risk.kind, risk.detail) not in seen:
            seen.add((risk.kind, risk.detail))
            yield risk


class _Script:
    """A script and the commands in it; these stand at offsets of the script itself, see `place`."""

    def __init__(self, text: Text, found: list[Command], *, shell: bool) -> None:
        self.text = text
        self.found = found
        self.shell = shell
        inner = sorted(
            (command for command in enumerate(found) if command[1].depth), key=lambda each: each[1].span.start
        )
        self.inner = [number for number, _ in inner]
        self.starts = [command.span.start for _, command in inner]
        self.output: dict[int, Facts] = {}

    def place(self, word: Text) -> Text:
        """Return `word`, which stands in this script, with its place in the document."""
        if self.text is _WHOLE:
            return word
        if word.offsets is None:
            return self.text.part(word.start, word.end)
        whole = self.text.part(word.start, word.end)
        if len(whole) != word.end - word.start or (whole.offsets is None and whole.end - whole.start != len(whole)):
            return Text.at(str(word), whole.start, whole.end)
        of = whole.offsets or range(whole.start, whole.end + 1)
        offsets = tuple(of[offset - word.start] for offset in word.offsets)
        return Text.at(str(word), offsets[0], offsets[-1], offsets)

    def within(self, start: int, end: int, depth: int) -> Iterator[int]:
        """Yield the numbers of the commands of the substitutions that stand between `start` and `end`."""
        for at in range(bisect_left(self.starts, start), len(self.starts)):
            if self.starts[at] >= end:
                return
            if self.found[self.inner[at]].depth == depth + 1:
                yield self.inner[at]


class _Step(NamedTuple):
    """A program that runs: `name` as `program_name` gives it, `words` without wrappers around it, the program first."""

    script: _Script
    name: str
    words: tuple[Text, ...]
    command: Command
    number: int
    stdin: Facts

    @property
    def operands(self) -> list[Text]:
        """The words that are no options."""
        return [word for word in self.words[1:] if word == "-" or not word.startswith("-")]

    def place(self) -> Text:
        """Return the program with its place in the document."""
        return self.script.place(self.words[0])


class _Reading:
    """Reads one command: `variables` and `files` hold what is known of them by name."""

    def __init__(self, command: ConfiguredCommand) -> None:
        self.command = command
        self.variables: dict[str, Facts] = {}
        self.files: dict[str, Facts] = {}
        self.risks: list[Risk] = []
        self.reads: dict[str, Text] = {}
        self.used: set[str] = set()
        self.inert = True
        self.steps = 0
        self.approval: Text | None = None
        self.last = True  # whether the pass is the one that reports

    def read(self) -> None:
        session = frozenset((Fact(_SESSION, "what happens in the session"),)) if self.command.receives else _NOTHING
        text = self.command.text
        if self.command.arguments is None:
            self.read_text(text, session, 0, powershell=self.command.powershell)
        else:
            words = [_as_word(word) for word in (text, *self.command.arguments)]
            found = [Command(tuple(words), (), (), "", 0, text.span)]
            self.run(_Script(_WHOLE, found, shell=False), session, 0)

    def found(self) -> Iterator[Risk]:
        if self.steps > _MAX_STEPS:
            yield Risk(HIDDEN_CODE, self.command.text, "more commands than anyone can read")
        spliced = any(risk.kind == SESSION_AS_CODE for risk in self.risks)
        yield from (risk for risk in self.risks if not (spliced and risk.kind == SPLIT_SESSION))
        if not self.command.supplies:
            for secret, place in self.reads.items():
                if secret not in self.used:
                    yield Risk(READS_CREDENTIALS, place, secret)
        if self.inert and self.approval is not None:
            yield Risk(APPROVES, self.approval, "")
        if self.command.filled:
            match = _FILLED.search(self.command.text)
            if match:
                yield Risk(FILLED_ARGUMENT, self.command.text.part(*match.span()), "$ARGUMENTS")

    def report(self, kind: str, place: Text, detail: str) -> None:
        if self.last:
            self.risks.append(Risk(kind, place, detail))

    # --- scripts ---

    def read_text(self, text: Text, stdin: Facts, depth: int, *, powershell: bool = False, line: bool = False) -> Facts:
        """Read the script `text` and return what its last command prints."""
        if depth > _MAX_DEPTH:
            return _NOTHING
        local = Text.at(str(text), 0, len(text))
        windows = powershell or line
        found = windows_commands(local, powershell=powershell) if windows else commands(local)
        output = self.run(_Script(text, found, shell=not windows), stdin, depth)
        if powershell and _runs_download(text) and all(risk.kind != REMOTE_CODE for risk in self.risks):
            self.report(REMOTE_CODE, text, "a download")
        return output

    def run(self, script: _Script, stdin: Facts, depth: int) -> Facts:
        order = sorted(range(len(script.found)), key=lambda number: -script.found[number].depth)
        reports = self.last
        for turn in range(_PASSES):
            self.last = reports and turn == _PASSES - 1
            for number in order:
                self.steps += 1
                if self.steps > _MAX_STEPS:
                    return _NOTHING
                piped = number > 0 and script.found[number - 1].operator in ("|", "|&")
                given = script.output.get(number - 1, _NOTHING) if piped else stdin
                script.output[number] = self.step(script, number, given, depth)
        self.last = reports
        outer = [number for number, command in enumerate(script.found) if command.depth == 0]
        return script.output[outer[-1]] if outer else _NOTHING

    def step(self, script: _Script, number: int, stdin: Facts, depth: int) -> Facts:
        command = script.found[number]
        for name, value in command.assignments:
            source = script.text[max(0, value.start - 1) : value.end + 1]  # with its quotes, if it has any
            facts = self.facts(script, value, source, value.start, value.end, command.depth)
            self.variables[str(name)] = self.variables.get(str(name), _NOTHING) | facts
        for redirection in command.redirections:
            if redirection.target is not None and redirection.operator.endswith("<"):
                stdin = self.redirected(script, redirection, redirection.target, command.depth)
        if not command.words:
            return _NOTHING
        words, given_script = self.unwrapped(command.words)
        step = _Step(script, program_name(words[0]), words, command, number, stdin)
        if given_script:
            return self.into_shell(step, depth)
        self.inert = self.inert and step.name in _INERT
        output = self.program(step, depth)
        self.written(step, output, depth)
        return output

    def redirected(self, script: _Script, redirection: Redirection, target: Word, depth: int) -> Facts:
        if redirection.body is not None:
            return frozenset().union(*(self.variable(match["name"]) for match in _NAME.finditer(redirection.body)))
        if redirection.operator.endswith("<<<"):
            return self.word(script, target, depth)
        return self.file(script, target) | self.word(script, target, depth)

    def unwrapped(self, words: Sequence[Text]) -> tuple[tuple[Text, ...], bool]:
        """Return the words of the program behind wrappers, and whether it is a shell that is given a script."""
        if len(words) > 1 and program_name(words[0]) in _ALL_IN_ONE:
            words = words[1:]
        if len(words) > 2 and program_name(words[0]) == "env" and words[1] in ("-S", "--split-string"):
            words = (words[0], *words[2:])
        if words[0] == "eval":
            return tuple(words), False
        launch = take_apart(words[0], words[1:])
        for at, word in enumerate(words):
            name = program_name(word)
            line = name == "cmd" and len(words) > at + 2 and " " in words[-1] and _is_cmd_switch(words[-2])
            if name in launch.wrappers and (name in _SHELLS or name in ("powershell", "pwsh") or line):
                return tuple(words[at:]), True
        start = next((at for at, word in enumerate(words) if launch.wrappers and word is launch.binary), 0)
        return tuple(words[start:]), False

    def into_shell(self, step: _Step, depth: int) -> Facts:
        """Read the script that a shell is given in its words."""
        powershell = step.name in ("powershell", "pwsh")
        self.inert = self.inert and not powershell
        if powershell and any(_is_encoding(word) for word in step.words[1:]):
            self.report(HIDDEN_CODE, step.place(), "encoded text")
        line = step.name == "cmd"
        given = (number for number, word in enumerate(step.words) if _gives_code(word, powershell=powershell))
        at = len(step.words) - 2 if line else next(given, 0)
        code = step.words[at + 1 : at + 2]
        if not at or not code:
            return _NOTHING
        self.code(step, code[0])
        return self.read_text(step.script.place(code[0]), step.stdin, depth + 1, powershell=powershell, line=line)

    # --- data ---

    def variable(self, name: str) -> Facts:
        facts = self.variables.get(name, _NOTHING)
        if self.command.receives and _SESSION_VARIABLE.fullmatch(name):
            facts |= {Fact(_SESSION, f"${name}")}
        if any(pattern.fullmatch(name) for pattern, _ in _KEY_VARIABLES):
            facts |= {Fact(_SECRET, f"${name}")}
        return facts

    def word(self, script: _Script, word: Text, depth: int) -> Facts:
        """Return what the expansions and substitutions in `word` put there."""
        start, end = _source(word)
        return self.facts(script, word, script.text[start:end] if script.shell else "", start, end, depth)

    def facts(self, script: _Script, word: Text, source: str, start: int, end: int, depth: int) -> Facts:
        if "$" not in word and "`" not in word and "<(" not in word:
            return _NOTHING
        facts = frozenset().union(*(self.variable(name) for name, _, _ in _expansions(source) if name))
        for number in script.within(start, end, depth):
            if script.found[number].operator not in ("|", "|&"):
                facts |= script.output.get(number, _NOTHING)
        return facts

    def all_words(self, step: _Step, words: Iterable[Text]) -> Facts:
        return frozenset().union(*(self.word(step.script, word, step.command.depth) for word in words))

    def file(self, script: _Script, path: Text) -> Facts:
        """Return what the file at `path` holds, and take note of a credential that is read."""
        facts = self.held(path)
        secret = secret_file(path)
        if secret:
            facts |= {Fact(_SECRET, secret)}
            self.reads.setdefault(secret, script.place(path))
        return facts

    def held(self, path: str) -> Facts:
        """Return what the commands before have written to `path`."""
        return self.files.get(path.removeprefix("./"), _NOTHING)

    def write(self, path: str, facts: Facts) -> None:
        self.files[path.removeprefix("./")] = self.held(path) | facts

    def written(self, step: _Step, output: Facts, depth: int) -> None:
        for redirection in step.command.redirections:
            if redirection.target is not None and ">" in redirection.operator:
                self.write(redirection.target, output)
                device = _DEVICE.match(redirection.target)
                started = _STARTUP_FILE.search(_HOME.sub("~", redirection.target, count=1))
                if started and any(fact.kind in (_DOWNLOAD, _DECODED) for fact in output):
                    self.report(REMOTE_CODE, step.place(), f"a download, from {redirection.target}")
                elif started and step.name in _ECHOES:
                    for word in step.operands:
                        self.read_text(step.script.place(word), _NOTHING, depth + 1)
                if device and step.name in _SHELLS:
                    self.report(REMOTE_CODE, step.place(), f"what {device[1]} sends")
                elif device:
                    self.sent(step, output, [device[1]])

    # --- programs ---

    def program(self, step: _Step, depth: int) -> Facts:
        """Return what the program of `step` prints, and report what it does."""
        self.location(step)
        self.splitting(step)
        name = step.name
        if name in _FETCHERS:
            return self.fetch(step)
        if name in ("xargs", "find"):
            return self.xargs(step, depth)
        if name in ("eval", "iex", "invoke-expression"):
            self.code(step, *step.words[1:])
            if len(step.words) == 1:
                self.executed(step, step.stdin, session=True)
            if name != "eval" and any(_FETCHING.search(word) for word in step.words[1:]):
                self.report(REMOTE_CODE, step.place(), "a download")
            return _NOTHING
        if name in ("source", "."):
            self.code(step, *step.words[1:2], session=False)
            return _NOTHING
        if name in _SHELLS or name in _RUNTIMES:
            self.unpinned(step)
            return self.interpreter(step, depth)
        if name in _NETWORK or name in _LOOKUPS or name in _COPIERS:
            self.transmit(step)
            return _answer(step)
        if name in ("crontab", "awk", "gawk") or name in _FETCHES_TO_FILE or name in _RUNS_ADDRESS:
            self.taken_over(step)
        if name in ("read", "mapfile", "readarray"):
            given = self.loop_input(step)
            for word in step.operands:
                self.variables[str(word)] = self.variables.get(str(word), _NOTHING) | given
            return _NOTHING
        self.unpinned(step)
        return self.printed(step)

    def taken_over(self, step: _Step) -> None:
        """Read programs that fetch to a file, run an address or a download, or have one run later."""
        addressed = any("://" in word for word in step.words[1:])
        if step.name == "crontab" and step.operands:
            self.code(step, *step.operands[:1], session=False)
            self.executed(step, step.stdin if step.operands[0] == "-" else _NOTHING, session=False)
        elif step.name in _FETCHES_TO_FILE and addressed and step.operands:
            self.write(step.operands[-1], frozenset((Fact(_DOWNLOAD, "a download"),)))
        elif (step.name in _RUNS_ADDRESS and addressed) or (
            step.name in ("awk", "gawk") and any(_PIPED_TO_SHELL.search(word) for word in step.words[1:])
        ):
            self.report(REMOTE_CODE, step.place(), "a download")

    def loop_input(self, step: _Step) -> Facts:
        """Return what a `read` is given; the redirection of a loop stands behind its last command."""
        found, number = step.script.found, step.number
        if number and found[number - 1].operator in ("|", "|&"):
            return step.stdin
        for command in found[number : number + _MAX_LOOP]:
            for redirection in command.redirections:
                if redirection.target is not None and redirection.operator.endswith("<"):
                    return self.redirected(step.script, redirection, redirection.target, command.depth)
        return step.stdin

    def printed(self, step: _Step) -> Facts:
        name, words = step.name, step.words[1:]
        if name in _ECHOES or name == "cat":
            self.approving(step)
        if name in _ECHOES:
            quoted = name == "printf" and any("%q" in word for word in words)
            spelled = any(_SPELLED_OUT.search(word) for word in words)
            facts = frozenset((Fact(_DECODED, "decoded text"),)) if spelled else _NOTHING
            return facts if quoted else facts | self.all_words(step, words)
        if name in ("env", "printenv", "set", "export", "declare", "gci") and not step.operands:
            return frozenset((Fact(_ENVIRONMENT, "the whole environment"),))
        if name == "security" and any("password" in word or word == "dump-keychain" for word in words):
            named = next((str(word) for word in step.operands if "laude" in word), "")
            return frozenset((Fact(_SECRET, f"the keychain ({named})" if named else "the keychain"),))
        if name == "gh" and step.operands[:2] == ["auth", "token"]:
            return frozenset((Fact(_SECRET, "the login of ~/.config/gh/"),))
        if name in _ANSWERED:
            return _answer(step)
        if name not in _FILTERS or any(word in _SILENT for word in words if name in ("grep", "egrep", "rg")):
            return _NOTHING
        files = step.operands[1:] if name in _PATTERN_FIRST else step.operands
        facts = frozenset().union(*(self.file(step.script, word) for word in files))
        facts |= self.all_words(step, files if files else words) if name in ("cat", "jq") else _NOTHING
        if not files or "-" in files or name in ("tee", "tr", "openssl", "base64", "xxd"):
            facts |= step.stdin
        if name in ("jq", "yq"):
            facts = _selected(facts, step.operands[0] if step.operands else None)
        if _decodes(name, words):
            facts |= {Fact(_DECODED, "decoded text")}
        return facts

    def interpreter(self, step: _Step, depth: int) -> Facts:
        """Read how a shell or another interpreter is given its code."""
        options, operands = frozenset(map(str, step.words[1:])), step.operands
        flag = _CODE_OPTIONS.get(step.name, "-c")
        at = next((number for number, word in enumerate(step.words[:-1]) if number and word == flag), 0)
        if at:
            self.code(step, step.words[at + 1])
            self.inline(step, step.words[at + 1])
            return _selected(step.stdin, step.words[at + 1])
        elif operands and operands[0] != "-" and "-s" not in options and "-m" not in options:
            self.code(step, operands[0], session=False)
        elif "-m" not in options and "--version" not in options:
            self.executed(step, step.stdin, session=step.number > 0)
            for redirection in step.command.redirections if step.name in _SHELLS else ():
                if redirection.body is not None:
                    self.read_text(step.script.place(redirection.body), _NOTHING, depth + 1)
        return _NOTHING

    def code(self, step: _Step, *words: Text, session: bool = True) -> None:
        """Report what stands in `words`, which are run as code."""
        for word in words:
            self.executed(step, self.word(step.script, word, step.command.depth), session=session)

    def executed(self, step: _Step, facts: Facts, *, session: bool) -> None:
        for fact in facts:
            if fact.kind == _DOWNLOAD:
                self.report(REMOTE_CODE, step.place(), fact.what)
            elif fact.kind == _DECODED:
                self.report(HIDDEN_CODE, step.place(), fact.what)
            elif fact.kind == _SESSION and session:
                self.report(SESSION_AS_CODE, step.place(), fact.what)

    def inline(self, step: _Step, code: Text) -> None:
        """Report code for another interpreter that sends credentials, or runs what it fetches."""
        if _PIPED_TO_SHELL.search(code) and step.name not in _SHELLS:
            self.report(REMOTE_CODE, step.place(), "a download")
        if not _NETWORK_CODE.search(code):
            return
        secret = _SECRET_CODE.search(code)
        if secret:
            self.report(EXFILTRATION, step.place(), secret[0])
        foreign = any(locality(host) in (PUBLIC, UNKNOWN) for host in _hosts(code, bare=False))
        if foreign and _WHOLE_ENVIRONMENT.search(code):
            self.report(EXFILTRATION, step.place(), "the whole environment")
        if foreign and _EVALUATION.search(code):
            self.report(REMOTE_CODE, step.place(), "a download")

    def xargs(self, step: _Step, depth: int) -> Facts:
        """Read what `xargs` or `find` runs: names become its words, or code where they are put into a script."""
        at = next((n for n, word in enumerate(step.words) if n and program_name(word) in _SHELLS | {"eval"}), 0)
        marks = [str(step.words[n + 1]) for n, word in enumerate(step.words[:-1]) if word in ("-I", "--replace", "-i")]
        marks += [str(word[2:]) for word in step.words[1:] if word.startswith(("-I", "-i")) and len(word) > 2]
        inner = step.words[at:] if at else ()
        number = next((n for n, word in enumerate(inner) if n and _gives_code(word, powershell=False)), 0)
        code = inner[number + 1 : number + 2] if number else ()
        if code and any(mark and mark in code[0] for mark in marks or ["{}"]):
            self.report(
                SESSION_AS_CODE,
                step.script.place(code[0]),
                f"each name that {step.name} is given",
            )
        elif code:
            self.read_text(step.script.place(code[0]), _NOTHING, depth + 1)
        elif number and step.name == "xargs":
            self.executed(step, step.stdin, session=True)
        return step.stdin if step.name == "xargs" else _NOTHING

    # --- network ---

    def fetch(self, step: _Step) -> Facts:
        """Read a program that speaks HTTP: what it sends, and what it prints or writes to a file."""
        sent, hosts, target = self.request(step)
        if sent:
            self.sent(step, sent, hosts)
        if hosts and all(is_local(host) for host in hosts):
            return _NOTHING
        facts = frozenset((Fact(_DOWNLOAD, "a download"),))
        saves = step.name in ("wget", "aria2c")
        printed = not saves or target in ("-", "/dev/stdout")
        if not target and (saves or any(_KEEPS_NAME.match(word) for word in step.words[1:])):
            target = next((word.partition("?")[0].rpartition("/")[2] for word in step.operands), "")
        if target and target != "-":
            self.write(target, facts)
        return facts if printed and target in ("", "-", "/dev/stdout") else _NOTHING

    def request(self, step: _Step) -> tuple[Facts, list[str], str]:
        """Return what is sent, the hosts it goes to as far as they are spelled, and the file that is written."""
        sent, hosts, target = _NOTHING, list[str](), ""
        for option, value in _web_arguments(step):
            if option in _WEB_OUTPUT:
                target = str(value)
                continue
            facts = self.word(step.script, value, step.command.depth)
            sent |= facts if option else frozenset(fact for fact in facts if fact.kind != _DOWNLOAD)
            if option in _WEB_DATA:
                sent |= self.body(step, option, value)
            if option not in _WEB_DATA:
                hosts += _hosts(value, bare=not option)
        return sent, hosts, target

    def body(self, step: _Step, option: str, value: Text) -> Facts:
        """Return what the data `value` of a request takes from the standard input or from a file."""
        whole = option in _WEB_FILES
        start = 0 if whole else value.find("@") + 1
        if not whole and (not start or option == "--data-raw"):
            return _NOTHING
        path = value.part(start, len(value) if whole else (value.find(";", start) + 1 or len(value) + 1) - 1)
        return step.stdin if path in ("-", ".", "/dev/stdin") else self.file(step.script, path)

    def transmit(self, step: _Step) -> None:
        operands = step.operands
        facts = self.all_words(step, step.words[1:])
        if step.name in _NETWORK:
            runs = any(
                word in ("-e", "--exec", "-c", "--sh-exec") or "exec:" in word.lower() for word in step.words[1:]
            )
            if runs and step.name != "telnet":
                self.report(REMOTE_CODE, step.place(), "what another machine sends")
            facts |= step.stdin
            operands = [] if "-U" in step.words else operands
        elif step.name in _COPIERS:
            remote = [word for word in operands if re.match(r"(?:[\w.-]+@)?[\w.-]{2,}:", word)]
            facts = frozenset().union(*(self.file(step.script, word) for word in operands if word not in remote))
            if remote and len(operands) > 1 and operands[-1] not in remote:
                self.fetched(remote, operands[-1])
            operands = remote
        if operands:
            self.sent(
                step, facts, [str(word).partition("@")[2].partition(":")[0] or str(word) for word in operands[:1]]
            )

    def fetched(self, remote: Sequence[Text], target: Text) -> None:
        """Take note of the files that are copied from `remote` places to `target`, a file or a folder."""
        for word in remote:
            name = word.rpartition("/")[2].rpartition(":")[2]
            folder = str(target).rstrip("/")
            for path in (folder, name if folder == "." else f"{folder}/{name}"):
                self.write(path, frozenset((Fact(_DOWNLOAD, "a download"),)))

    def sent(self, step: _Step, facts: Facts, hosts: Sequence[str]) -> None:
        """Report what of `facts` must not leave this machine for `hosts`."""
        if hosts and all(locality(host) not in (PUBLIC, UNKNOWN) for host in hosts):
            self.used.update(fact.what for fact in facts if fact.kind == _SECRET)
            return
        for fact in sorted(facts):
            if fact.kind == _SECRET:
                self.used.add(fact.what)
                known = _is_vendor(fact.what, hosts) or (fact.what.startswith("$") and not _are_public(hosts))
                if not known:
                    self.report(EXFILTRATION, step.place(), fact.what)
            elif fact.kind == _ENVIRONMENT:
                self.report(EXFILTRATION, step.place(), fact.what)
            elif fact.kind == _SESSION and _are_public(hosts) and not _are_notifiers(hosts):
                self.report(SENDS_SESSION, step.place(), hosts[0])

    # --- the rest ---

    def location(self, step: _Step) -> None:
        """Report a program, or a script for one, that does not come with the project."""
        self.executed(step, self.all_words(step, step.words[:1]), session=True)
        words = [step.words[0]]
        if step.name in _SHELLS or step.name in _RUNTIMES or step.name in ("source", "."):
            words += [word for word in step.operands[:1] if _SCRIPT.fullmatch(word)]
        for word in words:
            if self.held(word):
                self.executed(step, self.held(word), session=False)
            elif _SHARED.match(word) and str(word) not in self.files:
                self.report(SHARED_FOLDER, step.script.place(word), str(word))
            elif step.name not in ("source", ".") and _in_home(word) and not self.command.server:
                self.report(HOME_PROGRAM, step.script.place(word), str(word))

    def splitting(self, step: _Step) -> None:
        """Report data of the session that stands unquoted among the words of a program."""
        if step.name in _HARMLESS or not step.script.shell:
            return
        for word in step.words[1:]:
            if "$" not in word and "`" not in word:
                continue
            start, end = _source(word)
            facts = self.word(step.script, word, step.command.depth)
            if not any(fact.kind == _SESSION for fact in facts):
                continue
            within = [step.script.found[number].span for number in step.script.within(start, end, step.command.depth)]
            for name, at, quoted in _expansions(step.script.text[start:end]):
                own = self.variable(name) if name else facts
                if not quoted and not _covers(within, start + at) and any(fact.kind == _SESSION for fact in own):
                    shown = f"${name}" if name else "$(…)"
                    self.report(SPLIT_SESSION, step.script.text.part(start + at, end), shown)
                    break

    def unpinned(self, step: _Step) -> None:
        launch = take_apart(step.words[0], step.words[1:])
        if launch.package is not None and launch.spec is not None and looseness(launch) and not self.command.server:
            # An address may hold a password.
            name = "an address" if "://" in launch.package else launch.package
            self.report(UNPINNED, step.script.place(launch.spec), f"{launch.launcher} {name}")

    def approving(self, step: _Step) -> None:
        said = [*step.words[1:], *(each.body or each.target for each in step.command.redirections)]
        text = next((word for word in said if word is not None and _APPROVAL.search(word)), None)
        if text is not None and self.approval is None:
            self.approval = step.script.place(text)


# --- words --------------------------------------------------------------------------------------------------------

_WHOLE = Text.at("", 0, 0)
_NAME = late(r"\$\{?(?P<name>[A-Za-z_]\w*)")


def _runs_download(text: str) -> bool:
    """Tell whether the PowerShell text `text` runs what it fetches, in an expression and not through a pipe."""
    plain = text.replace("`", "")
    return bool(_POWERSHELL_EVALUATION.search(plain) and _FETCHING.search(plain))


def _answer(step: _Step) -> Facts:
    """Return what the program of `step` prints if it asks another machine."""
    wanted = _ANSWERED.get(step.name)
    asks = wanted is not None and (not wanted or any(word in wanted for word in step.operands[:2]))
    return frozenset((Fact(_DOWNLOAD, "a download"),)) if asks else _NOTHING


def _as_word(text: Text) -> Word:
    word = Word(text)
    word.start, word.end, word.offsets, word.source = text.start, text.end, text.offsets, text.span
    return word


def _hosts(word: Text, *, bare: bool) -> list[str]:
    """Return the hosts that `word` names; with `bare` also one that stands without a scheme."""
    found = [place for place in places(word, host=bare) if place.kind == WEB or bare]
    return [str(place.host) for place in found if place.scheme or locality(place.host) in (PUBLIC, LOOPBACK)]


def _web_arguments(step: _Step) -> Iterator[tuple[str, Text]]:
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
            elif name in _WEB_DATA | _WEB_OUTPUT | _WEB_OTHERS:
                option = name
        elif step.name in ("curl", "wget"):
            letters = "OoPUe" if step.name == "wget" else "dFToHuXAebmx"
            at = next((index for index, letter in enumerate(word) if index and letter in letters), 0)
            if at + 1 < len(word) and at:
                yield f"-{word[at]}", word.part(at + 1, len(word))
            elif at:
                option = f"-{word[at]}"
        else:
            option = word.lower() if word.lower() in _WEB_DATA | _WEB_OUTPUT else ""


def _source(word: Text) -> tuple[int, int]:
    """Return where `word` stands in its script, quotes included."""
    return (word.source.start, word.source.end) if isinstance(word, Word) else (word.start, word.end)


def _covers(spans: Sequence[Span], offset: int) -> bool:
    """Tell whether one of `spans`, which are in order and apart, holds `offset`."""
    at = bisect_right(spans, offset, key=_start) - 1
    return at >= 0 and offset < spans[at].end


def _start(span: Span) -> int:
    return span.start


def _expansions(source: str) -> Iterator[tuple[str, int, bool]]:
    """Yield the expansions in the source of a word: the variable (empty for a substitution), where, whether quoted."""
    double = False
    at = 0
    while match := _EXPANSION.search(source, at):
        at = match.end()
        if match["double"]:
            double = not double
        elif match["single"] is not None and double:
            at = match.start() + 1
        elif match["braced"] or match["plain"]:
            quoted = double or (match["operation"] == "@" and source.startswith("Q", at))
            yield match["braced"] or match["plain"], match.start(), quoted
        elif match["inner"]:
            yield "", match.start(), double


def _gives_code(word: str, *, powershell: bool) -> bool:
    """Tell whether `word` is the option behind which a shell finds a script."""
    if powershell:
        return len(word) > 1 and "-command".startswith(word.lower())
    return word == "--command" or (word[:1] == "-" and word[1:2] != "-" and "c" in word)


def _is_cmd_switch(word: str) -> bool:
    """Tell whether `word` is the option behind which `cmd` finds a line."""
    return word.lower() in ("/c", "/k", "/r")


def _is_encoding(word: str) -> bool:
    """Tell whether `word` is the option behind which PowerShell finds encoded code."""
    return word.lower() == "-ec" or (len(word) > 1 and "-encodedcommand".startswith(word.lower()))


def _selected(facts: Facts, code: Text | None) -> Facts:
    """Return what of `facts` a filter or program `code` lets through: fields that nobody else chose are dropped."""
    whole = code is None or code.strip() in ("", ".")
    if whole or (_SESSION_FIELD.search(str(code)) and not _SHELL_QUOTED.search(str(code))):
        return facts
    return frozenset(fact for fact in facts if fact.kind != _SESSION)


def _decodes(name: str, words: Sequence[Text]) -> bool:
    if name == "rev":
        return True
    if name == "base64":
        return any(word in ("-d", "-D", "--decode", "-di") for word in words)
    return (name == "xxd" and any(word.startswith("-") and "r" in word for word in words)) or (
        name == "openssl" and "-d" in words
    )


def secret_file(path: str) -> str:
    """Return the name of the file or folder of credentials that `path` is, or nothing; a home is spelled `~`."""
    path = _HOME.sub("~", path, count=1).replace("\\", "/").rstrip("/")
    while path.startswith("./"):
        path = path[2:]
    known = next((each for each in sensitive_paths() if each.holds_secret(path)), None)
    return known.path if known else ""


def _in_home(word: str) -> bool:
    path = _HOME.sub("~", word, count=1)
    return path.startswith("~/") and not _INSTALLED.search(path)


def _is_vendor(secret: str, hosts: Sequence[str]) -> bool:
    """Tell whether all of `hosts` belong to those who gave out `secret`."""
    names = next((names for mark, names in _VENDORS if mark in secret), ())
    if secret.startswith("$"):
        names = next((names for pattern, names in _KEY_VARIABLES if pattern.fullmatch(secret[1:])), ())
    return bool(hosts) and all(any(name in _domain(host) for name in names) for host in hosts)


def _domain(host: str) -> str:
    """Return the part of `host` that somebody registered."""
    return ".".join(host.lower().split(".")[-2:])


def _are_public(hosts: Sequence[str]) -> bool:
    return any(locality(host) == PUBLIC for host in hosts)


def _are_notifiers(hosts: Sequence[str]) -> bool:
    return all(f".{host.lower()}".endswith(tuple(f".{name}" for name in _NOTIFIERS)) for host in hosts)
