"""Passwords: long, not guessable, not among those known to attackers, not one of the last."""

from datetime import timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from toride.access.actions import Action
from toride.access.models import FormerPassword, Person, StartCode
from toride.access.signin import rules, tokens
from toride.access.signin.rules import Passwords
from toride.audit import recorded
from toride.base import clock
from toride.base.errors import Invalid
from toride.vault.permit import Permit

LONGEST = 256
ESTIMATED = 72  # characters that zxcvbn looks at: its time grows faster than the length
KEPT = 24  # former passwords, whatever the rules ask now
WORDS = {
    "dictionary": _lazy("It uses common words or names."),
    "spatial": _lazy("It follows a keyboard pattern."),
    "repeat": _lazy("It contains repetitions."),
    "sequence": _lazy("It contains a sequence."),
    "regex": _lazy("It contains a year."),
    "date": _lazy("It contains a date."),
}


def check(password: str, person: Person, wanted: Passwords) -> None:
    """Raises Invalid, `fields["password"]`, for a password that this person may not take."""
    reason = _reason(password, person, wanted)
    if reason:
        raise Invalid(reason, {"password": reason})


def keep(person: Person, password: str) -> None:
    """Sets the password in the caller's transaction; the one before is remembered as its hash, and start codes that
    were not used end.
    """
    if person.pk and person.has_usable_password() and person.password:
        FormerPassword.objects.create(person=person, hash=person.password, at=clock.now())
        gone = FormerPassword.objects.filter(person=person).order_by("-at").values_list("pk", flat=True)[KEPT:]
        FormerPassword.objects.filter(pk__in=list(gone)).delete()
    StartCode.objects.filter(person=person.pk, used=None).delete()
    person.set_password(password)
    person.password_changed = clock.now()


@recorded(Action.PASSWORD_CHANGE)
def change(permit: Permit, *, person: Person, before: str, after: str) -> None:
    """One's own password against the one before; tokens end. Raises Invalid with the field that is wrong."""
    whole = Person.objects.select_for_update(of=("self",)).get(pk=permit.actor.id)
    if not whole.check_password(before):
        raise Invalid("credentials", {"before": _("The current password is not correct.")})
    check(after, whole, rules.current().passwords)
    keep(whole, after)
    whole.save(update_fields=["password", "password_changed"])
    permit.ledger.facts["tokens"] = tokens.end_all(whole)
    person.password, person.password_changed = whole.password, whole.password_changed


def expired(person: Person, wanted: Passwords) -> bool:
    """Must the password be changed before anything else?"""
    if not wanted.days or not person.has_usable_password():
        return False
    return clock.now() - (person.password_changed or person.created) >= timedelta(days=wanted.days)


def _reason(password: str, person: Person, wanted: Passwords) -> str | None:
    if len(password) < wanted.length:
        return _("Enter at least %(count)d characters. A sentence that only you know is long and easy to remember.") % {
            "count": wanted.length
        }
    if len(password) > LONGEST:
        return _("At most %(count)d characters.") % {"count": LONGEST}
    if classes(password) < wanted.classes:
        return _("Use at least %(count)d of these: uppercase letters, lowercase letters, digits, other characters.") % {
            "count": wanted.classes
        }
    return _guess(password, person, wanted)


def _guess(password: str, person: Person, wanted: Passwords) -> str | None:
    if _is_known(password):
        return _("This password appears in known data breaches. Choose another one.")
    weak = _weakness(password, person, wanted.score)
    if weak is not None:
        advice = _("Too easy to guess. Use four or five unrelated words.")
        return f"{weak} {advice}".strip()
    if _was_used(password, person, wanted.former):
        return _("You have used this password before. Choose a new one.")
    return None


def classes(password: str) -> int:
    """How many kinds of characters: capitals, small letters, figures, others (kana and kanji among them)."""
    kinds = {
        "upper" if one.isascii() and one.isupper() else "lower" if one.isascii() and one.islower() else
        "digit" if one.isascii() and one.isdigit() else "other" for one in password
    }  # fmt: skip
    return len(kinds)


def _is_known(password: str) -> bool:
    return password.casefold().strip() in _known()


@cache
def _known() -> set[str]:
    """Django's 20,000 passwords that were found most often in breaches, in small letters."""
    return set(CommonPasswordValidator().passwords)


def _weakness(password: str, person: Person, score: int) -> str | None:
    """What makes the password guessable, where zxcvbn's estimate is below `score`; None where it is not."""
    from zxcvbn import zxcvbn

    own = _own(person)
    rest = password.casefold()
    for word in own:
        rest = rest.replace(word, "")
    if len(rest) * 2 < len(password):
        return _("It is too similar to your name or the institution's name.")
    found: dict[str, Any] = zxcvbn(password[:ESTIMATED], user_inputs=own)
    if found["score"] >= score:
        return None
    longest = max(found["sequence"], key=lambda part: len(part["token"]), default={"pattern": ""})
    return str(WORDS.get(longest["pattern"], ""))


def _own(person: Person) -> list[str]:
    """Words that everybody knows of the person, the longest first."""
    words = [person.username, *person.username.split("-"), *person.name.split(), str(settings.INSTITUTION), "toride"]
    return sorted({one.casefold() for one in words if len(one) > 1}, key=len, reverse=True)


def _was_used(password: str, person: Person, former: int) -> bool:
    if not former or person._state.adding:  # noqa: SLF001 - Django's own name
        return False
    hashes = FormerPassword.objects.filter(person=person).order_by("-at").values_list("hash", flat=True)[: former - 1]
    return any(check_password(password, one) for one in (person.password, *hashes))
