"""What tokens cost: the table, the names of models, and the estimate."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from claude_preflight.agents.data import data_path
from claude_preflight.sessions.prices import Usage, estimate, is_known, model_name, prices

NONE = Usage(0, 0, 0, 0, 0)


def test_data_fits_its_schema() -> None:
    path = Path(data_path("model_prices.json"))
    schema = json.loads(path.with_name("model_prices.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(json.loads(path.read_text(encoding="utf-8")))


def test_every_model_stands_once_and_is_written_as_it_is_looked_up() -> None:
    entries = json.loads(Path(data_path("model_prices.json")).read_text(encoding="utf-8"))["prices"]
    names = [model for entry in entries for model in entry["models"]]
    assert len(names) == len(set(names))
    assert [name for name in names if model_name(name) != name] == []
    assert set(prices().models) == set(names)


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("claude-opus-5-5", "claude-opus-5-5"),
        ("claude-haiku-4-5-20251001", "claude-haiku-4-5"),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5"),
        ("global.anthropic.claude-opus-4-6-v1", "claude-opus-4-6"),
        ("claude-opus-4-1@20250805", "claude-opus-4-1"),
        ("claude-sonnet-4-6[1m]", "claude-sonnet-4-6"),
        ("us.anthropic.claude-sonnet-4-20250514-v1:0[1m]", "claude-sonnet-4"),
        ("anthropic/claude-opus-4.5", "claude-opus-4-5"),
        ("claude-3-5-haiku-latest", "claude-3-5-haiku"),
        ("gpt-9", "gpt-9"),
        ("", ""),
    ],
)
def test_model_name(model: str, name: str) -> None:
    assert model_name(model) == name


@pytest.mark.parametrize(
    ("model", "usage", "cost"),
    [
        ("claude-opus-5-5", NONE._replace(input=1_000_000), 4_000_000),
        ("claude-opus-5-5", NONE._replace(output=1_000_000), 20_000_000),
        ("claude-opus-5-5", NONE._replace(write_5m=1_000_000, write_1h=1_000_000), 13_000_000),
        ("claude-opus-5-5", NONE._replace(read=1_000_000), 200_000),
        ("claude-opus-5-5", NONE._replace(input=1_000_000, fast=True), 8_000_000),
        ("claude-haiku-4-5", NONE._replace(input=1_000_000, fast=True), 1_000_000),
        ("claude-opus-5-5", NONE._replace(input=1_000_000, us=True, searches=1), 4_410_000),
        ("claude-haiku-5-5", NONE._replace(read=100_000), 1000),
        ("claude-haiku-5-5", NONE._replace(read=100_001), 5000),
        ("something-else", NONE._replace(input=1_000_000, output=1_000_000), 30_000_000),
        ("claude-opus-5-5", Usage(12, 90, 4000, 0, 18000), 25_448),
    ],
)
def test_estimate(model: str, usage: Usage, cost: int) -> None:
    assert estimate(model, usage) == cost


def test_unknown_models_are_told_apart() -> None:
    assert is_known("us.anthropic.claude-opus-5-5-v1:0")
    assert not is_known("claude-next-9")
