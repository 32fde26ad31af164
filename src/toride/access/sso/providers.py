"""Providers of single sign-on: offered at the door, asked for by an administrator, agreed upon by two."""

import base64
import hashlib
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from toride.access import integrity, policy
from toride.access.actions import Action
from toride.access.approvals import requests
from toride.access.models import Approval, Bond, Branch, Factor, Person, Provider
from toride.access.signin import factors
from toride.access.sso import config
from toride.access.sso.config import Config
from toride.audit import recorded
from toride.base import clock
from toride.base.errors import Conflict, Hidden, Invalid
from toride.vault.permit import Permit

MOST = 5
GUARDIAN = "admin"  # whose password and second factor always open, so that a broken provider shuts nobody out
KINDS = {Provider.Kind.OIDC: lazy("OpenID Connect"), Provider.Kind.SAML: lazy("SAML 2.0")}


def offered() -> list[Provider]:
    """Those that the sign-in page offers: agreed upon by two people, and as they were agreed upon."""
    return [one for one in Provider.objects.filter(active=True).order_by("name") if integrity.is_provider(one)]


def every() -> list[Provider]:
    """All of them."""
    return list(Provider.objects.order_by("-active", "name"))


def find(provider: UUID, *, active: bool = False) -> Provider:
    """By id. Raises Hidden where there is none."""
    found = Provider.objects.filter(pk=provider).first()
    if found is None or (active and not _is_offered(found)):
        raise Hidden
    return found


def of_session(kept: Mapping[str, Any] | None) -> Provider | None:
    """Which one vouched for who is in a session, if it is still offered."""
    found = Provider.objects.filter(pk=kept["provider"]).first() if kept else None
    return found if found is not None and _is_offered(found) else None


def stands_alone() -> bool:
    """Is there a provider beside which nobody but the administrators keeps a password? Also while it is unconfirmed."""
    return Provider.objects.filter(active=True, sole=True).exists()


def takes_password(person: Person) -> bool:
    """May this person sign in with a password?"""
    if not stands_alone():
        return True
    return GUARDIAN in person.roles and factors.stand(person.pk)


@recorded(Action.PROVIDER_CHANGE, did="propose")
def ask(
    permit: Permit,
    *,
    provider: UUID,
    kind: str,
    name: str,
    active: bool,
    sole: bool,
    wanted: Config,
    secret: str,
    reason: str,
) -> Approval:
    """Asks that a provider becomes this, or is taken up; a second person decides.

    `secret`: "" keeps the one that stands. Raises Invalid where nothing would change or nobody could come in any more,
    Conflict above MOST.
    """
    row = Provider.objects.filter(pk=provider).first()
    if row is None and Provider.objects.count() >= MOST:
        raise Conflict(_("The maximum number of identity providers has been reached."))
    after = {"kind": kind, "name": name, "active": active, "sole": sole, "config": wanted.text()}
    before = _standing(row) if row else None
    if row is not None and before == after and not secret and integrity.is_provider(row):
        raise Invalid(_("There are no changes."))
    _somebody_comes_in(active=active, sole=sole)
    content = {
        "provider": str(provider), "before": before, "after": after,
        "secret": base64.b64encode(config.sealed(Provider(pk=provider), wanted, secret)).decode(),
    }  # fmt: skip
    permit.ledger.facts |= {"provider": str(provider), "name": name, "active": active, "secret": bool(secret)}
    return requests.ask(permit, CHANGE.kind, content, reason=reason, concerns=(), count=len(wanted.mapped))


def _somebody_comes_in(*, active: bool, sole: bool) -> None:
    people = Person.objects.filter(is_active=True)
    if active and sole and not any(
        GUARDIAN in one.roles and one.has_usable_password()
        for one in people.filter(pk__in=Factor.objects.filter(kind__in=factors.SECOND).values("person"))
    ):  # fmt: skip
        advice = _(
            "First, set a password and a second factor for an administrator, in case the identity provider is "
            "unavailable."
        )
        raise Invalid(_("Please fix the highlighted fields."), {"sole": advice})


