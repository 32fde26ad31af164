"""Configuration by environment; a missing or malformed value stops the start with what to do."""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from toride.base.errors import ConfigurationError

HERE = {"localhost", "127.0.0.1", "::1"}
MAIL_PORTS = {"smtps": 465, "smtp+tls": 587, "smtp": 25}
# RFC 5321's dot-string and a domain, in ASCII: what every server takes, and nothing that ends a header or a command
MAIL_ADDRESS = re.compile(r"(?=.{3,254}$)[\w!#$%&'*+/=?^`{|}~-]{1,64}(\.[\w!#$%&'*+/=?^`{|}~-]{1,64})*@"
                          r"(?!-)[a-z0-9-]{1,63}(\.(?!-)[a-z0-9-]{1,63})*", re.ASCII | re.IGNORECASE)  # fmt: skip
ROOT = Path(__file__).resolve().parents[3]


def text(name: str, default: str | None = None) -> str | None:
    """The value of `name`, or of the file that `name_FILE` points to."""
    direct, path = os.environ.get(name), os.environ.get(f"{name}_FILE")
    if direct is not None and path is not None:
        raise ConfigurationError(f"{name} and {name}_FILE are both set; keep one of them.")
    if path is None:
        return default if direct in (None, "") else direct
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigurationError(f"{name}_FILE points to {path}, which cannot be read: {error.strerror}.") from None


def flag(name: str, *, default: bool = False) -> bool:
    """True or False; anything else is an error."""
    value = text(name)
    if value is None:
        return default
    if value in {"1", "true", "True"}:
        return True
    if value in {"0", "false", "False"}:
        return False
    raise ConfigurationError(f"{name} is {value!r}; use 1 or 0.")


def choice(name: str, options: tuple[str, ...]) -> str:
    """One of `options`; the first where nothing is set."""
    value = text(name, options[0])
    if value not in options:
        raise ConfigurationError(f"{name} is {value!r}; use one of {', '.join(options)}.")
    return str(value)


def number(name: str, default: int, *, least: int = 0, most: int = 2**31) -> int:
    """A whole number within limits."""
    value = text(name)
    if value is None:
        return default
    try:
        found = int(value)
    except ValueError:
        raise ConfigurationError(f"{name} is {value!r}; use a whole number.") from None
    if not least <= found <= most:
        raise ConfigurationError(f"{name} is {found}; use {least} to {most}.")
    return found


def address(name: str) -> str | None:
    """An address of a service, ending with a slash: https, or http on this very machine."""
    value = text(name)
    if value is None:
        return None
    try:
        found = urlsplit(value)
        schemes = {"https", "http"} if found.hostname in HERE else {"https"}
        good = found.scheme in schemes and found.hostname and found.port != 0 and "@" not in value
    except ValueError:
        good = False
    if not good or found.query or found.fragment:
        raise ConfigurationError(f"{name} is no address of a service; use one such as https://host.example/range/.")
    return value.rstrip("/") + "/"


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over: smtps (TLS from the beginning), smtp+tls (STARTTLS), or smtp on this very machine."""

    scheme: str
    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)


def mail_server(name: str) -> MailServer | None:
    """A mail server such as smtp+tls://user:password@mail.example.jp:587; without TLS only on this very machine."""
    value = text(name)
    if value is None:
        return None
    try:
        found = urlsplit(value)
        port = MAIL_PORTS.get(found.scheme, 0) if found.port is None else found.port
        host = (found.hostname or "").encode("idna").decode()
        good = found.scheme in MAIL_PORTS and bool(host and port and re.fullmatch("[!-~]+", value))
        good = good and (found.scheme != "smtp" or host in HERE) and bool(found.username) == bool(found.password)
        bare = found.path in ("", "/") and not found.query and not found.fragment
    except (ValueError, UnicodeError):
        good = bare = False
    if not good or not bare:
        raise ConfigurationError(
            f"{name} is no mail server; use one such as smtp+tls://user:password@mail.example.jp:587 or smtps://… "
            "(smtp:// only for this very machine)."
        )
    return MailServer(found.scheme, host, port, unquote(found.username or ""), unquote(found.password or ""))


def mail_address(name: str) -> str | None:
    """A mail address, bare."""
    value = text(name)
    if value is not None and not MAIL_ADDRESS.fullmatch(value):
        raise ConfigurationError(f"{name} is no mail address; use one such as toride@example.jp.")
    return value


def home() -> Path:
    """The folder that holds everything of this installation."""
    named = text("TORIDE_HOME")
    if named is not None:
        return Path(named).expanduser().resolve()
    real = ROOT / "var" / "toride"
    return real if real.exists() else ROOT / "var" / "demo"
