"""Marks that a text puts on itself, in its metadata, title and first lines; and all that is none."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claude_preflight.agents.confidential import confidentiality
from claude_preflight.document import Document

MARKED = [
    "CONFIDENTIAL",
    "# CONFIDENTIAL",
    "# Acme playbook – CONFIDENTIAL",
    "# Acme playbook (Confidential)",
    "# 運用手順（社外秘）",
    "ACME CORP | INTERNAL USE ONLY",
    "**Confidential**",
    "> [!WARNING] Internal only",
    "<!-- confidential -->",
    "\u26a0\ufe0f **STRICTLY CONFIDENTIAL** \u26a0\ufe0f",
    "_Confidential - Internal Use Only_",
    "Confidential. Do not distribute.",
    "Private & Confidential",
    "Proprietary and Confidential",
    "For internal use only",
    "Company-internal only",
    "Not for distribution",
    "Classification: Confidential",
    "**Status:** Confidential",
    "| Classification | Confidential |",
    "This file is confidential.",
    "This document contains confidential information about our customers.",
    "Do not commit this file!",
    "Never share this document outside of the team",
    "Streng vertraulich",
    "Nur für den internen Gebrauch",
    "Dieses Dokument ist vertraulich",
    "Confidentiel – Ne pas diffuser",
    "Usage interne uniquement",
    "Confidencial",
    "Não distribuir",
    "Strettamente riservato",
    "Vertrouwelijk",
    "Poufne",
    "Для служебного пользования",
    "【机密】",
    "대외비",
]
UNMARKED = [
    "# Confidential data handling",
    "# Confidentiality",
    "# Secrets",
    "Never commit confidential data.",
    "Confidential fields are encrypted at rest.",
    "- Confidential: never log a field of this class",
    "Do not commit.",
    "Do not commit .env files",
    "Do not share state between tests",
    "Do not distribute work over more than four threads",
    "This file is not confidential",
    "This file is confidential-free",
    "This document describes what is confidential",
    "Mark each draft as CONFIDENTIAL.",
    'Write "Confidential" in the header of each letter.',
    "# API: internal only endpoints",
    "Internal tools live in tools/.",
    "Classification: public",
    "Classification: image classification, confidential computing",
    "# Confidential VM – setup",
    "Confidential computing",
    "# Vertrauliche Daten",
    "`confidential`, `internal` and `public` are the three classes",
    "Status: internal",
    "x" * 300 + " CONFIDENTIAL",
]


def marked(text: str) -> str | None:
    found = confidentiality(Document("CLAUDE.md", text, frozenset()))
    if found is not None:
        assert text[found.start : found.end] == found
    return found


@pytest.mark.parametrize("line", MARKED)
@pytest.mark.parametrize("around", ["{}\n", "\r\n{}\r\n\r\nText.\r\n", "---\ntitle: x\n---\n\n{}\n"])
def test_a_mark_in_the_first_lines(line: str, around: str) -> None:
    assert marked(around.format(line)) == line


@pytest.mark.parametrize("line", UNMARKED)
def test_no_mark(line: str) -> None:
    assert marked(f"{line}\n\nText.\n") is None
    assert marked(f"# Title\n\n{line}\n") is None


def test_a_mark_counts_at_the_head_only() -> None:
    assert marked("# Guide\n\nCONFIDENTIAL\n") == "CONFIDENTIAL"
    assert marked("# Guide\n\n## Confidential\n") is None
    assert marked("# Guide\n\n## Rules\n\nCONFIDENTIAL\n") is None
    assert marked("text\n" * 11 + "CONFIDENTIAL\n") == "CONFIDENTIAL"
    assert marked("text\n" * 12 + "CONFIDENTIAL\n") is None
    assert marked("```\nCONFIDENTIAL\n```\n") is None
    assert marked("") is None


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("confidential: true", "confidential"),
        ("confidential: 'yes'", "confidential"),
        ("Classification: Confidential", "Classification"),
        ("classification: STRICTLY_CONFIDENTIAL", "classification"),
        ("sensitivity: restricted", "sensitivity"),
        ("data_classification: internal only", "data_classification"),
        ("confidentiality: secret", "confidentiality"),
        ("confidential: false", None),
        ("confidential: null", None),
        ("confidential: [true]", None),
        ("classification: public", None),
        ("classification: internal", None),
        ("visibility: private", None),
        ("description: confidential", None),
        ("tags: [confidential]", None),
    ],
)
def test_metadata(line: str, key: str | None) -> None:
    assert marked(f"---\ntitle: x\n{line}\n---\n# Guide\n") == key


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet=st.sampled_from("#>*_-–|[]()<!: \r\n\ufeffConfidentialINTERNALonly机密\ud800\0"), max_size=200))
def test_nothing_raises(text: str) -> None:
    found = marked(text)
    assert found is None or found.strip()
