"""Standard Webhooks 1.0 (standardwebhooks.com): the secret, the headers, the signature."""

import base64
import hmac
import secrets
from datetime import datetime

PREFIX = "whsec_"
SIZE = 32  # random bytes; the standard asks for 24 to 64


def secret() -> str:
    """A new secret, in the form that libraries of the standard take."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SIZE)).decode()


def headers(message: str, moment: datetime, body: bytes, secret: str) -> dict[str, str]:
    """What a receiver needs to know that this message, of this moment, is ours and whole."""
    at = str(int(moment.timestamp()))
    key = base64.b64decode(secret.removeprefix(PREFIX))
    mark = hmac.digest(key, f"{message}.{at}.".encode() + body, "sha256")
    return {
        "Content-Type": "application/json",
        "webhook-id": message,
        "webhook-timestamp": at,
        "webhook-signature": f"v1,{base64.b64encode(mark).decode()}",
    }
