"""Tell a literal credential from what stands in for one."""

from __future__ import annotations

from claude_preflight.agents.secrets.names import name_words
from claude_preflight.agents.secrets.shapes import entropy, is_hexadecimal, is_patterned, words

# How a reference to a value that is kept elsewhere begins.
_REFERENCES = (
    "$(",
    "`",
    "!secret",
    "!vault",
    "!env",
    "!ref",
    "!sub",
    "%(",
    "op://",
    "bw://",
    "vault:",
    "ref+",
    "sm://",
    "awssm:",
    "gcpsm:",
    "doppler:",
    "infisical:",
    "keychain:",
    "keyring:",
    "secret:",
    "secretref:",
    "env:",
    "file:",
    "enc[",
    "arn:",
    "projects/",
    "process.env",
    "import.meta",
    "os.environ",
    "os.getenv",
    "getenv(",
    "env(",
    "env.",
    "secrets.",
    "secrets/",
    "config.",
    "settings.",
    "self.",
    "this.",
    "args.",
    "inputs.",
    "vars.",
    "var.",
    "local.",
    "data.",
    "deno.env",
    "system.getenv",
    "environment.",
)
# Stems that no generator produces and no person chooses: enough anywhere in the value.
_STEMS = (
    "...",
    "…",
    "***",
    "••",
    "███",
    "####",
    "xxxx",
    "your",
    "example",
    "changeme",
    "change-me",
    "change_me",
    "placeholder",
    "dummy",
    "redacted",
    "replace",
    "insert",
    "goes-here",
    "goes_here",
    "_here",
    "-here",
    "todo",
    "fixme",
    "sample",
    "foobar",
    "abcdef",
    "123456",
    "qwerty",
    "asdfgh",
    "deadbeef",
    "cafebabe",
    "votre",
    "remplace",
    "ersetze",
    "reemplaz",
    "substitua",
    "sostituisci",
    "inserisci",
    "insecure",
)
# Not in mixed case, in which random characters spell a short stem now and then.
_SPELT_STEMS = tuple({spelling for stem in _STEMS for spelling in (stem, stem.upper(), stem.title())})
# Words that make a value made only of words a placeholder, in the languages that public configurations are written in.
_WORDS = frozenset(
    "my me the a an put enter paste add set use fill get key token secret password passwd pass pwd here value string"
    " fake mock stub test testing tests demo none null nil undefined unset empty required optional true false yes no on off"
    " hidden masked removed secure supersecret temp tmp todo tbd default foo bar baz local"
    " ici cle clé ton ta mettre mot passe jeton dein deine ihr ihre hier geheim schlüssel schluessel passwort kennwort"
    " tu su aqui aquí clave ejemplo contraseña contrasena sua seu chave exemplo senha tuo tua qui chiave esempio jouw"
    " sleutel wachtwoord twój tutaj hasło buraya anahtar şifre".split()
)
# Words that passwords of examples, tests and local defaults are put together from.
_COMMON = frozenset(
    "password passwd passphrase pass passw pwd pw secret token key api admin administrator root user username test testing"
    " tester tests testuser demo dev develop developer development local localhost localdev example sample default change"
    " changeit changeme me my mine your the this that is in it not to for use only please do dont with real fake mock stub"
    " dummy placeholder postgres postgresql pg mysql mariadb mssql mongo mongodb redis rabbitmq rabbit guest minio"
    " minioadmin elastic neo oracle sa db database sql app application web service server client auth authentication jwt"
    " access refresh session cookie csrf value string here goes insert enter replace actual new old some any foo bar baz"
    " qux hello hi world welcome letmein qwerty qwertz azerty asdf zxcv abc abcd xyz temp tmp temporary secure security"
    " safe super strong very long random hash hashed encrypted encryption signing plain text bad good wrong right correct"
    " incorrect valid invalid weak short none null nil undefined unset empty blank todo tbd fixme redacted hidden masked"
    " removed required optional true false yes no on off enabled disabled prod production staging stage ci cd build docker"
    " container compose public private github gitlab openai anthropic google aws azure gcp claude mcp slack notion stripe"
    " supabase hunter monkey dragon iloveyou football baseball sunshine princess master login ninja shadow trust batman"
    " superman correct horse battery staple troubador troubadour company acme corp host hostname one two three four five six seven eight"
    " nine ten first second third spring summer autumn fall winter january february march april may june july august"
    " september october november december monday friday and or of an by at vagrant ansible jenkins grafana keycloak"
    " nextauth nexus sonar wordpress django flask rails laravel symfony node react vue next key keys tokens secrets"
    " another other more min chars characters length at least some thing something anything whatever nobody ever must be kind".split()
)
_LONGEST_WORD = max(map(len, _COMMON))
_LONGEST_COMMON = 40  # letters of words put together
_NUMBER_SIGNS = str.maketrans("", "", ".,:-+TZ")
_LEET = (str.maketrans("013457@$", "oieastas"), str.maketrans("013457@$", "oleastas"))


