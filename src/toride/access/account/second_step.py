"""The second step: a code or a passkey, whoever asks for it; counted, and an event either way."""

import orjson
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from toride import audit
from toride.access.models import Person
from toride.access.origin import door
from toride.access.signin import factors, locks, passkeys
from toride.vault.permit import Actor


def wrong(request: HttpRequest, person: Person) -> str:
    """What to say of a second factor that was not right; "" of one that was, which is used up."""
    keys = locks.by_factor(person.pk), locks.by_address(door(request).address)
    actor = Actor(person.id, person.username, person.name)
    if not locks.attempt(*keys):
        audit.note(actor, door(request), "auth:factor:use", outcome="refused", reason="locked")
        return _("Too many attempts. Try again later, or contact your administrator.")
    if answer := request.POST.get("key"):
        kind = factors.Kind.KEY if factors.use_key(request, person.pk, answer) else None
    else:
        kind = factors.use_code(person.pk, request.POST.get("code", ""))
    if kind is None:
        audit.note(actor, door(request), "auth:factor:use", outcome="refused", reason="credentials")
        return _("This code is not valid. Each code works once, for 30 seconds.")
    locks.forgive(*keys)
    audit.note(actor, door(request), "auth:factor:use", facts={"factor": str(kind)})
    return ""


def page(request: HttpRequest, person: Person, said: str) -> HttpResponse:
    """Asks for one of what the person has."""
    known = list(factors.keys(person.pk).values())
    options = orjson.dumps(passkeys.ask(request, known)).decode() if known else ""
    app = any(one.kind == factors.Kind.TOTP for one in factors.of(person.pk))
    context = {"wrong": said, "options": options, "app": app, "codes": factors.codes_left(person.pk)}
    return render(request, "access/second.html", context, status=422 if said else 200)
