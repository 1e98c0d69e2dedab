"""The data that checks share: the files of the folder `schemas`."""

from __future__ import annotations

import json
import os

from claude_preflight.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def data_path(name: str) -> str:
    """Return the path of the file `name` of the folder `schemas`, installed or in a checkout."""
    installed = os.path.join(_PACKAGE, "schemas", name)
    if os.path.exists(installed):
        return installed
    return os.path.join(os.path.dirname(os.path.dirname(_PACKAGE)), "schemas", name)


def load(name: str) -> Any:
    """Return what the JSON file `name` of the folder `schemas` holds."""
    with open(data_path(name), encoding="utf-8") as file:
        return json.load(file)
