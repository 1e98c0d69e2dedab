"""Every reader of a syntax, and every model of what a file says, over damaged files: nothing raises, places are real.

`python -m pytest tests/fuzz --hypothesis-profile=long` is the long run, see `damage`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from damage import File, budget, files
from hypothesis import given
from hypothesis import strategies as st
from spans import assert_inside

from claude_preflight.agents.added_servers import added_servers
from claude_preflight.agents.audit_entry import read_approvals, read_record
from claude_preflight.agents.ci import jobs
from claude_preflight.agents.confidential import confidentiality
from claude_preflight.agents.configured_commands import commands_of
from claude_preflight.agents.deployments import deployed
from claude_preflight.agents.exposed import loose_settings
from claude_preflight.agents.handed_on import loose_names
from claude_preflight.agents.inventory_review import broken_form, held_values
from claude_preflight.agents.local_state import local_file
from claude_preflight.agents.mcp import servers
from claude_preflight.agents.places import places
from claude_preflight.agents.script_launches import script_launches
from claude_preflight.agents.secrets import find_in_text
from claude_preflight.agents.setting_groups import loose_groups
from claude_preflight.agents.settings import settings_of
from claude_preflight.agents.shell_grants import broad_grants
from claude_preflight.agents.token_inventory import tokens, values
from claude_preflight.agents.token_references import token_references
from claude_preflight.agents.tool_approvals import tool_approvals
from claude_preflight.agents.unsafe_advice import in_advice
from claude_preflight.agents.unsafe_files.reader import in_file
from claude_preflight.document import Document
from claude_preflight.policy import Policy, PolicyError, read_policy
from claude_preflight.syntax.dockerfile import pairs, read_dockerfile, stages
from claude_preflight.syntax.dotenv import commented_assignments, read_dotenv
from claude_preflight.syntax.front_matter import front_matter
from claude_preflight.syntax.jsonc import read_json
from claude_preflight.syntax.markdown import read_markdown
from claude_preflight.syntax.nodes import Text
from claude_preflight.syntax.shell import commands, split_words, windows_commands
from claude_preflight.syntax.source_code import read_source
from claude_preflight.syntax.toml_ import read_toml
from claude_preflight.syntax.yaml_ import read_yaml, read_yaml_documents


def whole(text: str) -> Text:
    return Text.at(text, 0, len(text))


def image(text: str) -> object:
    instructions = read_dockerfile(text)
    return instructions, [pairs(instruction) for instruction in instructions], stages(instructions)


# Each with the ending of the files that it is made for; every other one it gets as well, if less often.
READERS: dict[str, tuple[str, Callable[[str], object]]] = {
    "json": (".json", read_json),
    "yaml": (".yml", read_yaml),
    "yaml documents": (".yaml", read_yaml_documents),
    "toml": (".toml", read_toml),
    "dotenv": (".env", read_dotenv),
    "dotenv comments": (".env", commented_assignments),
    "markdown": (".md", read_markdown),
    "front matter": (".md", front_matter),
    "dockerfile": ("Dockerfile", image),
    "shell": (".sh", lambda text: commands(whole(text))),
    "words": (".sh", lambda text: split_words(whole(text))),
    "windows words": (".sh", lambda text: split_words(whole(text), windows=True)),
    "cmd": (".sh", lambda text: windows_commands(whole(text))),
    "powershell": (".sh", lambda text: windows_commands(whole(text), powershell=True)),
    **{
        f"source {family}": (".py", partial(read_source, family=family))
        for family in ("hash", "running", "nix", "slash", "dash", "rust")
    },
    "secrets in text": (".md", lambda text: list(find_in_text(text))),
    "places": (".env", lambda text: list(places(whole(text)))),
}


@pytest.mark.parametrize("reader", READERS)
@budget(40)
@given(data=st.data())
def test_reader_takes_any_file(reader: str, data: st.DataObject) -> None:
    ending, read = READERS[reader]
    text = data.draw(files(ending) | files()).text
    assert_inside(read(text), len(text))


def policy(document: Document) -> object:
    try:
        return read_policy(document, frozenset)
    except PolicyError:
        return None


MODELS: dict[str, Callable[[Document], Any]] = {
    **{
        function.__name__: function
        for function in (
            *(servers, settings_of, jobs, read_record, read_approvals, tokens, values, held_values, broken_form),
            *(tool_approvals, broad_grants, token_references, commands_of, script_launches, added_servers, local_file),
            *(confidentiality, loose_groups, loose_settings, loose_names, in_advice, policy),
        )
    },
    "in_file": lambda document: in_file(document, Policy()),
    "deployed": lambda document: deployed(document, Policy()),
}


@budget(250)
@given(files())
def test_models_take_any_file(file: File) -> None:
    document = file.document()
    for model in MODELS.values():
        answer = model(document)
        assert_inside(list(answer) if isinstance(answer, Iterator) else answer, len(document.text))
