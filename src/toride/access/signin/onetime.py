"""One-time codes: of an authenticator app (RFC 6238: SHA-1, six digits, thirty seconds), and for when it is lost."""

import base64
import hashlib
import hmac
import io
import secrets
import unicodedata
from urllib.parse import quote, urlencode

import segno
from markupsafe import Markup

PERIOD = 30
DIGITS = 6
DRIFT = 1  # steps by which a telephone's clock may be wrong
SECRET_BYTES = 20
CODES = 10
CODE_CHARS = 10
LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"  # none is taken for another; ten of them are 49 bits


def new_secret() -> str:
    """160 random bits in base32, as apps take them."""
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()


def address(secret: str, username: str, issuer: str) -> str:
    """What the QR code says (the Key URI format of Google Authenticator)."""
    query = urlencode({"secret": secret, "issuer": issuer, "digits": DIGITS, "period": PERIOD}, quote_via=quote)
    return f"otpauth://totp/{quote(issuer)}:{quote(username)}?{query}"


def picture(text: str) -> Markup:
    """A QR code as SVG, dark on light in either theme."""
    out = io.BytesIO()
    segno.make(text, error="l").save(
        out,
        kind="svg",
        border=4,
        light="#fff",
        omitsize=True,
        xmldecl=False,
        svgns=False,
        svgclass="qr",
        lineclass=None,
    )
    return Markup(out.getvalue().decode())  # noqa: S704 - drawn here; holds squares only


def code(secret: str, step: int) -> str:
    """The code of one step of thirty seconds (RFC 4226, 5.3)."""
    digest = hmac.digest(base64.b32decode(secret), step.to_bytes(8), hashlib.sha1)
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4]) & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def step_of(secret: str, typed: str, *, now: float, after: int) -> int | None:
    """Which step a code belongs to, among those around `now` (seconds) and later than `after`, which was used."""
    wanted = plain(typed)
    middle = int(now) // PERIOD
    steps = range(middle - DRIFT, middle + DRIFT + 1)
    fitting = [step for step in steps if hmac.compare_digest(code(secret, step).encode(), wanted.encode())]
    return next((step for step in fitting if step > after), None)


def new_codes() -> list[str]:
    """Recovery codes, each for one use."""
    return [new_code() for _ in range(CODES)]


def new_code() -> str:
    """A code for one use, in two halves."""
    made = "".join(secrets.choice(LETTERS) for _ in range(CODE_CHARS))
    return f"{made[:5]}-{made[5:]}"


def digest(typed: str) -> str:
    """What is kept of a recovery code."""
    return hashlib.sha256(plain(typed).encode()).hexdigest()


def plain(typed: str) -> str:
    """A code as it is compared: full-width, spaces and hyphens do not matter."""
    folded = unicodedata.normalize("NFKC", typed).upper()
    return "".join(letter for letter in folded if letter.isalnum())[:40]
