"""Wrappers: programs that run the command behind their own words."""

from __future__ import annotations

from collections.abc import Sequence

from claude_preflight.agents.launch.grammars import PNPM_VALUES
from claude_preflight.agents.launch.words import Segment, assignment, line_segments, option_names, read_options, split
from claude_preflight.syntax.nodes import Text


class Wrapper:
    """A program that runs the command behind its own words.

    One of `subcommand` must come first, unless `optional`. `values` are its options that take a value, `lines` those
    whose value is a command line, which the other words go on if it is `continued`, and `folders` those whose value is
    the folder that the command runs in. Between options and command stand `skip` words, with `versions` also versions
    of tools, or with `dashes` all up to `--` if there is one.
    """

    __slots__ = ("continued", "dashes", "folders", "lines", "optional", "skip", "subcommand", "values", "versions")

    # No NamedTuple, as in `Grammar`.
    def __init__(
        self,
        values: frozenset[str] = frozenset(),
        subcommand: tuple[str, ...] = (),
        *,
        skip: int = 0,
        dashes: bool = False,
        lines: frozenset[str] = frozenset(),
        optional: bool = False,
        continued: bool = False,
        versions: bool = False,
        folders: frozenset[str] = frozenset(),
    ) -> None:
        self.values = values
        self.subcommand = subcommand
        self.skip = skip
        self.dashes = dashes
        self.lines = lines
        self.optional = optional
        self.continued = continued
        self.versions = versions
        self.folders = folders


_PLAIN_WRAPPER = Wrapper()
_MISE = Wrapper(
    option_names("cd C env E jobs j"), ("exec", "x"), dashes=True, lines=option_names("command c"), versions=True
)
_CONDA = Wrapper(option_names("name n prefix p cwd"), ("run",))
_PROJECT_RUN = Wrapper(option_names("project p directory C P"), ("run",))
_DOTENV = Wrapper(option_names("e f v p file env variable quote q"), ("run",), optional=True)
WRAPPERS: dict[str, Wrapper] = {
    **dict.fromkeys(
        ("nohup", "command", "builtin", "setsid", "call", "corepack", "cross-env", "winpty", "busybox"), _PLAIN_WRAPPER
    ),
    "cross-env-shell": _PLAIN_WRAPPER,
    "env": Wrapper(
        option_names("unset u chdir C argv0 a"),
        lines=option_names("split-string S"),
        continued=True,
        folders=option_names("chdir C"),
    ),
    "exec": Wrapper(option_names("a")),
    "sudo": Wrapper(
        option_names("user u group g host h prompt p chdir D chroot R role r type t other-user U command-timeout T C")
    ),
    "doas": Wrapper(option_names("u C")),
    "time": Wrapper(option_names("format f output o")),
    "nice": Wrapper(option_names("adjustment n")),
    "ionice": Wrapper(option_names("class c classdata n")),
    "timeout": Wrapper(option_names("signal s kill-after k"), skip=1),
    "stdbuf": Wrapper(option_names("input i output o error e")),
    "caffeinate": Wrapper(option_names("t w")),
    "arch": _PLAIN_WRAPPER,
    "xvfb-run": Wrapper(option_names("server-num n error-file e auth-file f xauth-protocol p server-args s wait w")),
    "dbus-run-session": Wrapper(option_names("config-file dbus-daemon")),
    "dotenv": _DOTENV,
    "dotenv-cli": _DOTENV,
    "dotenvx": Wrapper(
        option_names("f env-file env-keys-file env-vault-file e env convention") | {"-fk", "-fv"}, ("run",)
    ),
    "env-cmd": Wrapper(option_names("f file e environments rc-file r")),
    "op": Wrapper(option_names("env-file account environment config session cache encoding format"), ("run",)),
    "doppler": Wrapper(
        option_names(
            "project p config c token t scope fallback passphrase mount mount-format configuration config-dir"
        ),
        ("run",),
        lines=option_names("command"),
    ),
    "infisical": Wrapper(
        option_names("env e path projectId token tags t project-config-dir domain watch-interval"),
        ("run",),
        lines=option_names("command c"),
    ),
    "direnv": Wrapper(subcommand=("exec",), skip=1),
    "mise": _MISE,
    "rtx": _MISE,
    "asdf": Wrapper(subcommand=("exec",)),
    "nvm": Wrapper(subcommand=("exec",), versions=True),
    "fnm": Wrapper(option_names("using log-level node-dist-mirror fnm-dir arch"), ("exec",)),
    "volta": Wrapper(option_names("node npm yarn pnpm env"), ("run",)),
    "wsl": Wrapper(option_names("distribution d distribution-id user u cd shell-type")),
    "aws-vault": Wrapper(option_names("duration d region mfa-token t backend profile"), ("exec",), skip=1, dashes=True),
    "chamber": Wrapper(option_names("backend b"), ("exec",), skip=1, dashes=True),
    "teller": Wrapper(option_names("config c"), ("run",)),
    "conda": _CONDA,
    "mamba": _CONDA,
    "micromamba": _CONDA,
    "poetry": _PROJECT_RUN,
    "pdm": _PROJECT_RUN,
    "pipenv": _PROJECT_RUN,
    "rye": _PROJECT_RUN,
    "pnpm": Wrapper(PNPM_VALUES, ("exec",)),
    "yarn": Wrapper(option_names("cwd"), ("exec",)),
    "bundle": Wrapper(option_names("gemfile"), ("exec",)),
}
# Those of the wrappers that come as packages.
PACKAGED = frozenset("cross-env cross-env-shell dotenv dotenv-cli dotenvx env-cmd".split())


def wrapped(wrapper: Wrapper, words: Sequence[Text]) -> list[Segment]:
    """Return the commands that `wrapper` runs, whose name is the first of `words`."""
    values = wrapper.values | wrapper.lines
    options, count = read_options(words[1:], values)
    index = count + 1
    if words[index : index + 1] and words[index] in wrapper.subcommand:
        more, count = read_options(words[index + 1 :], values)
        options += more
        index += count + 1
    elif wrapper.subcommand and not wrapper.optional:
        return []
    lines = [option.value for option in options if option.name in wrapper.lines and option.value]
    if lines and not wrapper.continued:
        return line_segments(lines[0])
    folders = [option.value for option in options if option.name in wrapper.folders and option.value]
    changes = [Segment([Text.at("cd", folder.start, folder.end), folder]) for folder in folders[-1:]]
    rest = words[index:] if words[index - 1] == "--" else _behind_own_words(wrapper, words[index:])
    rest = [*(split(lines[0]) if lines else ()), *rest]
    environment = []
    for word in rest:
        pair = assignment(word)
        if not pair:
            break
        environment.append(pair)
    segment = Segment(rest[len(environment) :], tuple(environment))
    return [*(changes if segment.words else ()), segment]


def _behind_own_words(wrapper: Wrapper, words: Sequence[Text]) -> Sequence[Text]:
    if wrapper.dashes and "--" in words:
        return words[words.index(Text("--")) + 1 :]
    skip = wrapper.skip
    while wrapper.versions and skip < len(words) and _is_version(words[skip]):
        skip += 1
    return words[skip + ("--" in words[skip : skip + 1]) :]


def _is_version(word: str) -> bool:
    """Whether `word` is `20`, `v20.1`, `lts/iron` or `node@20`, as version managers take them."""
    return "@" in word[1:] or word.startswith("lts/") or word.removeprefix("v").replace(".", "").isdecimal()
