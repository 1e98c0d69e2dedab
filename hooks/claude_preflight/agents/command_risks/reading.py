"""What a configured command does that it should not, read as a shell would run it.

Each simple command is followed by what flows into and out of it: through pipes, substitutions, variables and files.
Nothing is run or expanded. What a program prints is only known of the programs named here; of any other it is nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from claude_preflight.agents.command_risks.credentials import are_notifiers, are_public, is_vendor
from claude_preflight.agents.command_risks.facts import (
    DECODED,
    DOWNLOAD,
    ENVIRONMENT,
    NOTHING,
    SECRET,
    SESSION,
    Fact,
    Facts,
    selected,
)
from claude_preflight.agents.command_risks.inline import PIPED_TO_SHELL, inline_risks
from claude_preflight.agents.command_risks.knowledge import Knowledge
from claude_preflight.agents.command_risks.printers import is_silent, printed_files, prints_names_only
from claude_preflight.agents.command_risks.programs import (
    ALL_IN_ONE,
    ANSWERED,
    CODE_OPTIONS,
    COPIERS,
    ECHOES,
    FETCHERS,
    FETCHES_TO_FILE,
    FETCHING,
    FILTERS,
    HARMLESS,
    INERT,
    LOOKUPS,
    NETWORK,
    RUNS_ADDRESS,
    RUNTIMES,
    SHELLS,
    decodes,
    gives_code,
    is_cmd_switch,
    is_encoding,
    runs_download,
    script_of_powershell,
)
from claude_preflight.agents.command_risks.risk import (
    APPROVES,
    EXFILTRATION,
    FILLED_ARGUMENT,
    HIDDEN_CODE,
    HOME_PROGRAM,
    READS_CREDENTIALS,
    REMOTE_CODE,
    SENDS_SESSION,
    SESSION_AS_CODE,
    SHARED_FOLDER,
    SPLIT_SESSION,
    UNPINNED,
    Risk,
)
from claude_preflight.agents.command_risks.script import WHOLE, Script, Step, as_word, covers, expansions, source_of
from claude_preflight.agents.command_risks.web import DATA, FILES, OUTPUT, hosts_in, web_arguments
from claude_preflight.agents.configured_commands import ConfiguredCommand
from claude_preflight.agents.homes import is_drive_path, plain_path
from claude_preflight.agents.launch import program_name, take_apart
from claude_preflight.agents.pins import looseness
from claude_preflight.agents.places import PUBLIC, UNKNOWN, is_local, locality
from claude_preflight.late import late
from claude_preflight.syntax.nodes import Text
from claude_preflight.syntax.shell import Command, Redirection, Word, commands, windows_commands

_MAX_DEPTH = 5  # of scripts in the words of scripts
_MAX_STEPS = 10_000  # of one configured command; the longest in use have a few dozen
_MAX_LOOP = 50  # commands of a loop whose redirection is looked for
_PASSES = 2  # over a script: a variable may be used above the line that sets it
_SHARED = late(
    r"(?:/private)?/(?:tmp|var/tmp|dev/shm)/|\$\{?TMPDIR\}?/|%TE?MP%|\$env:TE?MP\b|/Users/Shared/|%PUBLIC%|\$env:PUBLIC\b"
    r"|(?:[A-Z]:|/(?:mnt/|cygdrive/)?[A-Z](?=/))[\\/]+(?:Users[\\/]+Public|Windows[\\/]+Temp|Temp|tmp)[\\/]",
    re.IGNORECASE,
)
_NULL = frozenset(("/dev/null", "$null", "nul"))
_INSTALLED = late(
    r"(?:^|/)(?:bin|\.claude|shims|node_modules|\.nvm|site-packages|versions|Scripts|scoop|(?:ana|mini)conda3"
    r"|AppData/(?:Local/(?:Programs|Microsoft|pnpm|Volta)|Roaming/(?:npm|nvm|fnm)))/"
)
_SCRIPT = late(r"[^\s]*[./][^\s]*")
_KEEPS_NAME = late(r"--remote-name$|-[a-zA-Z]*O$")
_DEVICE = late(r"/dev/(?:tcp|udp)/([^/\s]+)/")
_APPROVAL = late(r'"(?:behavior|permissionDecision|decision|permission)"\s*:\s*"(?:allow|approve)"')
_FILLED = late(r"\$ARGUMENTS\b|\$\{ARGUMENTS\}")
_SPELLED_OUT = late(r"(?:\\x[0-9A-Fa-f]{2}|\\[0-7]{3}){4}")
# What is written there runs later, or opens the machine.
_STARTUP_FILE = late(
    r"~/\.(?:(?:bash|zsh)(?:rc|env|_profile|_login)|z?profile|ssh/(?:authorized_keys|rc)|config/(?:fish|autostart)/.*)$"
    r"|(?:^|/)\.git/hooks/[\w-]+$|/etc/cron"
)
_NAME = late(r"\$\{?(?P<name>[A-Za-z_]\w*)")


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


class _Reading:
    """Reads one command: `known` is what its variables and files hold so far."""

    def __init__(self, command: ConfiguredCommand) -> None:
        self.command = command
        self.known = Knowledge(receives=command.receives)
        self.risks: list[Risk] = []
        self.used: set[str] = set()
        self.inert = True
        self.steps = 0
        self.approval: Text | None = None
        self.last = True  # whether the pass is the one that reports

    def read(self) -> None:
        session = frozenset((Fact(SESSION, "what happens in the session"),)) if self.command.receives else NOTHING
        text = self.command.text
        if self.command.arguments is None:
            self.read_text(text, session, 0, powershell=self.command.powershell)
        else:
            words = [as_word(word) for word in (text, *self.command.arguments)]
            found = [Command(tuple(words), (), (), "", 0, text.span)]
            self.run(Script(WHOLE, found, shell=False), session, 0)

    def found(self) -> Iterator[Risk]:
        if self.steps > _MAX_STEPS:
            yield Risk(HIDDEN_CODE, self.command.text, "more commands than anyone can read")
        spliced = any(risk.kind == SESSION_AS_CODE for risk in self.risks)
        yield from (risk for risk in self.risks if not (spliced and risk.kind == SPLIT_SESSION))
        if not self.command.supplies:
            for secret, place in self.known.reads.items():
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
            return NOTHING
        local = Text.at(str(text), 0, len(text))
        windows = powershell or line
        found = windows_commands(local, powershell=powershell) if windows else commands(local)
        output = self.run(Script(text, found, shell=not windows), stdin, depth)
        if powershell and runs_download(text) and all(risk.kind != REMOTE_CODE for risk in self.risks):
            self.report(REMOTE_CODE, text, "a download")
        return output

    def run(self, script: Script, stdin: Facts, depth: int) -> Facts:
        order = sorted(range(len(script.found)), key=lambda number: -script.found[number].depth)
        reports = self.last
        for turn in range(_PASSES):
            self.last = reports and turn == _PASSES - 1
            for number in order:
                self.steps += 1
                if self.steps > _MAX_STEPS:
                    return NOTHING
                piped = number > 0 and script.found[number - 1].operator in ("|", "|&")
                given = script.output.get(number - 1, NOTHING) if piped else stdin
                script.output[number] = self.step(script, number, given, depth)
        self.last = reports
        outer = [number for number, command in enumerate(script.found) if command.depth == 0]
        return script.output[outer[-1]] if outer else NOTHING

    def step(self, script: Script, number: int, stdin: Facts, depth: int) -> Facts:
        command = script.found[number]
        for name, value in command.assignments:
            source = script.text[max(0, value.start - 1) : value.end + 1]  # with its quotes, if it has any
            facts = self.known.facts(script, value, source, value.start, value.end, command.depth)
            self.known.variables[str(name)] = self.known.variables.get(str(name), NOTHING) | facts
        for redirection in command.redirections:
            if redirection.target is not None and redirection.operator.endswith("<"):
                stdin = self.redirected(script, redirection, redirection.target, command.depth)
        if not command.words:
            return NOTHING
        words, given_script = self.unwrapped(command.words)
        step = Step(script, program_name(script.spelled(words[0])), words, command, number, stdin)
        if given_script:
            return self.into_shell(step, depth)
        self.inert = self.inert and step.name in INERT
        output = self.program(step, depth)
        self.written(step, output, depth)
        return output

    def redirected(self, script: Script, redirection: Redirection, target: Word, depth: int) -> Facts:
        if redirection.body is not None:
            return frozenset().union(
                *(self.known.variable(match["name"]) for match in _NAME.finditer(redirection.body))
            )
        if redirection.operator.endswith("<<<"):
            return self.known.word(script, target, depth)
        return self.known.file(script, target) | self.known.word(script, target, depth)

    def unwrapped(self, words: Sequence[Text]) -> tuple[tuple[Text, ...], bool]:
        """Return the words of the program behind wrappers, and whether it is a shell that is given a script."""
        if len(words) > 1 and program_name(words[0]) in ALL_IN_ONE:
            words = words[1:]
        if len(words) > 2 and program_name(words[0]) == "env" and words[1] in ("-S", "--split-string"):
            words = (words[0], *words[2:])
        if words[0] == "eval":
            return tuple(words), False
        launch = take_apart(words[0], words[1:])
        for at, word in enumerate(words):
            name = program_name(word)
            line = name == "cmd" and len(words) > at + 2 and " " in words[-1] and is_cmd_switch(words[-2])
            if name in launch.wrappers and (name in SHELLS or name in ("powershell", "pwsh") or line):
                return tuple(words[at:]), True
        start = next((at for at, word in enumerate(words) if launch.wrappers and word is launch.binary), 0)
        return tuple(words[start:]), False

    def into_shell(self, step: Step, depth: int) -> Facts:
        """Read the script that a shell is given in its words."""
        powershell = step.name in ("powershell", "pwsh")
        self.inert = self.inert and not powershell
        if powershell and any(is_encoding(word) for word in step.words[1:]):
            self.report(HIDDEN_CODE, step.place(), "encoded text")
        line = step.name == "cmd"
        given = (number for number, word in enumerate(step.words) if gives_code(word, powershell=powershell))
        at = len(step.words) - 2 if line else next(given, 0)
        code = step.words[at + 1 : at + 2]
        if not at or not code:
            return NOTHING
        self.code(step, code[0])
        return self.read_text(step.script.place(code[0]), step.stdin, depth + 1, powershell=powershell, line=line)

    def written(self, step: Step, output: Facts, depth: int) -> None:
        for redirection in step.command.redirections:
            if redirection.target in _NULL and redirection.operator in (">", "1>", "&>", ">>"):
                self.withheld(output)
            elif redirection.target is not None and ">" in redirection.operator:
                self.known.write(redirection.target, output)
                device = _DEVICE.match(redirection.target)
                started = _STARTUP_FILE.search(plain_path(redirection.target))
                if started and any(fact.kind in (DOWNLOAD, DECODED) for fact in output):
                    self.report(REMOTE_CODE, step.place(), f"a download, from {redirection.target}")
                elif started and step.name in ECHOES:
                    for word in step.operands:
                        self.read_text(step.script.place(word), NOTHING, depth + 1)
                if device and step.name in SHELLS:
                    self.report(REMOTE_CODE, step.place(), f"what {device[1]} sends")
                elif device:
                    self.sent(step, output, [device[1]])

    # --- programs ---

    def program(self, step: Step, depth: int) -> Facts:
        """Return what the program of `step` prints, and report what it does."""
        self.location(step)
        self.splitting(step)
        name = step.name
        if name in FETCHERS:
            return self.fetch(step)
        if name in ("xargs", "find"):
            return self.xargs(step, depth)
        if name in ("eval", "iex", "invoke-expression"):
            self.code(step, *step.words[1:])
            if len(step.words) == 1:
                self.executed(step, step.stdin, session=True)
            if name != "eval" and any(FETCHING.search(word) for word in step.words[1:]):
                self.report(REMOTE_CODE, step.place(), "a download")
            return NOTHING
        if name in ("source", "."):
            self.code(step, *step.words[1:2], session=False)
            return NOTHING
        if name in SHELLS or name in RUNTIMES:
            self.unpinned(step)
            return self.interpreter(step, depth)
        if name in NETWORK or name in LOOKUPS or name in COPIERS:
            self.transmit(step)
            return _answer(step)
        if name in ("crontab", "awk", "gawk") or name in FETCHES_TO_FILE or name in RUNS_ADDRESS:
            self.taken_over(step)
        if name in ("read", "mapfile", "readarray"):
            given = self.loop_input(step)
            for word in step.operands:
                self.known.variables[str(word)] = self.known.variables.get(str(word), NOTHING) | given
            return NOTHING
        self.unpinned(step)
        return self.printed(step)

    def taken_over(self, step: Step) -> None:
        """Read programs that fetch to a file, run an address or a download, or have one run later."""
        addressed = any("://" in word for word in step.words[1:])
        if step.name == "crontab" and step.operands:
            self.code(step, *step.operands[:1], session=False)
            self.executed(step, step.stdin if step.operands[0] == "-" else NOTHING, session=False)
        elif step.name in FETCHES_TO_FILE and addressed and step.operands:
            self.known.write(step.operands[-1], frozenset((Fact(DOWNLOAD, "a download"),)))
        elif (step.name in RUNS_ADDRESS and addressed) or (
            step.name in ("awk", "gawk") and any(PIPED_TO_SHELL.search(word) for word in step.words[1:])
        ):
            self.report(REMOTE_CODE, step.place(), "a download")

    def loop_input(self, step: Step) -> Facts:
        """Return what a `read` is given; the redirection of a loop stands behind its last command."""
        found, number = step.script.found, step.number
        if number and found[number - 1].operator in ("|", "|&"):
            return step.stdin
        for command in found[number : number + _MAX_LOOP]:
            for redirection in command.redirections:
                if redirection.target is not None and redirection.operator.endswith("<"):
                    return self.redirected(step.script, redirection, redirection.target, command.depth)
        return step.stdin

    def printed(self, step: Step) -> Facts:
        name, words = step.name, step.words[1:]
        if name in ECHOES or name == "cat":
            self.approving(step)
        if name in ECHOES:
            quoted = name == "printf" and any("%q" in word for word in words)
            spelled = any(_SPELLED_OUT.search(word) for word in words)
            facts = frozenset((Fact(DECODED, "decoded text"),)) if spelled else NOTHING
            return facts if quoted else facts | self.known.all_words(step, words)
        if name in ("env", "printenv", "set", "export", "declare", "gci") and not step.operands:
            return frozenset((Fact(ENVIRONMENT, "the whole environment"),))
        if name == "security" and any("password" in word or word == "dump-keychain" for word in words):
            named = next((str(word) for word in step.operands if "laude" in word), "")
            return frozenset((Fact(SECRET, f"the keychain ({named})" if named else "the keychain"),))
        if name == "gh" and step.operands[:2] == ["auth", "token"]:
            return frozenset((Fact(SECRET, "the login of ~/.config/gh/"),))
        if name in ANSWERED:
            return _answer(step)
        return self.filtered(step)

    def filtered(self, step: Step) -> Facts:
        """Return what of its files, or of its input, the program of `step` prints."""
        name, words = step.name, step.words[1:]
        if name == "export" or is_silent(name, step.words):
            self.withheld(step.stdin | self.known.all_words(step, words))
            return NOTHING
        if name not in FILTERS and name != "git":
            return NOTHING
        files = printed_files(name, step.words)
        if prints_names_only(name, step.words):
            self.withheld(step.stdin)
            facts = frozenset().union(*(self.known.held(word) for word in files), step.stdin if not files else NOTHING)
            return frozenset(fact for fact in facts if fact.kind != SECRET)
        facts = frozenset().union(*(self.known.file(step.script, word) for word in files))
        if name == "git":
            return facts
        facts |= self.known.all_words(step, files if files else words) if name in ("cat", "jq") else NOTHING
        if not files or "-" in files or name in ("tee", "tr", "openssl", "base64", "xxd"):
            facts |= step.stdin
        if name in ("jq", "yq"):
            facts = selected(facts, step.operands[0] if step.operands else None)
        if decodes(name, words):
            facts |= {Fact(DECODED, "decoded text")}
        return facts

    def withheld(self, facts: Facts) -> None:
        """Take note that the values of the credentials in `facts` are shown to nobody here."""
        self.used.update(fact.what for fact in facts if fact.kind == SECRET)

    def interpreter(self, step: Step, depth: int) -> Facts:
        """Read how a shell or another interpreter is given its code."""
        options, operands = frozenset(map(str, step.words[1:])), step.operands
        flag = CODE_OPTIONS.get(step.name, "-c")
        at = next((number for number, word in enumerate(step.words[:-1]) if number and word == flag), 0)
        if at:
            self.code(step, step.words[at + 1])
            self.inline(step, step.words[at + 1])
            return selected(step.stdin, step.words[at + 1])
        elif operands and operands[0] != "-" and "-s" not in options and "-m" not in options:
            self.code(step, operands[0], session=False)
        elif "-m" not in options and "--version" not in options:
            self.executed(step, step.stdin, session=step.number > 0)
            for redirection in step.command.redirections if step.name in SHELLS else ():
                if redirection.body is not None:
                    self.read_text(step.script.place(redirection.body), NOTHING, depth + 1)
        return NOTHING

    def code(self, step: Step, *words: Text, session: bool = True) -> None:
        """Report what stands in `words`, which are run as code."""
        for word in words:
            self.executed(step, self.known.word(step.script, word, step.command.depth), session=session)

    def executed(self, step: Step, facts: Facts, *, session: bool) -> None:
        for fact in facts:
            if fact.kind == DOWNLOAD:
                self.report(REMOTE_CODE, step.place(), fact.what)
            elif fact.kind == DECODED:
                self.report(HIDDEN_CODE, step.place(), fact.what)
            elif fact.kind == SESSION and session:
                self.report(SESSION_AS_CODE, step.place(), fact.what)

    def inline(self, step: Step, code: Text) -> None:
        for kind, detail in inline_risks(code, shell=step.name in SHELLS):
            self.report(kind, step.place(), detail)

    def xargs(self, step: Step, depth: int) -> Facts:
        """Read what `xargs` or `find` runs: names become its words, or code where they are put into a script."""
        at = next((n for n, word in enumerate(step.words) if n and program_name(word) in SHELLS | {"eval"}), 0)
        marks = [str(step.words[n + 1]) for n, word in enumerate(step.words[:-1]) if word in ("-I", "--replace", "-i")]
        marks += [str(word[2:]) for word in step.words[1:] if word.startswith(("-I", "-i")) and len(word) > 2]
        inner = step.words[at:] if at else ()
        number = next((n for n, word in enumerate(inner) if n and gives_code(word, powershell=False)), 0)
        code = inner[number + 1 : number + 2] if number else ()
        if code and any(mark and mark in code[0] for mark in marks or ["{}"]):
            self.report(
                SESSION_AS_CODE,
                step.script.place(code[0]),
                f"each name that {step.name} is given",
            )
        elif code:
            self.read_text(step.script.place(code[0]), NOTHING, depth + 1)
        elif number and step.name == "xargs":
            self.executed(step, step.stdin, session=True)
        return step.stdin if step.name == "xargs" else NOTHING

    # --- network ---

    def fetch(self, step: Step) -> Facts:
        """Read a program that speaks HTTP: what it sends, and what it prints or writes to a file."""
        sent, hosts, target = self.request(step)
        if sent:
            self.sent(step, sent, hosts)
        if hosts and all(is_local(host) for host in hosts):
            return NOTHING
        facts = frozenset((Fact(DOWNLOAD, "a download"),))
        saves = step.name in ("wget", "aria2c")
        printed = not saves or target in ("-", "/dev/stdout")
        if not target and (saves or any(_KEEPS_NAME.match(word) for word in step.words[1:])):
            target = next((word.partition("?")[0].rpartition("/")[2] for word in step.operands), "")
        if target and target != "-":
            self.known.write(target, facts)
        return facts if printed and target in ("", "-", "/dev/stdout") else NOTHING

    def request(self, step: Step) -> tuple[Facts, list[str], str]:
        """Return what is sent, the hosts it goes to as far as they are spelled, and the file that is written."""
        sent, hosts, target = NOTHING, list[str](), ""
        for option, value in web_arguments(step):
            if option in OUTPUT:
                target = str(value)
                continue
            facts = self.known.word(step.script, value, step.command.depth)
            sent |= facts if option else frozenset(fact for fact in facts if fact.kind != DOWNLOAD)
            if option in DATA:
                sent |= self.body(step, option, value)
            if option not in DATA:
                hosts += hosts_in(value, bare=not option)
        return sent, hosts, target

    def body(self, step: Step, option: str, value: Text) -> Facts:
        """Return what the data `value` of a request takes from the standard input or from a file."""
        whole = option in FILES
        start = 0 if whole else value.find("@") + 1
        if not whole and (not start or option == "--data-raw"):
            return NOTHING
        path = value.part(start, len(value) if whole else (value.find(";", start) + 1 or len(value) + 1) - 1)
        return step.stdin if path in ("-", ".", "/dev/stdin") else self.known.file(step.script, path)

    def transmit(self, step: Step) -> None:
        operands = step.operands
        facts = self.known.all_words(step, step.words[1:])
        if step.name in NETWORK:
            runs = any(
                word in ("-e", "--exec", "-c", "--sh-exec") or "exec:" in word.lower() for word in step.words[1:]
            )
            if runs and step.name != "telnet":
                self.report(REMOTE_CODE, step.place(), "what another machine sends")
            facts |= step.stdin
            operands = [] if "-U" in step.words else operands
        elif step.name in COPIERS:
            remote = [word for word in operands if re.match(r"(?:[\w.-]+@)?[\w.-]{2,}:", word)]
            facts = frozenset().union(*(self.known.file(step.script, word) for word in operands if word not in remote))
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
                self.known.write(path, frozenset((Fact(DOWNLOAD, "a download"),)))

    def sent(self, step: Step, facts: Facts, hosts: Sequence[str]) -> None:
        """Report what of `facts` must not leave this machine for `hosts`."""
        if hosts and all(locality(host) not in (PUBLIC, UNKNOWN) for host in hosts):
            self.withheld(facts)
            return
        for fact in sorted(facts):
            if fact.kind == SECRET:
                self.used.add(fact.what)
                known = is_vendor(fact.what, hosts) or (fact.what.startswith("$") and not are_public(hosts))
                if not known:
                    self.report(EXFILTRATION, step.place(), fact.what)
            elif fact.kind == ENVIRONMENT:
                self.report(EXFILTRATION, step.place(), fact.what)
            elif fact.kind == SESSION and are_public(hosts) and not are_notifiers(hosts):
                self.report(SENDS_SESSION, step.place(), hosts[0])

    # --- the rest ---

    def location(self, step: Step) -> None:
        """Report a program, or a script for one, that does not come with the project."""
        self.executed(step, self.known.all_words(step, step.words[:1]), session=True)
        words = [step.words[0]]
        if step.name in SHELLS or step.name in RUNTIMES or step.name in ("source", "."):
            powershell = step.name in ("powershell", "pwsh")
            script = script_of_powershell(step.words) if powershell else next(iter(step.operands), None)
            words += [script] if script is not None and _is_script(step.script.spelled(script)) else []
        for word in words:
            spelled = step.script.spelled(word)
            if self.known.held(word):
                self.executed(step, self.known.held(word), session=False)
            elif _SHARED.match(spelled) and str(word) not in self.known.files:
                self.report(SHARED_FOLDER, step.script.place(word), spelled)
            elif step.name not in ("source", ".") and _in_home(spelled) and not self.command.server:
                self.report(HOME_PROGRAM, step.script.place(word), spelled)

    def splitting(self, step: Step) -> None:
        """Report data of the session that stands unquoted among the words of a program."""
        if step.name in HARMLESS or not step.script.shell:
            return
        for word in step.words[1:]:
            if "$" not in word and "`" not in word:
                continue
            start, end = source_of(word)
            facts = self.known.word(step.script, word, step.command.depth)
            if not any(fact.kind == SESSION for fact in facts):
                continue
            within = [step.script.found[number].span for number in step.script.within(start, end, step.command.depth)]
            for name, at, quoted in expansions(step.script.text[start:end]):
                own = self.known.variable(name) if name else facts
                if not quoted and not covers(within, start + at) and any(fact.kind == SESSION for fact in own):
                    shown = f"${name}" if name else "$(…)"
                    self.report(SPLIT_SESSION, step.script.text.part(start + at, end), shown)
                    break

    def unpinned(self, step: Step) -> None:
        launch = take_apart(step.words[0], step.words[1:])
        if launch.package is not None and launch.spec is not None and looseness(launch) and not self.command.server:
            # An address may hold a password.
            name = "an address" if "://" in launch.package else launch.package
            self.report(UNPINNED, step.script.place(launch.spec), f"{launch.launcher} {name}")

    def approving(self, step: Step) -> None:
        said = [*step.words[1:], *(each.body or each.target for each in step.command.redirections)]
        text = next((word for word in said if word is not None and _APPROVAL.search(word)), None)
        if text is not None and self.approval is None:
            self.approval = step.script.place(text)


def _answer(step: Step) -> Facts:
    """Return what the program of `step` prints if it asks another machine."""
    wanted = ANSWERED.get(step.name)
    asks = wanted is not None and (not wanted or any(word in wanted for word in step.operands[:2]))
    return frozenset((Fact(DOWNLOAD, "a download"),)) if asks else NOTHING


def _is_script(word: str) -> bool:
    return bool(_SCRIPT.fullmatch(word)) or is_drive_path(word)


def _in_home(word: str) -> bool:
    path = plain_path(word)
    return path.startswith("~/") and not _INSTALLED.search(path)