def _is_reference(value: str, lower: str) -> bool:
    if "${" in value or "$(" in value or "{{" in value or lower.startswith(_REFERENCES):
        return True
    if value[0] in "%@" and value[-1] == value[0] and value[1:-1].replace("_", "a").isalnum():
        return True
    if value[0] == "$" and value[1:2].isalpha() and value[1:].replace("_", "a").isalnum():
        return not value[1:].isalnum() or value[1:].isupper() or value[1:].isalpha()
    return value[:2] == "__" and value[-2:] == "__" and len(value) > 4


def _is_bracketed(value: str) -> bool:
    opening = value.find("<")
    if opening >= 0 and value.find(">", opening) > opening + 1:
        return True
    return value[0] + value[-1] in ("[]", "{}", "()", "<>", "**", "__")


def _is_path_or_address(value: str, lower: str) -> bool:
    if lower.startswith(("./", "../", "~/", "~\\", "/path/", "http://", "https://", "file://", "c:\\", "c:/", ".\\")):
        return True
    if value[0] == "/":
        folders = value.strip("/").split("/")
        return len(folders) > 1 and all(len(folder) < 20 for folder in folders)
    return lower.endswith(
        (".pem", ".key", ".json", ".txt", ".env", ".yaml", ".yml", ".toml", ".crt", ".pub", ".ts", ".js", ".py")
    )


def _is_number(value: str) -> bool:
    """Whether `value` is a number, a version, or a date with or without a time."""
    return value.lstrip("+-^~<>=v").translate(_NUMBER_SIGNS).isdigit()


def _is_variable_name(value: str, name: str) -> bool:
    letters = [character for character in value if character.isalpha()]
    digits = sum(character.isdigit() for character in value)
    if "_" in value and value.isupper() and value.replace("_", "a").isalnum() and digits <= 2 < len(letters):
        return True
    return bool(name) and name_words(value) == name_words(name)


def _is_low_entropy(value: str) -> bool:
    if len(value) < 20:
        return len(set(value)) <= 2 < len(value)
    return entropy(value) < (2.4 if is_hexadecimal(value.replace("-", "")) else 3.0)


def _is_common(word: str) -> bool:
    """Whether the letters of `word` are common words one after the other."""
    reached = [True] + [False] * len(word)
    for begin in range(min(len(word), _LONGEST_COMMON)):
        if reached[begin]:
            for end in range(begin + 1, min(begin + _LONGEST_WORD, len(word)) + 1):
                reached[end] = reached[end] or word[begin:end] in _COMMON
    return reached[-1]


def _letters(value: str) -> list[str]:
    return "".join(character if character.isalpha() else " " for character in value.lower()).split()


def is_common_password(value: str) -> bool:
    """Whether `value` is put together of words that examples, tests and local defaults use: `postgres`, `P@ssw0rd123`."""
    for spelling in (value, *(value.lower().translate(leet) for leet in _LEET)):
        pieces = _letters(spelling)
        digits = "".join(character for character in spelling if character.isdigit())
        if pieces and all(map(_is_common, pieces)) and (len(digits) <= 4 or is_patterned(digits)):
            return True
    return False


def _has_foreign_letters(value: str) -> bool:
    """Whether letters beyond the Latin alphabet occur, which no generated key has."""
    return any(character >= "\u0370" and character.isalpha() for character in value)


def is_placeholder(value: str, name: str = "") -> bool:
    """Whether `value` stands in for a credential: a reference, an instruction to fill it in, an example, a mask.

    `name` is what the value is called, when it is known: a value that repeats its own name is a placeholder. An e-mail
    address is judged by what stands before the `@`.
    """
    value = value.strip(" \t\r\n\"'`")
    if not value:
        return True
    local, at, domain = value.rpartition("@")
    if at and local and "." in domain and domain.replace(".", "").replace("-", "").isalpha() and ":" not in local:
        value = local
    lower = value.lower()
    if _is_reference(value, lower) or _is_bracketed(value) or any(map(value.__contains__, _SPELT_STEMS)):
        return True
    if _is_path_or_address(value, lower) or _is_number(value) or _is_variable_name(value, name):
        return True
    if _has_foreign_letters(value) or is_patterned(value) or _is_low_entropy(value):
        return True
    return is_common_password(value) or _is_filled_with_words(value)


def _is_filled_with_words(value: str) -> bool:
    """Whether `value` has nothing but letters and separators, and a word that asks for the real value."""
    if not "".join(character for character in value if character not in "-_. ").isalpha():
        return False
    found = _letters(value)
    humps = words(value)
    if len(value) >= 4 * len(humps):  # random letters have many humps
        found += humps
    return not _WORDS.isdisjoint(found)