def _change(permit: Permit, content: requests.Content) -> None:
    """Raises Conflict where the provider is no longer as it was when it was asked."""
    pk, after = UUID(content["provider"]), content["after"]
    row = Provider.objects.select_for_update().filter(pk=pk).first()
    if (_standing(row) if row else None) != content["before"]:
        raise Conflict(_("The identity provider's settings have changed since this request. Submit a new request."))
    _somebody_comes_in(active=after["active"], sole=after["sole"])
    found = row or Provider(pk=pk)
    wanted, earlier = config.read(after["config"]), config.read(row.content) if row else None
    if earlier is None or (earlier.issuer, earlier.client) != (wanted.issuer, wanted.client):
        found.blob = b""
        Bond.objects.filter(provider=pk).delete()
    if fresh := base64.b64decode(content["secret"]):
        found.blob = fresh
    found.kind, found.name, found.content = after["kind"], after["name"], after["config"]
    found.active, found.sole, found.changed = after["active"], after["sole"], clock.now()
    found.seal = integrity.of_provider(found)
    found.save(force_insert=row is None)
    permit.ledger.facts |= {"provider": str(pk), "name": found.name, "active": found.active, "sole": found.sole}


def _is_offered(row: Provider) -> bool:
    return row.active and integrity.is_provider(row)


def _standing(row: Provider) -> dict[str, Any]:
    return {"kind": row.kind, "name": row.name, "active": row.active, "sole": row.sole, "config": row.content}


def _lines(content: requests.Content) -> list[requests.Line]:
    before, after = _shown(content["before"]), _shown(content["after"])
    secret = [_("a new one")] if content["secret"] else [_("unchanged")]
    return [
        *(requests.Line(label, before.get(label, ()), words) for label, words in after.items()),
        requests.Line(lazy("Secret"), (), secret),
    ]


def _shown(side: Mapping[str, Any] | None) -> dict[Any, list[Any]]:
    if side is None:
        return {}
    one = config.read(side["config"])
    branch = Branch.objects.filter(code=one.branch).values_list("name", flat=True).first()
    return {
        lazy("Button label"): [side["name"]],
        lazy("Kind"): [KINDS[side["kind"]]],
        lazy("State"): [lazy("shown on the sign-in page") if side["active"] else lazy("hidden")],
        lazy("Issuer"): [one.issuer],
        **({lazy("Client ID"): [one.client]} if one.client else {}),
        **({lazy("Endpoint"): [one.address], lazy("Key fingerprints"): _marks(one)} if one.address else {}),
        lazy("Location"): [lazy("internal network") if one.inside else lazy("the internet")],
        lazy("Sign-in name"): [one.claim],
        lazy("Groups"): [one.groups] if one.groups else [],
        lazy("Group → role"): [mapped(each) for each in one.mapped],
        lazy("New people"): [_("registered at %(branch)s") % {"branch": branch}] if branch else [_("denied")],
        lazy("Passwords"): [lazy("only administrators, in an emergency") if side["sole"] else lazy("also allowed")],
        lazy("Counts as a second factor"): list(one.vouching),
        lazy("Always require Toride's own second factor"): [policy.called(code) for code in one.own],
    }


def _marks(one: Config) -> list[str]:
    """The SHA-256 of each certificate, as other programs show it."""
    bodies = ["".join(pem.splitlines()[1:-1]) for pem in one.certificates]
    return [hashlib.sha256(base64.b64decode(body)).hexdigest() for body in bodies]


def mapped(one: config.Mapped) -> str:
    """A group and its duty, in one line."""
    rank = _(", rank %(rank)d") % {"rank": one.rank} if one.rank else ""
    return f"{one.group} → {policy.called(one.role)}{rank}"


CHANGE = requests.declare(
    requests.Act(
        kind="provider:change",
        label=lazy("Single sign-on: identity provider"),
        approve=Action.POLICY_APPROVE,
        rank=5,
        counted=lazy("groups with a role"),
        show=_lines,
        run=_change,
    )
)
