"""What the name of a value says of it: a password, a token or key, perhaps a key, or nothing."""

from __future__ import annotations

import re
from functools import lru_cache

# What a name calls its value; the value decides how much of that is believed.
NOTHING = "nothing"
PERHAPS = "perhaps"  # a key of some sort: only a random value is a credential
TOKEN = "token"  # noqa: S105
PASSWORD = "password"  # noqa: S105
PHRASE = "phrase"  # the words of a wallet

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_OTHER = re.compile(r"[\W_]+")

# What may follow the telling word without changing what it tells.
_TAILS = frozenset(
    "prod production live dev development staging stage test testing sandbox local main default primary secondary old"
    " new backup current base64 b64 encoded value string plain raw literal base".split()
)
_PASSWORD_ENDINGS = (
    "password",
    "passwd",
    "passwort",
    "kennwort",
    "passphrase",
    "passcode",
    "contraseña",
    "contrasena",
    "密码",
)
_PASSWORD_WORDS = frozenset(
    "pass dbpass userpass adminpass rootpass mysqlpass smtppass mailpass ftppass senha passe clave wachtwoord пароль 비밀번호 パスワード 口令".split()
)
_TOKEN_ENDINGS = (
    "token",
    "secret",
    "apikey",
    "authkey",
    "secretkey",
    "accesskey",
    "privatekey",
    "masterkey",
    "signingkey",
)
_TOKEN_WORDS = frozenset("secrets jeton 令牌 密钥 токен 토큰 トークン".split())
_PERHAPS_WORDS = frozenset(
    "auth pat jwt bearer cookie cookies session sessionid sessdata credential credentials creds key".split()
)
_PHRASE_WORDS = frozenset("mnemonic phrase".split())

# Before "key": what makes it a credential, and what makes it anything else.
_SECRET_KEYS = frozenset(
    "api access secret private auth authentication account encryption encrypt decryption signing sign signature master"
    " admin service role subscription shared storage webhook server app application consumer client rest sas deploy"
    " license licence integration user developer security jwt session cookie hmac aes vault write ingest management".split()
)
_OTHER_KEYS = frozenset(
    "public pub publishable primary foreign sort partition hash cache hot shortcut idempotency object row translation"
    " i18n locale config registry arrow modifier unique composite lookup index map dict issue project jira query group"
    " react data return enter escape tab site host hosts known prefix leader meta feature flag env setting column field"
    " property natural surrogate candidate business key tenant bucket route routing message event bind binding press"
    " answer label metadata storybook sort entity".split()
)
# Words that make a token something to count, to parse or to style.
_OTHER_TOKENS = frozenset(
    "max min limit total num count budget input output prompt completion special eos bos pad unk mask stop page next"
    " continuation pagination sync csrf xsrf cancellation cancel design css color reserved average avg per lock idempotency starting purchase"
    " request change action product copy".split()
)
_PUBLIC = frozenset("public publishable pub".split())


@lru_cache(maxsize=2000)
def name_words(name: str) -> tuple[str, ...]:
    """Return the words of an identifier, flag or header in lower case: `X-Api-Key` and `xApiKey` have the same."""
    return tuple(word for word in _OTHER.split(_HUMP.sub(" ", name[:200]).lower()) if word)


def _telling_words(name: str) -> list[str]:
    """Return the words of `name` up to the one that tells what it is."""
    found = [word for word in name_words(name) if word != "s"]
    while len(found) > 1 and (found[-1] in _TAILS or found[-1].isdigit()):
        found.pop()
    return found


@lru_cache(maxsize=2000)
def what_is_named(name: str) -> str:
    """Return what `name` (a variable, a header, a JSON key, a command-line flag) calls its value: a constant above.

    `OPENAI_API_KEY`, `x-api-key`, `--token` and `dbPassword` name credentials; `MAX_TOKENS`, `TOKEN_URL`, `primaryKey`,
    `SECRET_NAME` and `keywords` do not, because the last word decides.
    """
    found = _telling_words(name)
    if not found:
        return NOTHING
    *before, last = found
    last = last.rstrip("0123456789") or last
    if last == "keys" and before and before[-1] in _SECRET_KEYS:
        return TOKEN
    if last.endswith(_PASSWORD_ENDINGS) or last in _PASSWORD_WORDS or last.endswith("pwd"):
        return PASSWORD
    if last in _PHRASE_WORDS:
        return PHRASE
    if _PUBLIC.intersection(before):
        return NOTHING
    if last == "authorization":
        return TOKEN
    if last.endswith(_TOKEN_ENDINGS) or last in _TOKEN_WORDS:
        return NOTHING if _OTHER_TOKENS.intersection(before) else TOKEN
    return _what_key(before, last) if last in _PERHAPS_WORDS else NOTHING


def _what_key(before: list[str], last: str) -> str:
    if last == "pat":
        return TOKEN if before else NOTHING
    if last != "key" or not before:
        return PERHAPS
    if before[-1] in _OTHER_KEYS:
        return NOTHING
    return TOKEN if before[-1] in _SECRET_KEYS else PERHAPS
