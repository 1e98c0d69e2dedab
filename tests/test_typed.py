"""The project's NamedTuple behaves as that of `typing` does."""

from __future__ import annotations

import copy
import pickle
import typing

import pytest

from claude_preflight.typed import NamedTuple


class Mine(NamedTuple):
    first: int
    second: str = "two"
    third: tuple[int, ...] = ()

    @property
    def both(self) -> str:
        return f"{self.first}{self.second}"


class Real(typing.NamedTuple):
    first: int
    second: str = "two"
    third: tuple[int, ...] = ()


ARGUMENTS: list[tuple[tuple[typing.Any, ...], dict[str, typing.Any]]] = [
    ((1,), {}),
    ((1, "b"), {}),
    ((1, "b", (3,)), {}),
    ((1,), {"third": (3,)}),
    ((), {"first": 1}),
    ((), {"third": (), "second": "b", "first": 0}),
]
REFUSED: list[tuple[tuple[typing.Any, ...], dict[str, typing.Any]]] = [
    ((), {}),
    ((), {"second": "b"}),
    ((1, "b", (), 4), {}),
    ((1,), {"first": 1}),
    ((1,), {"fourth": 1}),
    ((1, "b", ()), {"third": ()}),
]


@pytest.mark.parametrize(("values", "named"), ARGUMENTS)
def test_holds_what_the_real_one_holds(values: tuple[typing.Any, ...], named: dict[str, typing.Any]) -> None:
    mine, real = Mine(*values, **named), Real(*values, **named)
    assert tuple(mine) == tuple(real)
    assert (mine.first, mine.second, mine.third) == (real.first, real.second, real.third)
    assert mine._asdict() == real._asdict()
    assert mine._replace(second="new")._asdict() == real._replace(second="new")._asdict()
    assert repr(mine) == repr(real).replace("Real", "Mine")
    assert mine == real
    assert hash(mine) == hash(real)
    assert pickle.loads(pickle.dumps(mine)) == copy.deepcopy(mine) == mine
    assert type(copy.copy(mine)) is type(mine._replace()) is Mine


@pytest.mark.parametrize(("values", "named"), REFUSED)
def test_refuses_what_the_real_one_refuses(values: tuple[typing.Any, ...], named: dict[str, typing.Any]) -> None:
    for kind in (Mine, Real):
        with pytest.raises(TypeError):
            kind(*values, **named)


def test_has_methods_order_patterns_and_no_room_for_more() -> None:
    one, other = Mine(1), Mine(2, "b")
    assert sorted([other, one]) == [one, other]
    assert one.both == "1two"
    match other:
        case Mine(first, second):
            assert (first, second) == (2, "b")
    assert Mine._fields == Real._fields
    with pytest.raises(AttributeError):
        one.first = 3  # type: ignore[misc]
    with pytest.raises((TypeError, ValueError)):
        one._replace(fourth=1)
