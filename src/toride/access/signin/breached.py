"""Passwords known from breaches, asked of a range service: five digits of a digest go out, nothing of the person."""

import hashlib
import logging

from django.conf import settings
from django.utils.translation import gettext as _

from toride.base import outgoing
from toride.base.errors import Invalid, TorideError

SECONDS = 2.0
LARGEST = 1_000_000
PREFIX = 5  # hex digits of SHA-1, behind which some thousand passwords stand
log = logging.getLogger(__name__)


def check(password: str) -> None:
    """Raises Invalid, `fields["password"]`, for a password that the institution's service knows from a breach.

    For doors, before their transaction. Where no service is named, or it does not answer within SECONDS, the list that
    ships (`passwords.check`) decides alone, and the log says so.
    """
    where = settings.BREACHED_PASSWORDS_URL
    digest = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()
    if where and digest[PREFIX:] in _known(where + digest[:PREFIX]):
        reason = _("This password appears in known data breaches. Choose another one.")
        raise Invalid(reason, {"password": reason})


def _known(address: str) -> set[str]:
    """The digests behind a prefix, without it; lines with a count of 0 only hide how many there are (Add-Padding)."""
    try:
        answer = outgoing.send(
            "GET", address, headers={"Add-Padding": "true"}, seconds=SECONDS, largest=LARGEST, private=True
        )
    except TorideError as error:
        return _nothing(type(error).__name__)
    if answer.status != 200:  # noqa: PLR2004
        return _nothing(str(answer.status))
    lines = (line.partition(":") for line in answer.body.decode("ascii", "replace").splitlines())
    return {suffix.strip().upper() for suffix, _colon, count in lines if count.strip() not in ("", "0")}


def _nothing(why: str) -> set[str]:
    log.warning("the service of breached passwords did not answer (%s): the list that ships decides alone", why)
    return set()
