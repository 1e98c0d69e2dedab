"""Whether a text says of itself that it is confidential: in its metadata, its title or its first lines.

Texts speak of confidential things all the time; what counts here is only a mark that the text puts on itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from claude_preflight.document import Document
from claude_preflight.late import late
from claude_preflight.syntax.nodes import Mapping, Node, Scalar, Text

_KEYS = frozenset("confidential confidentiality classification sensitivity visibility data-classification".split())
_GRADES = frozenset(
    "confidential secret restricted private internal-only strictly-confidential highly-confidential top-secret"
    " company-confidential vertraulich confidentiel confidencial riservato confidenziale".split()
)
# Marks as organisations stamp them, without case, blanks as single ones.
_MARK = (
    r"(?:(?:strictly|highly|company|client|private (?:and|&)|proprietary (?:and|&)) )?confidential"
    r"(?: (?:and|&) proprietary)?(?: (?:document|material))?"
    r"|(?:for )?(?:strictly )?(?:company[- ])?internal (?:use )?only|(?:for )?internal eyes only"
    r"|do not (?:distribute|share|disclose|redistribute)|not for (?:public )?(?:distribution|release)"
    r"|(?:streng )?vertraulich|nur für den (?:internen gebrauch|dienstgebrauch)|nicht (?:weitergeben|zur weitergabe)"
    r"|(?:strictement )?confidentiel|usage interne(?: uniquement)?|ne pas diffuser|diffusion restreinte"
    r"|(?:estrictamente )?confidencial|(?:solo )?(?:para )?uso interno|no distribuir|não distribuir"
    r"|(?:strettamente )?(?:riservato|confidenziale)|(?:solo )?(?:per )?uso interno|non distribuire"
    r"|(?:strikt )?vertrouwelijk|(?:alleen )?voor intern gebruik|poufne|(?:tylko )?do użytku wewnętrznego"
    r"|(?:строго )?конфиденциально|для служебного пользования|(?:только )?для внутреннего (?:использования|пользования)"
    r"|社外秘|部外秘|極秘|機密|机密|保密|内部资料|仅供内部使用|대외비|기밀"
)
_WHOLE_MARK = late(_MARK)
_THIS = (
    r"(?:this (?:file|document|page|repository|project|guide|material|memory|claude\.md|agents\.md)"
    r"|(?:the )?contents? (?:of this (?:file|document)|below)|dieses dokument|diese datei|ce (?:fichier|document)"
    r"|este (?:archivo|documento|arquivo)|questo (?:file|documento))"
)
_SENTENCE = late(
    rf"{_THIS} (?:is|are|ist|est|es|é|è|contains?|enthält) (?:strictly |highly |company |streng )?"
    r"(?:confidential|vertraulich\w*|confidentiel|confidencial|riservato|internal only|for internal use only"
    r"|not for distribution)(?![-\w])"
    r"|(?:do not|never) (?:commit|distribute|share|publish) (?:this (?:file|document)|claude\.md|agents\.md)\b"
)
_SPLIT = late(r"\s+[-–—|•·/]+\s+|[–—|•·:;,.!()\[\]{}【】（）]+")
_ORNAMENT = late(r"<!--|-->|\[!\w+\]|[#>*_`~=\"'«»“”]+|[\U0001F000-\U0001FAFF\u2600-\u27BF\uFE0F\u26D4]+")
_BLANKS = late(r"\s+")
_LABEL = late(
    r"(?:(?:data |document |security )?(?:classification|sensitivity|confidentiality)|status|vertraulichkeit)"
)

# A part of each mark, so that nearly no file need be read line by line.
_STEMS = (
    "confiden", "internal", "do not", "never ", "not for", "classification", "sensitivity", "visibility",
    "vertraulich", "intern", "nicht weiter", "nicht zur", "diffus", "uso interno", "distribu", "riservat",
    "vertrouwelijk", "poufne", "wewnętrznego", "конфиденциал", "служебного", "внутреннего", "社外秘", "部外秘",
    "極秘", "機密", "机密", "保密", "内部", "대외비", "기밀",
)  # fmt: skip
_FIRST_LINES = 12
_LONGEST = 200
_HEAD = 8192


def confidentiality(document: Document) -> Text | None:
    """Return where `document` (Markdown or plain text) says that it is confidential, or None if it does not."""
    head = document.text[:_HEAD].lower()
    if not any(stem in head for stem in _STEMS):
        return None
    from claude_preflight.syntax.front_matter import front_matter

    matter = front_matter(document.text)
    if matter and isinstance(matter.tree.root, Mapping):
        marked = _in_metadata(matter.tree.root)
        if marked is not None:
            return marked
    return next(_marked_lines(document.text, matter.body if matter else 0), None)


def _in_metadata(root: Mapping) -> Text | None:
    for key, value in root.live_pairs():
        if key.lower().replace("_", "-") in _KEYS and _is_marked(key.lower(), value):
            return key
    return None


def _is_marked(key: str, value: Node) -> bool:
    if not isinstance(value, Scalar):
        return False
    if isinstance(value.value, Text):
        grade = "-".join(value.value.lower().replace("_", " ").replace("-", " ").split())
        affirmed = key == "confidential" and grade in ("true", "yes", "on")
        return affirmed or (grade in _GRADES and not (key == "visibility" and grade == "private"))
    return key == "confidential" and value.value is True


def _marked_lines(text: str, start: int) -> Iterator[Text]:
    """Yield the lines that mark the text, of those before its second heading; code is left out."""
    headings = seen = 0  # of the lines that are neither blank nor code
    in_code = False
    while start < len(text) and seen < _FIRST_LINES:
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        line = Text.at(text[start:end], start, end).trimmed()
        start = end + 1
        if not line:
            continue
        in_code ^= line.startswith(("```", "~~~"))
        if in_code:
            continue
        seen += 1
        headings += line.startswith("#")
        if headings > 1:
            return
        if len(line) <= _LONGEST and _marks(line, first=seen == 1):
            yield line


def _marks(line: str, *, first: bool) -> bool:
    """Tell whether `line` is a mark and nothing else, a title with one, a label with one, or a sentence that is one."""
    bare = _BLANKS.sub(" ", _ORNAMENT.sub(" ", line)).strip().rstrip(".!")
    folded = bare.lower()
    if _SENTENCE.match(folded):
        return True
    parts = [part for part in (each.strip() for each in _SPLIT.split(bare)) if part]
    marks = [part for part in parts if _WHOLE_MARK.fullmatch(part.lower())]
    if not marks:
        return False
    if len(marks) == len(parts):
        return True
    if _LABEL.fullmatch(parts[0].lower()):
        return parts[1] in marks
    title = first or line.startswith("# ")
    return title and parts[-1] in marks and _stands_out(bare, parts[-1])


def _stands_out(title: str, mark: str) -> bool:
    """Tell whether `mark` is a stamp at the end of `title`: in capitals, in brackets, or without capitals to have."""
    return mark.isupper() or title.rstrip().endswith((f"({mark})", f"[{mark}]", f"（{mark}）")) or not mark.isascii()
