"""What an MCP server is granted: tokens that are broad by their kind or their name, and OAuth scopes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from claude_preflight.agents.mcp import Server
from claude_preflight.agents.oauth_scopes import split_scopes
from claude_preflight.agents.secrets import Secret, find_in_arguments, find_in_value
from claude_preflight.late import late
from claude_preflight.model import Span
from claude_preflight.syntax.nodes import Mapping, Text
from claude_preflight.typed import NamedTuple


class BroadToken(NamedTuple):
    """A token, or the name of one, that stands for an account's whole power; `instead` is what gives less.

    `what` and `key` are for messages and keys: names of kinds and of variables, never values.
    """

    span: Span
    what: str
    instead: str
    key: str


# Kinds of credential of which the vendor has a narrower one, by what to use instead. The others with full power are
# left out: nothing could be done about them.
_NARROWER = {
    "github-pat-classic": "a fine-grained personal access token for the repositories and permissions it needs",
    "supabase-service-role-key": "the publishable key with row level security, or a database role of its own",
    "supabase-secret-key": "the publishable key with row level security, or a database role of its own",
    "supabase-pat": "the hosted server, which asks by OAuth, bound to one project by project_ref",
    "anthropic-admin-key": "an API key of one workspace",
    "openai-admin-key": "a key of one project",
    "claude-session-key": "an API key of one workspace",
    "cloudflare-global-key": "an API token with the permissions it needs",
    "payment-secret-key-live": "a restricted key, and one of test mode",
    "doppler-account-token": "a service token, which opens one configuration",
    "slack-user-token": "a bot token with the scopes it needs",
    "slack-session": "a bot token with the scopes it needs",
    "azure-storage-key": "a shared access signature, or a managed identity",
    "mailgun-key": "a sending key of one domain",
    "contentful-pat": "a delivery token, which reads one space",
    "1password-secret-key": "a service account token for one vault",
}
_COARSE = {"github-pat-classic": "whose scopes span every repository of its owner"}
# Variables that are named for one of these kinds; the kind decides what to use instead.
_BY_NAME = (
    (late(r"(?:^|_)SERVICE_ROLE(?:_|$)"), "the Supabase service_role key", "supabase-service-role-key"),
    (late(r"(?:^|_)ANTHROPIC_ADMIN_(?:API_)?KEY$"), "an Anthropic Admin API key", "anthropic-admin-key"),
    (late(r"(?:^|_)OPENAI_ADMIN_(?:API_)?KEY$"), "an OpenAI admin key", "openai-admin-key"),
    (late(r"(?:^|_)(?:CLOUDFLARE|CF)_GLOBAL_(?:API_)?KEY$"), "the Cloudflare Global API Key", "cloudflare-global-key"),
    (late(r"(?:^|_)AWS_ROOT_(?:\w+_)?(?:KEY|SECRET|ID)$"), "an access key of the AWS root user", ""),
)
_VARIABLE = late(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
_FOR_ROOT = "temporary credentials of a role with the permissions it needs"


def broad_tokens(server: Server) -> Iterator[BroadToken]:
    """Yield the tokens of `server` that give far more than one server can need, literal or by their variable's name."""
    for path, secret in _secrets(server):
        if secret.kind in _NARROWER:
            yield BroadToken(secret.span, _described(secret), _NARROWER[secret.kind], f"{path}:{secret.kind}")
    for text, variable in _variables(server):
        for pattern, label, kind in _BY_NAME:
            if pattern.search(variable):
                yield BroadToken(text.span, f"{label} ({variable})", _NARROWER.get(kind, _FOR_ROOT), variable)


def _described(secret: Secret) -> str:
    article = "an" if secret.label[0] in "aeioAEIO" else "a"
    reach = _COARSE.get(secret.kind) or ("" if "," in secret.label else "which has the whole power of its account")
    return ", ".join(filter(None, (f"{article} {secret.label}", reach)))


def _secrets(server: Server) -> Iterator[tuple[str, Secret]]:
    for name, value in (*server.env, *server.headers):
        yield from ((str(name), secret) for secret in find_in_value(str(name), value))
    yield from (("args", secret) for secret in find_in_arguments(server.arguments))
    if server.url is not None:
        yield from (("url", secret) for secret in find_in_value("url", server.url))


def _variables(server: Server) -> Iterator[tuple[Text, str]]:
    """Yield the variables that an entry sets or refers to, each once, at its first place."""
    texts = [text for pair in server.env for text in pair if pair[1]]
    texts += [value for _, value in server.headers]
    texts += [*server.arguments, *((server.url,) if server.url is not None else ())]
    found: dict[str, Text] = {}
    for text in texts:
        if "_" in text:
            for match in _VARIABLE.finditer(text):
                found.setdefault(match.group(), text.part(*match.span()))
    return ((text, variable) for variable, text in found.items())


_HOLDERS = ("oauth", "auth", "authorization", "oauth2")
_SCOPE_KEYS = ("scopes", "scope", "oauth_scopes")
_SCOPE_OPTION = late(r"--?(?:\w+-)*scopes?$")
_SCOPE_VARIABLE = late(r"(?:^|_)SCOPES?$")
_IN_JSON = late(r"\"scopes?\"\s*:\s*\"([^\"\\]*)\"")
_IN_ADDRESS = late(r"[?&]scopes?=([^&#]*)")


def oauth_scopes(server: Server) -> Iterator[Text]:
    """Yield the OAuth scopes that `server` is given, each once: in its entry, an option, a variable or its address."""
    found: dict[str, Text] = {}
    for text in _scope_texts(server):
        for scope in split_scopes(text):
            found.setdefault(str(scope), scope)
    yield from found.values()


def _scope_texts(server: Server) -> Iterator[Text]:
    holders = [server.node, *(inner for key in _HOLDERS if (inner := server.node.mapping(key)))]
    for holder in holders:
        yield from _scopes_of(holder)
    words = server.launch.arguments if server.launch else ()
    for option, word in pairwise((Text.at("", 0, 0), *words)):
        equals = word.find("=")
        if equals > 0 and _SCOPE_OPTION.match(word[:equals]):
            yield word.part(equals + 1, len(word))
        elif option.startswith("-") and _SCOPE_OPTION.match(option) and not word.startswith("-"):
            yield word
        elif '"scope' in word:
            yield from (word.part(*match.span(1)) for match in _IN_JSON.finditer(word))
    for name, value in (*server.env, *(server.launch.environment if server.launch else ())):
        if _SCOPE_VARIABLE.search(name.upper()):
            yield value
    if server.remote is not None:
        yield from (server.remote.part(*match.span(1)) for match in _IN_ADDRESS.finditer(server.remote))


def _scopes_of(holder: Mapping) -> Iterator[Text]:
    for key in _SCOPE_KEYS:
        text, listed = holder.text(key), holder.sequence(key)
        if text is not None:
            yield text
        elif listed:
            yield from listed.texts()
