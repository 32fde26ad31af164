"""What the record page shows, part by part, as far as the permit opens it: prepared, so that a template only prints."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.utils.translation import get_language

from toride.customers import showing
from toride.customers.fields import FIELDS, OF_A_COMPANY, OF_A_PERSON
from toride.customers.queries import Profile
from toride.customers.showing import ADDRESS, PARTS, Part
from toride.vault.permit import Opening, Permit
from toride.vault.values import Masked, Opened, Value


@dataclass(frozen=True, slots=True)
class Fact:
    """One field; `lines` is empty where nothing is known or all is masked."""

    name: str
    label: str
    masked: bool
    lines: Sequence[Opened] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """One part of the page. `address`: (postcode, area, street) where all of it is open."""

    part: Part
    label: str
    opening: Opening
    reason: Any
    facts: Sequence[Fact]
    address: tuple[Value, Opened, Value, Opened] | None = None
    memo: Value | None = None
    years: Sequence[Any] = field(default_factory=list)
    contacts: int = 0

    @property
    def masked(self) -> bool:
        """Is there something to be revealed?"""
        return any(one.masked for one in self.facts)

    def dialled(self, phone: Opened) -> Opened:
        """A phone number as a telephone takes it (RFC 3966)."""
        return showing.dialled(phone)

    def symbol(self, contact: str) -> str:
        """The icon of a contact."""
        return showing.symbol(contact)


def sheets(permit: Permit, customer: Profile) -> dict[str, Sheet]:
    """By the code of the part."""
    labels = _labels(get_language())
    return {code: _sheet(permit, customer, part, labels) for code, part in PARTS.items()}


def sheet(permit: Permit, customer: Profile, part: Part) -> Sheet:
    """One part."""
    return _sheet(permit, customer, part, _labels(get_language()))


def _sheet(permit: Permit, customer: Profile, part: Part, labels: Mapping[str, str]) -> Sheet:
    opening = customer.openings[part.category]
    label = labels[part.code]
    if opening is Opening.CLOSED:
        return Sheet(part, label, opening, showing.reason(permit.reasons.get(part.category, "duty")), ())
    foreign = OF_A_PERSON if showing.is_company(customer) else OF_A_COMPANY
    together = part.code == "contact" and showing.all_clear(permit, ADDRESS)
    hidden = {*foreign, *(ADDRESS if together else ()), *(("last_contact", "note") if part.code == "story" else ())}
    facts = [_fact(permit, customer, name, labels) for name in part.names if name not in hidden]
    address = _address(customer) if together else None
    if part.code != "story":
        return Sheet(part, label, opening, "", [one for one in facts if one], address)
    contacts = customer.values["contacts"]
    items = (contacts.content or []) if isinstance(contacts, Opened) else []
    memo = customer.values["note"]
    if isinstance(memo, Masked):
        facts = [_fact(permit, customer, "note", labels)]
    return Sheet(
        part, label, opening, "", [one for one in facts if one], memo=memo, years=showing.by_year(items),
        contacts=len(items) if isinstance(contacts, Opened) else -1,
    )  # fmt: skip


def _fact(permit: Permit, customer: Profile, name: str, labels: Mapping[str, str]) -> Fact | None:
    value = customer.values[name]
    if isinstance(value, Opened):
        return Fact(name, labels[name], masked=False, lines=_lines(name, value))
    masked = permit.opening(FIELDS[name].category, name) is Opening.MASKED
    return Fact(name, labels[name], masked=True) if masked else None


def _lines(name: str, value: Opened) -> Sequence[Opened]:
    if value.content in (None, "", []):
        return ()
    if FIELDS[name].many:
        return [Opened(one) for one in value.content]
    return [showing.display(name, value)]


def _address(customer: Profile) -> tuple[Value, Opened, Value, Opened] | None:
    parts = [getattr(customer.values[name], "content", None) or "" for name in ADDRESS]
    if not any(parts):
        return None
    return (
        customer.values["postcode"],
        Opened(parts[1] + parts[2]),
        customer.values["street"],
        Opened("".join(parts[1:])),
    )


@lru_cache(maxsize=8)
def _labels(_language: str | None) -> dict[str, str]:
    """Labels of fields and parts in the active language; a lazy text costs more to translate than a field to open."""
    return {name: str(spec.label) for name, spec in FIELDS.items()} | {
        code: str(part.label) for code, part in PARTS.items()
    }
