"""Options of the Agent SDKs that switch permission checks off: modes, extra arguments, and the tools that are left.

A mode counts where it is chosen; where it is compared, or one of several that a type lists, it does not.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from itertools import islice

from claude_preflight.agents.agent_clis import EVERYTHING, NOTHING, SERVERS, agents, loose_uses, tools_left
from claude_preflight.agents.sandboxes import Sandbox
from claude_preflight.agents.unsafe_shell import Unsafe, unsafe
from claude_preflight.agents.unsafe_source.code import CONDITION, OPENING, REACH, Code, Place
from claude_preflight.late import late
from claude_preflight.model import Span
from claude_preflight.syntax.nodes import Text
from claude_preflight.syntax.source_code import MARK, NAME, STRING

MODE = "bypassPermissions"
_MODE_NAME = late(
    r"(?:permission_?mode|default_?mode)[\"'\])\s]*(?::\s*[A-Za-z_.\[\]| ]{0,40})?(?:=|:|=>)\s*[\"'`(]?$", 2
)
_MODE_CALL = late(r"set_?permission_?mode\(\s*[\"']$", 2)
_MODE_CHOICE = late(r"permission_?mode\b[^;{}\n]{0,120}$", 2)
_EXTRA = late(r"extra_?args\b[^\n]{0,20}$|extra_?args\b[\s\S]{0,200}\{[^{}]*$", 2)
_GIVEN_MODE = late(r"permission_?mode[\"']?\s{0,9}[:=]\s{0,9}([A-Za-z_]\w*)", 2)
_ALLOWING = late(r"\ballowDangerouslySkipPermissions\b[\"']?\s*[:=]\s*true\b")
# Calls that make the options of an agent, and do not start it.
_MAKING = late(r"(?:\w*options|\w*config|dict|assign|update|push|append|set_?permission_?mode)$", 2)
_OTHER_MODE = late(r"permission_?mode[\"']?\s{0,9}[:=]\s{0,9}[\"'`](?!bypass)\w", 2)
# Where a name is given a value, or more than it has; not where it is handed on under its own name.
_GIVEN = late(
    r"^[ \t]*(?:(?:export|const|let|var|final|static|readonly)[ \t]+)*([A-Za-z_]\w*)[ \t]*(?::[^=\n]{0,60})?\+?=(?!=)"
    r"\s{0,9}(?!\1\b)|\b([A-Za-z_]\w*)\.(?:push|append|extend|insert|unshift|concat|add)\b",
    8,  # re.MULTILINE
)
_NOTHING = frozenset(("undefined", "null", "None"))
_SAFE = {
    "hash": '`permission_mode="dontAsk"` with a narrow `allowed_tools`',
    "slash": '`permissionMode: "dontAsk"` with a narrow `allowedTools`',
}


class Options:
    """The options of SDKs in `code`, whose agents run in `sandbox` if nothing else is around them."""

    def __init__(self, code: Code, sandbox: Sandbox | None) -> None:
        self.code = code
        self.sandbox = sandbox
        self.safe = _SAFE.get(code.family, "")
        self.modes: list[int] = []
        self.mode_names: set[str] | None = None
        self.values_given: dict[str, int] | None = None
        self.has_other_mode: bool | None = None

    def mode(self, number: int, literal: Text) -> Iterator[Unsafe]:
        """Yield the permission mode `literal` where it is chosen, not where it is one of several or compared."""
        before = self.code.text[max(0, literal.start - 200) : literal.start]
        after = self.code.text[literal.end + 1 : literal.end + 40].lstrip()
        if self.code.tested or (after.startswith(("|", "]", "==")) and not after.startswith(("||",))):
            return
        chosen = _MODE_NAME.search(before) or _MODE_CALL.search(before)
        line = before.rpartition("\n")[2]
        offered = not chosen and _MODE_CHOICE.search(line) and CONDITION.search(line) and "==" not in line[-8:]
        handed = not chosen and not offered and self.is_mode_of_options(self.code.target(number))
        if (
            not (chosen or offered or handed)
            or " | " in line[line.rfind(":") :]
            or "argument(" in line
            or "case" in line
        ):
            return
        self.modes.append(literal.start)
        left = self.tools_left(number)
        if left == NOTHING:
            return
        weak = bool(offered) or after.startswith(("if ", "when ")) or left == SERVERS or self.is_mode_of_choice(number)
        agent = agents()[0]
        effect = agent.switches[1].effect
        yield Unsafe(agent, MODE, effect, literal.span, weak, self.sandbox, self.safe)

    def is_mode_of_choice(self, number: int) -> bool:
        """Tell whether a branch decides on the mode at `number`, and not on whether the agent is run at all."""
        places = list(self.code.places(number))
        if any(self.code.near(place.opener, -1) in ("?", "&&", "||") for place in places):
            return True
        makers = [place.name for place in places if place.bracket == "(" and self.code.is_call(place.opener)]
        if not all(_MAKING.match(name) for name in makers):
            return False
        outer = places[-1].opener if places else number
        if not self.code.is_conditional(self.code.tokens[outer].text.start):
            return False
        alone = len(places) == len(makers) < 2 and not any(name.lower().endswith("options") for name in makers)
        if alone or self.code.before_expression(outer) == "return":
            return True
        if self.has_other_mode is None:
            self.has_other_mode = bool(_OTHER_MODE.search(self.code.text))
        return self.has_other_mode

    def is_mode_of_options(self, name: str) -> bool:
        """Tell whether the variable `name` is given to an agent as its permission mode."""
        if self.mode_names is None:
            self.mode_names = {match[1] for match in _GIVEN_MODE.finditer(self.code.text)}
        return name in self.mode_names

    def extra_argument(self, number: int, literal: Text) -> Iterator[Unsafe]:
        """Yield the switch `literal`, without its hyphens, where it is a key among the extra arguments of the SDK."""
        left = self.tools_left(number, inside=1)
        if left != NOTHING and _EXTRA.search(self.code.text, max(0, literal.start - 300), literal.start - 1):
            use = next(loose_uses([Text.at("--" + literal, literal.start, literal.end)]))
            found = unsafe(use, self.sandbox, weak=left == SERVERS)
            yield found._replace(spelled=str(literal), span=literal.span, safe=self.safe)

    def second_switch(self) -> Iterator[Unsafe]:
        """Yield the second switch of the TypeScript SDK where the mode itself is not in sight."""
        if self.code.tested:
            return
        for match in _ALLOWING.finditer(self.code.text):
            line_start = self.code.text.rfind("\n", 0, match.start()) + 1
            near = any(abs(start - match.start()) < 600 for start in self.modes)
            if not near and not self.code.text[line_start : match.start()].lstrip().startswith(("//", "*", "#", "/*")):
                number = bisect_left(self.code.tokens, match.start(), key=lambda each: each.text.start)
                if self.tools_left(number) != NOTHING:
                    agent = agents()[0]
                    effect, span = agent.switches[-1].effect, Span(*match.span())
                    yield Unsafe(agent, match.group(), effect, span, True, self.sandbox, self.safe)

    def tools_left(self, number: int, inside: int = 0) -> str:
        """Return what the options around token `number` leave the agent, by the tools and servers that they list.

        `inside` is the number of mappings around the token that are part of the options.
        """
        places = (
            place for place in self.code.places(number) if place.bracket != "(" or self.code.is_call(place.opener)
        )
        options = next(islice(places, inside, None), None)
        values = self.values(options) if options else {}
        if "tools" not in values:
            return EVERYTHING
        servers = values.get("mcpServers", values.get("mcp_servers"))
        served = servers is not None and not self.is_empty(servers)
        return tools_left(agents()[0], self.listed(values["tools"]), served=served)

    def values(self, place: Place) -> dict[str, int]:
        """Return the tokens that the values directly in the bracket of `place` begin with, by their keys."""
        depth, found = 0, {}
        for index in range(place.opener + 1, min(len(self.code.tokens), place.opener + REACH)):
            token = self.code.tokens[index]
            if token.kind == MARK and token.text in OPENING:
                depth += 1
            elif token.kind == MARK and token.text in (")", "]", "}"):
                depth -= 1
                if depth < 0:
                    break
            elif token.kind != MARK and not depth:
                behind = self.code.near(index, 1)
                if behind in (":", "="):
                    found[str(token.text)] = self.code.after(self.code.after(index))
                elif place.bracket == "{" and behind in (",", "}") and self.code.near(index, -1) in (",", "{"):
                    found[str(token.text)] = index
        return found

    def is_empty(self, number: int) -> bool:
        """Tell whether the value that begins at token `number` is nothing, or a mapping of nothing."""
        value = self.code.tokens[number].text if number < len(self.code.tokens) else ""
        return value in _NOTHING or (value == "{" and self.code.near(number, 1) == "}")

    def listed(self, number: int) -> list[str] | None:
        """Return the strings of the list at token `number`, or that the name there is given once; None if unknown."""
        token = self.code.tokens[number] if number < len(self.code.tokens) else None
        if token is not None and token.kind == NAME:
            number = self.given(str(token.text))
            token = self.code.tokens[number] if number < len(self.code.tokens) else None
        if token is None or token.text != "[" or token.kind != MARK:
            return None
        found: list[str] = []
        for each in self.code.tokens[number + 1 : number + REACH]:
            if each.kind == STRING:
                found.append(str(each.text))
            elif each.text == "]":
                return found
            elif each.text not in (",", "\n"):
                return None
        return None

    def given(self, name: str) -> int:
        """Return the number of the token that the only value of `name` begins with; beyond the last if unknown."""
        if self.values_given is None:
            self.values_given = {}
            for match in _GIVEN.finditer(self.code.text):
                given = match[1] or match[2]
                self.values_given[given] = (
                    len(self.code.text) if given in self.values_given or match[2] else match.end()
                )
        offset = self.values_given.get(name, len(self.code.text))
        return bisect_left(self.code.tokens, offset, key=lambda each: each.text.start)
