"""Tell literal credentials from placeholders, references and examples.

`find_in_text` reads free text, `find_in_value` and `find_in_arguments` the values of a configuration. Nothing here
keeps or prints the value of a secret: a `Secret` is a kind and a place.
"""

from __future__ import annotations

from claude_preflight.agents.secrets.configuration import (
    find_in_arguments,
    find_in_value,
    judge_named_value,
)
from claude_preflight.agents.secrets.placeholders import is_placeholder
from claude_preflight.agents.secrets.second_engine import find_with_detect_secrets
from claude_preflight.agents.secrets.secret import Repeated, Secret, once_per_value, without_overlaps
from claude_preflight.agents.secrets.text import find_in_text
from claude_preflight.agents.secrets.variables import distinct_variables, suggest_variable

__all__ = [
    "Repeated",
    "Secret",
    "distinct_variables",
    "find_in_arguments",
    "find_in_text",
    "find_in_value",
    "find_with_detect_secrets",
    "is_placeholder",
    "judge_named_value",
    "once_per_value",
    "suggest_variable",
    "without_overlaps",
]
