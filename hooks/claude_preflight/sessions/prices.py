"""What tokens cost: `schemas/model_prices.json`. Who has a subscription pays otherwise, so it is only an estimate."""

from __future__ import annotations

from functools import cache

from claude_preflight.agents.data import load
from claude_preflight.late import late
from claude_preflight.typed import NamedTuple

_SUFFIX = late(r"(?:\[[^]]*\]|@[\w.-]*|-v\d+(?::\d+)?|-\d{8}|-latest|:[\w-]+)$")
_MILLION = 1_000_000


class Usage(NamedTuple):
    """What one answer of a model took: tokens by kind (`input` holds neither of the cache's), and web searches.

    `fast` is fast mode, `us` inference in the US alone.
    """

    input: int
    output: int
    write_5m: int
    write_1h: int
    read: int
    searches: int = 0
    fast: bool = False
    us: bool = False

    @property
    def tokens(self) -> int:
        """All tokens."""
        return self.prompt + self.output

    @property
    def prompt(self) -> int:
        """The tokens of the prompt: the context that the model was given."""
        return self.input + self.write_5m + self.write_1h + self.read


class Price(NamedTuple):
    """US dollars per million tokens; `above` is the size of prompt above which it holds, 0 for any."""

    input: float
    output: float
    write_5m: float
    write_1h: float
    read: float
    above: int = 0


class Prices(NamedTuple):
    """The table: prices by model id and mode (`standard`, `fast`, `long`), as of `date` (YYYY-MM-DD)."""

    date: str
    web_search: float
    us_factor: float
    unknown: Price
    models: dict[str, dict[str, Price]]


@cache
def prices() -> Prices:
    """Return the table of prices."""
    data = load("model_prices.json")
    models = {
        model: {mode: Price(**entry[mode]) for mode in ("standard", "fast", "long") if mode in entry}
        for entry in data["prices"]
        for model in entry["models"]
    }
    return Prices(data["date"], data["web_search"], data["us_factor"], Price(**data["unknown"]), models)


def model_name(model: str) -> str:
    """Return the name of `model` in the table: without provider, version, date and context size."""
    name = model[:200].lower()
    name = name[max(0, name.find("claude-")) :].replace(".", "-")
    while (shorter := _SUFFIX.sub("", name)) != name:
        name = shorter
    return name


def is_known(model: str) -> bool:
    """Tell whether the table has a price for `model`."""
    return model_name(model) in prices().models


def estimate(model: str, usage: Usage) -> int:
    """Return what `usage` of `model` costs, in millionths of a US dollar; an unknown model has the price for those."""
    table = prices()
    modes = table.models.get(model_name(model), {"standard": table.unknown})
    price = modes["standard"]
    if usage.fast:
        price = modes.get("fast", price)
    elif "long" in modes and usage.prompt > modes["long"].above:
        price = modes["long"]
    cost = sum(
        tokens * each
        for tokens, each in (
            (usage.input, price.input),
            (usage.output, price.output),
            (usage.write_5m, price.write_5m),
            (usage.write_1h, price.write_1h),
            (usage.read, price.read),
        )
    )
    return round(cost * (table.us_factor if usage.us else 1) + usage.searches * table.web_search * _MILLION)
