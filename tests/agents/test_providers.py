"""Which mode of a third party's API a key, a host, a switch or a name chooses; the table, and what must hold of it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from claude_preflight.agents.data import data_path
from claude_preflight.agents.exposed import Setting
from claude_preflight.agents.files import kinds_of
from claude_preflight.agents.live_apis import (
    HOST,
    KEY,
    MODE,
    PUBLISHABLE,
    VARIABLE,
    Evidence,
    handed_over,
    of_setting,
)
from claude_preflight.agents.mcp import servers
from claude_preflight.agents.provider_words import may_be_live_key, may_concern
from claude_preflight.agents.providers import (
    LIVE,
    SHARED,
    TEST,
    Provider,
    host_use,
    live_mode,
    provider_named,
    provider_of,
    providers,
)
from claude_preflight.agents.secrets.table import table
from claude_preflight.document import Document
from claude_preflight.policy import Policy
from claude_preflight.syntax.nodes import Text
from credentials import characters, sample

LIVE_KINDS = [kind.id for kind in table().kinds.values() if kind.mode == LIVE]
Told = list[tuple[str, str]]


def setting(name: str, value: str) -> Setting:
    """Return the variable that the line `name=value` sets."""
    behind = len(name) + 1
    return Setting(
        "", name, Text.at(name, 0, len(name)), Text.at(value, behind, behind + len(value)), host="HOST" in name
    )


def told(name: str, value: str, policy: Policy | None = None) -> Told:
    """Return the kind of each piece of evidence, and the text at its place."""
    line = f"{name}={value}"
    given_ = setting(name, value)
    found: list[Evidence] = [*of_setting(given_, policy or Policy()), *handed_over(given_)]
    assert all(value not in each.what + each.repair + each.key + each.shown or len(value) < 40 for each in found)
    return [(each.kind, line[each.span.start : each.span.end]) for each in found]


# --- the table ----------------------------------------------------------------------------------------------------


def test_data_fits_its_schema() -> None:
    path = Path(data_path("providers.json"))
    schema = json.loads(path.with_name("providers.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(json.loads(path.read_text(encoding="utf-8")))


def test_each_live_kind_of_credential_belongs_to_a_provider_and_no_other_kind_does() -> None:
    referred = {kind for each in providers() for kind in each.keys}
    assert referred == set(LIVE_KINDS)


def test_no_key_stands_in_both_tables() -> None:
    keywords = {keyword for kind in table().kinds.values() for keyword in kind.keywords if kind.mode == LIVE}
    assert keywords.isdisjoint(key.prefix for each in providers() for key in each.own_keys if not key.named)


def test_names_and_hosts_are_of_one_provider_each() -> None:
    words = [words for each in providers() for words in each.words]
    assert len(words) == len(set(words))
    hosts = [(host, each.name) for each in providers() for host in (*each.test_hosts, *each.shared_hosts)]
    hosts += [(live, each.name) for each in providers() for live, _ in each.hosts]
    assert len(hosts) == len({host for host, _ in hosts})


def test_nothing_is_found_without_one_of_the_words() -> None:
    for each in providers():
        names = [separator.join(parts) for parts in each.words for separator in ("", "_", "-", " ")]
        names += [name for name, _, _ in each.modes] + [live for live, _ in each.hosts]
        assert [name for name in names if not may_concern(name.upper())] == []
        assert [key.prefix for key in each.own_keys if not may_be_live_key(f"{key.prefix}b")] == []
    found = {kind for each in providers() for kind in each.keys}
    assert [kind for kind in found if not may_be_live_key(sample(kind))] == []


@pytest.mark.parametrize("provider", providers(), ids=lambda each: str(each.name))
def test_each_host_is_what_the_table_says(provider: Provider) -> None:
    expected = [(live, LIVE) for live, _ in provider.hosts] + [(test, TEST) for _, test in provider.hosts]
    expected += [(host, TEST) for host in provider.test_hosts] + [(host, SHARED) for host in provider.shared_hosts]
    for host, mode in expected:
        use = host_use(host.replace("*", "globex"))
        assert use is not None
        assert (use.provider.name, use.mode) == (provider.name, mode)


# --- keys ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", LIVE_KINDS)
def test_live_keys_of_the_shared_table(kind: str) -> None:
    key = sample(kind)
    assert told("MOLLIE_X_KEY", key) == [(KEY, key)]
    assert told("MOLLIE_X_KEY", f"a {key} b") == [(KEY, key)]


@pytest.mark.parametrize("kind", [kind.id for kind in table().kinds.values() if kind.mode == TEST])
def test_test_keys_are_silent(kind: str) -> None:
    assert told("MOLLIE_X_KEY", sample(kind)) == []
    assert told("MOLLIE_LIVE_API_KEY", sample(kind)) == []


OWN = [
    ("STRIPE_PK", "pk_" + "live_" + characters("alnum", 24), PUBLISHABLE),
    ("CLERK_PK", "pk_" + "live_" + characters("alnum", 27) + "$", PUBLISHABLE),
    ("SQUARE_APP", "sq0" + "idp-" + characters("word", 22), PUBLISHABLE),
    ("BRAINTREE_KEY", "production_" + characters("lowernum", 8) + "_" + characters("lowernum", 16), PUBLISHABLE),
    ("ADYEN_CLIENT_KEY", "live_" + characters("uppernum", 32), PUBLISHABLE),
    ("KLARNA_CLIENT", "klarna_live_" + "client_" + characters("alnum", 40), PUBLISHABLE),
    ("FLW_PUBLIC", "FLWPUBK-" + characters("hex", 32) + "-X", PUBLISHABLE),
    ("PADDLE_TOKEN", "live_" + characters("hex", 27), PUBLISHABLE),
    ("PADDLE_KEY", "pdl_live_" + "apikey_" + characters("lowernum", 26) + "_" + characters("alnum", 22), KEY),
    ("XENDIT_KEY", "xnd_" + "production_" + characters("alnum", 60), KEY),
    ("WOMPI_KEY", "prv_" + "prod_" + characters("alnum", 32), KEY),
    ("CASHFREE_SECRET", "cfsk_ma_" + "prod_" + characters("hex", 32) + "_" + characters("hex", 8), KEY),
]


@pytest.mark.parametrize(("name", "key", "kind"), OWN)
def test_live_keys_of_the_own_table(name: str, key: str, kind: str) -> None:
    assert told(name, key) == [(kind, key)]
    assert told(name, f"x{key}") == []
    masked = re.sub(r"[A-Za-z0-9]{8}", "xxxxxxxx", key)
    assert told(name, masked) == []


def test_a_common_prefix_counts_only_under_a_name_of_its_provider() -> None:
    assert told("OTHER_TOKEN", "live_" + characters("hex", 27)) == []
    assert told("BUILD", "production_" + characters("lowernum", 8) + "_" + characters("lowernum", 16)) == []


def test_a_key_without_a_form_is_live_by_its_name() -> None:
    secret = characters("alnum", 40)
    assert told("PAYPAL_LIVE_CLIENT_SECRET", secret) == [(KEY, secret)]
    assert told("PAYPAL_CLIENT_SECRET_LIVE", secret) == [(KEY, secret)]
    for name in ("PAYPAL_CLIENT_SECRET", "ACME_LIVE_SECRET", "PAYPAL_LIVE_CLIENT_ID", "PAYPAL_LIVE_TEST_SECRET"):
        assert told(name, secret) == []


@pytest.mark.parametrize(
    "value",
    ["sk_live_xxx", "sk_live_...", "<your key>", "sk_live_your_secret_key", "sk_live_" + "x" * 24, "", "changeme"],
)
def test_placeholders_are_silent(value: str) -> None:
    assert told("STRIPE_LIVE_SECRET_KEY", value) == []


# --- hosts --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("URL", "https://api-m.paypal.com/v2/orders", "api-m.paypal.com"),
        ("URL", "HTTPS://API-M.PAYPAL.COM", "API-M.PAYPAL.COM"),
        ("URL", "https://api-m.paypal.com.:443/", "api-m.paypal.com."),
        ("DB_HOST", "connect.squareup.com:443", "connect.squareup.com"),
        ("RUN_ENVIRONMENT", "api.cybersource.com", "api.cybersource.com"),
        ("URL", "${URL:-https://production.plaid.com}", "production.plaid.com"),
        ("URL", "https://0f3d-acme-pal-live.adyenpayments.com/pal", "0f3d-acme-pal-live.adyenpayments.com"),
        ("URL", "https://globex.my.salesforce.com", "globex.my.salesforce.com"),
        ("URL", "https://na4.docusign.net/restapi", "na4.docusign.net"),
        ("URL", "https://api-m.sandbox.paypal.com", ""),
        ("URL", "https://api.stripe.com", ""),
        ("URL", "https://api-m.paypal.com.evil.example", ""),
        ("URL", "https://evil-api.paypal.com", ""),
        ("URL", "https://demo.docusign.net/restapi", ""),
        ("URL", "https://globex--uat.sandbox.my.salesforce.com", ""),
        ("URL", "https://your-domain.my.salesforce.com", ""),
        ("URL", "https://${INSTANCE}.my.salesforce.com", ""),
        ("CORS_ORIGINS", "https://api-m.paypal.com", ""),
        ("NOTE", "see api-m.paypal.com for more", ""),
    ],
)
def test_hosts(name: str, value: str, found: str) -> None:
    assert told(name, value) == ([(HOST, found)] if found else [])


def test_the_policy_may_call_a_host_a_test_system() -> None:
    policy = Policy(development_hosts=("globex-test.my.salesforce.com",))
    assert told("URL", "https://globex-test.my.salesforce.com", policy) == []
    assert told("URL", "https://globex.my.salesforce.com", policy) == [(HOST, "globex.my.salesforce.com")]


# --- modes --------------------------------------------------------------------------------------------------------

SWITCHED = [
    ("PAYPAL_MODE", "live", "sandbox"),
    ("PAYPAL_MODE", "LIVE", "sandbox"),
    ("PayPalMode", "live", "sandbox"),
    ("--paypal-environment", "PRODUCTION", "sandbox"),
    ("NEXT_PUBLIC_PAYPAL_ENV", "production", "sandbox"),
    ("ACME_SHOP_PAYPAL_ENVIRONMENT", "live", "sandbox"),
    ("PLAID_ENV", "${PLAID_ENV:-production}", "sandbox"),
    ("SQUARE_ENVIRONMENT", "prod", "sandbox"),
    ("ADYEN_ENV", "live-eu", "TEST"),
    ("BT_ENVIRONMENT", "production", "sandbox"),
    ("AMADEUS_HOSTNAME", "production", "test"),
    ("POLAR_SERVER", "production", "sandbox"),
    ("MIDTRANS_IS_PRODUCTION", "true", "false"),
    ("STRIPE_LIVE_MODE", "1", "false"),
    ("ALPACA_PAPER_TRADE", "False", "true"),
    ("BINANCE_TESTNET", "0", "true"),
    ("USE_PAYPAL_SANDBOX", "no", "true"),
    ("STRIPE_TEST_MODE", "off", "true"),
    ("MERCADO_PAGO_ENV", "production", "test"),
    ("GoCardlessEnvironment", "live", "sandbox"),
]


@pytest.mark.parametrize(("name", "value", "instead"), SWITCHED)
def test_switched_to_live(name: str, value: str, instead: str) -> None:
    found = live_mode(name, value)
    assert found is not None
    assert found[1] == instead
    assert told(name, value) == [(MODE, value)]
    assert live_mode(name, instead) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NODE_ENV", "production"),
        ("MODE", "live"),
        ("CHECKOUT_ENV", "production"),
        ("PAYPAL_MODE", "sandbox"),
        ("PAYPAL_MODE", ""),
        ("PAYPAL_MODE", "${PAYPAL_MODE}"),
        ("PAYPAL_MODE", "live # or sandbox, whichever the shop is meant to use today"),
        ("PAYPAL_MODE", "nonproduction"),
        ("PAYPAL_MODE", "live-test"),
        ("PAYPAL_WEBHOOK_PATH", "/live"),
        ("PAYPAL_LAYOUT_MODE", "live"),
        ("PAYPAL_DISABLE_SANDBOX", "true"),
        ("PAYPAL_SANDBOX", "true"),
        ("PAYPAL_LIVE", "false"),
        ("TEST_PAYPAL_MODE", "live"),
        ("PADDLE_OCR_ENV", "production"),
        ("STRIPES_MODE", "live"),
        ("POLAR_SERVER", "sandbox"),
        ("UPSTREAM_ENV", "production"),
    ],
)
def test_no_switch_to_live(name: str, value: str) -> None:
    assert live_mode(name, value) is None
    assert told(name, value) == []


# --- names and servers --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("KEY", "${STRIPE_LIVE_KEY}", "STRIPE_LIVE_KEY"),
        ("KEY", "$STRIPE_LIVE_SECRET_KEY", "STRIPE_LIVE_SECRET_KEY"),
        ("KEY", "${env:PAYPAL_CLIENT_SECRET_LIVE}", "PAYPAL_CLIENT_SECRET_LIVE"),
        ("STRIPE_LIVE_KEY", "$(op read op://shop/stripe/key)", "STRIPE_LIVE_KEY"),
        ("STRIPE_LIVE_KEY", "${STRIPE_KEY}", "STRIPE_LIVE_KEY"),
        ("KEY", "${STRIPE_KEY_PROD}", ""),
        ("KEY", "${STRIPE_LIVE_PUBLISHABLE_KEY}", ""),
        ("KEY", "${LIVE_CHAT_KEY}", ""),
        ("KEY", "${STRIPE_TEST_KEY}", ""),
        ("STRIPE_LIVE_KEY", "", ""),
    ],
)
def test_variables_of_live_keys(name: str, value: str, found: str) -> None:
    assert told(name, value) == ([(VARIABLE, found)] if found else [])


@pytest.mark.parametrize(
    ("name", "entry", "provider"),
    [
        ("paypal", {"command": "x"}, "PayPal"),
        ("pay", {"command": "npx", "args": ["-y", "@paypal/mcp@1.0.0"]}, "PayPal"),
        ("pay", {"command": "uvx", "args": ["alpaca-mcp-server"]}, "Alpaca"),
        ("pay", {"command": "/opt/plaid/bin/square-mcp"}, "Square"),
        ("pay", {"url": "https://mcp.stripe.com"}, "Stripe"),
        ("pay", {"command": "/opt/plaid/bin/mcp"}, ""),
        ("stripes", {"command": "x"}, ""),
    ],
)
def test_the_provider_of_a_server(name: str, entry: dict[str, object], provider: str) -> None:
    text = json.dumps({"mcpServers": {name: entry}})
    (server,) = servers(Document(".mcp.json", text, kinds_of(".mcp.json")))
    found = provider_of(server)
    assert (found.name if found else "") == provider


def test_in_a_providers_own_server_a_mode_needs_no_other_name() -> None:
    assert live_mode("ENVIRONMENT", "live", provider_named("paypal")) is not None
    assert live_mode("NODE_ENV", "production", provider_named("paypal")) is None
    assert live_mode("PLAID_ENV", "production", provider_named("paypal")) == (provider_named("plaid"), "sandbox")


FRAGMENTS = st.sampled_from(
    "PAYPAL_ STRIPE LIVE MODE _ENV = sk_live_ pk_live_ live_ production ${ } $( https:// api-m.paypal.com . - \ud800 é"
    " \x00 *.my.salesforce.com false true sq0idp- ,".split()
)


@settings(max_examples=200, deadline=None)
@given(*[st.lists(FRAGMENTS | st.text(max_size=3), max_size=12).map("".join)] * 2)
def test_any_setting_is_judged_and_spans_lie_inside(name: str, value: str) -> None:
    line = f"{name}={value}"
    given_ = setting(name, value)
    found = [*of_setting(given_, Policy()), *handed_over(given_, provider_named("stripe"))]
    assert all(0 <= each.span.start < each.span.end <= len(line) for each in found)
    assert not found or may_concern(line + "stripe")
