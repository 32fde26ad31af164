"""Whom a provider vouches for comes in as the person that they are here: with our duties, limits and second factor."""

import hashlib
import re
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from toride import audit
from toride.access import integrity
from toride.access.models import Bond, Branch, Person, Provider
from toride.access.origin import door
from toride.access.people import registry
from toride.access.signin import proof
from toride.access.sso import config
from toride.access.sso.assertion import Doubt, Said
from toride.access.sso.config import Config
from toride.audit.actions import System
from toride.base.errors import Invalid
from toride.vault.permit import Actor

NAME = re.compile(r"[\w.@+-]{1,60}")


def enter(request: HttpRequest, provider: Provider, said: Said, onward: str) -> HttpResponse:
    """Signs in whom the provider vouches for; what remains are our own limits and, where it is asked for, our own
    second factor. Raises Doubt for who is unknown, ended, somebody else, or would hold duties that clash.
    """
    one = config.read(provider.content)
    with transaction.atomic():  # what cannot be recorded does not happen
        person, facts = _settled(provider, one, said)
        vouched = bool(said.strength & set(one.vouching)) and not set(person.roles) & set(one.own)
        facts |= {"provider": str(provider.pk), "factor": "provider" if vouched else "own"}
        audit.note(Actor(person.id, person.username, person.name), door(request), System.SIGN_ON_ACCEPT, facts=facts)
    person.backend = settings.AUTHENTICATION_BACKENDS[0]
    kept = {"sign_on": {"provider": str(provider.pk), "vouched": vouched, "at": said.at}}
    return perform_login(request, Login(user=person, redirect_url=onward, signal_kwargs=kept))  # type: ignore[no-any-return]


def prove(request: HttpRequest, provider: Provider, said: Said, person: UUID) -> HttpResponse:
    """Who is signed in here has proved at the provider, just now, who they are. Raises Doubt for anybody else."""
    here: Any = request.user
    bonds = Bond.objects.filter(provider=provider, person=person, digest=digest(provider, said.subject))
    if not here.is_authenticated or here.id != person or not bonds.exists():
        raise Doubt("somebody else")
    proof.renew(request)
    actor, facts = Actor(here.id, here.username, here.name), {"provider": str(provider.pk)}
    audit.note(actor, door(request), System.SESSION_PROVE, facts=facts)
    return render(request, "access/proved.html", {"provider": provider})


def _settled(provider: Provider, one: Config, said: Said) -> tuple[Person, dict[str, Any]]:
    """The person, bound to what the provider calls them, with the duties that their groups give; in the caller's
    transaction.
    """
    name, groups = said.name(one.claim), said.groups(one.groups)
    person = Person.objects.select_for_update(of=("self",)).filter(username=name).first()
    facts: dict[str, Any] = {}
    if person is None:
        person = _joined(one, name, said, groups)
        facts["joined"] = True
    if not person.is_active:
        raise Doubt("inactive")
    _bind(provider, person, said)
    facts |= _follow(one, person, groups)
    return person, facts


def _joined(one: Config, name: str, said: Said, groups: frozenset[str]) -> Person:
    """A new person, where that was agreed upon: never without a duty, and never with any that was not mapped."""
    roles, rank = one.duties((), 1, groups)
    branch = Branch.objects.filter(code=one.branch).first() if one.branch else None
    if branch is None or not roles or not NAME.fullmatch(name):
        raise Doubt("unknown")
    _must_fit(roles, rank)
    called = said.claims.get("name")
    shown = called.strip()[:60] if isinstance(called, str) and called.isprintable() else ""
    return registry.add(name, shown or name, roles=roles, branch=branch, rank=rank)


def _bind(provider: Provider, person: Person, said: Said) -> None:
    """The first sign-in binds a person to what the provider calls them for ever; a name given to somebody else at the
    provider opens nothing here.
    """
    mine = digest(provider, said.subject)
    for bond in Bond.objects.filter(Q(person=person) | Q(digest=mine), provider=provider):
        if (bond.person_id, bond.digest) != (person.id, mine):
            raise Doubt("somebody else")
        return
    Bond.objects.create(provider=provider, person=person, digest=mine)


def _follow(one: Config, person: Person, groups: frozenset[str]) -> Mapping[str, Any]:
    """Duties and rank that the mapping names come and go with the groups; what changed."""
    if not integrity.is_place(person):
        raise Doubt("altered")
    roles, rank = one.duties(person.roles, person.rank, groups)
    _must_fit(roles, rank, held=person.roles)
    before = {"roles": sorted(person.roles), "rank": person.rank}
    after = {"roles": roles, "rank": rank}
    if before == after:
        return {}
    person.roles, person.rank = roles, rank
    person.save(update_fields=["roles", "rank"])
    return {"before": before, "after": after}


def _must_fit(roles: list[str], rank: int, held: Collection[str] = ()) -> None:
    try:
        registry.must_go_together(roles, rank, held)
    except Invalid:
        raise Doubt("duties") from None


def digest(provider: Provider, subject: str) -> str:
    """By what a bond is known."""
    issuer = config.read(provider.content).issuer
    return hashlib.sha256(f"{issuer}\0{subject}".encode()).hexdigest()
