"""What a text must hold for anything in it to say that a third party's API is used in live mode.

Most files hold none of it, and are spared the table of providers, which takes longer to load than such a file to read.
A test holds these words to `schemas/providers.json` and `schemas/credentials.json`.
"""

from __future__ import annotations

from claude_preflight.late import late

# Words of which every name and every host of a provider has one, in lower case.
WORDS = (
    *("adyen", "alpaca", "amadeus", "apple", "app store", "app-store", "app_store", "appstore", "authorize", "binance"),
    *("braintree", "braspag", "bt_environment", "bybit", "cardless", "cashfree", "checkout", "cielo", "cko", "clerk"),
    *("coinbase", "cyber", "daraja", "dlocal", "docu", "duffel", "dwolla", "easy", "ebay", "fedex", "flutterwave"),
    *("flw", "intuit", "iyzi", "klarna", "kraken", "layer", "lob", "mangopay", "mercado", "midtrans", "mollie"),
    *(
        "moyasar",
        "mpesa",
        "oanda",
        "paddle",
        "pay pal",
        "pay-pal",
        "pay_pal",
        "payfast",
        "paymongo",
        "paypal",
        "paystack",
        "plaid",
    ),
    *(
        "polar",
        "qbo",
        "qonto",
        "quick",
        "rapyd",
        "razorpay",
        "safaricom",
        "salesforce",
        "sellingpartner",
        "sendgrid",
        "sfdc",
    ),
    *(
        "shippo",
        "sp api",
        "sp-api",
        "sp_api",
        "spapi",
        "square",
        "sslc",
        "storekit",
        "stripe",
        "sumup",
        "transferwise",
        "ups",
    ),
    *("usps", "wise", "wompi", "worldpay", "xendit", "zarinpal"),
)
_IN_LIVE_KEYS = late(r"live[_.]|prod_|production[$_-]|FLWSECK-|FLWPUBK-|EZAK|(?<![\w-])sq0id")


def may_be_live_key(text: str) -> bool:
    """Tell whether `text` can hold a live key. When in doubt it can."""
    return bool(_IN_LIVE_KEYS.search(text))


def may_concern(text: str) -> bool:
    """Tell whether `text` can hold anything that says live mode. When in doubt it can."""
    folded = text.lower()
    return any(word in folded for word in WORDS) or may_be_live_key(text)
