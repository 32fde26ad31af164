"""Back in after a forgotten password: who to ask, the start code, the second factor, another password."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from toride import audit
from toride.access import responses
from toride.access.account import messages, second_step
from toride.access.models import Person, StartCode
from toride.access.origin import door
from toride.access.signin import breached, factors, locks, recovery, rules
from toride.audit.actions import System
from toride.base import clock
from toride.base.errors import Conflict, Invalid, Refused
from toride.base.guard import open_to_all
from toride.vault.permit import Actor

STARTED = "start"  # in the session: which code was given, until when it goes on, and whether the factor was given, too
STEP = timedelta(minutes=10)


@open_to_all
def forgotten(request: HttpRequest) -> HttpResponse:
    """What to do; and asking for it, which is answered alike for every name."""
    if request.method != "POST":
        return render(request, "access/forgotten.html", {"asked": False, "wrong": ""})
    name = request.POST.get("name", "").strip()
    if not locks.attempt(locks.by_forgotten(name), locks.by_address(door(request).address)):
        return render(request, "access/forgotten.html", {"asked": False, "wrong": _too_many()}, status=422)
    audit.note(_actor(name), door(request), System.START_ASK)
    return render(request, "access/forgotten.html", {"asked": True})


@open_to_all
def start(request: HttpRequest) -> HttpResponse:
    """Name and start code; what was wrong is not told."""
    wrong = ""
    if request.method == "POST":
        wrong = _wrong(request, request.POST.get("name", "").strip(), request.POST.get("code", ""))
        if not wrong:
            return responses.onward(request, "sign_in_renew")
    return render(request, "access/start.html", {"wrong": wrong}, status=422 if wrong else 200)


@open_to_all
def renew(request: HttpRequest) -> HttpResponse:
    """The second factor of who has one, then the new password."""
    row = _under_way(request)
    if row is None:
        return redirect("sign_in_start")
    reason = rules.bounds(rules.content(), tuple(row.person.roles)).refusal(door(request).address, clock.now())
    if reason is not None:
        _refused(request, row.person.username, reason)
        return responses.page(request, Refused(reason))
    if factors.stand(row.person_id) and not request.session[STARTED]["factor"]:
        said = second_step.wrong(request, row.person) if request.method == "POST" else ""
        if said or request.method != "POST":
            return second_step.page(request, row.person, said)
        request.session[STARTED] |= {"factor": True}
        return responses.onward(request, "sign_in_renew")
    return _set(request, row)


def _wrong(request: HttpRequest, name: str, code: str) -> str:
    """What to say of a code; "" of one that is right, with which this browser goes on."""
    keys = locks.by_start(name), locks.by_address(door(request).address)
    if not locks.attempt(*keys):
        _refused(request, name, "locked")
        return _too_many()
    row = recovery.find(name, code)
    if row is None:
        _refused(request, name, "credentials")
        return _("The sign-in name and start code do not match, or the code has expired.")
    locks.forgive(*keys)
    get_adapter().logout(request)
    request.session.flush()
    until = clock.now() + STEP
    request.session[STARTED] = {"code": str(row.pk), "until": until.timestamp(), "factor": False}
    return ""


def _under_way(request: HttpRequest) -> StartCode | None:
    kept = request.session.get(STARTED)
    if kept is None or clock.now().timestamp() >= kept["until"]:
        return None
    return recovery.standing(UUID(kept["code"]))


def _set(request: HttpRequest, row: StartCode) -> HttpResponse:
    context: dict[str, Any] = messages.ALL | {"wanted": rules.current().passwords, "errors": {}, "person": row.person}
    if request.method != "POST":
        return render(request, "access/renew.html", context)
    after = request.POST.get("after", "")
    try:
        if after != request.POST.get("again", ""):
            raise Invalid("again", {"again": _("The passwords do not match.")})
        breached.check(after)
        recovery.use(row.pk, password=after, door=door(request))
    except Invalid as error:
        _refused(request, row.person.username, "password")
        return render(request, "access/renew.html", context | {"errors": error.fields}, status=422)
    except Conflict as error:
        _refused(request, row.person.username, "used")
        return responses.page(request, error)
    request.session.flush()
    return render(request, "access/renewed.html", {})


def _refused(request: HttpRequest, name: str, reason: str) -> None:
    audit.note(_actor(name), door(request), System.START_USE, outcome="refused", reason=reason)


def _actor(name: str) -> Actor | None:
    """Named only where the name is somebody's: a password typed into the name field must not be kept."""
    person = Person.objects.filter(username=name).first()
    return Actor(person.id, person.username, person.name) if person else None


def _too_many() -> str:
    return _("Too many attempts. Try again later, or contact your administrator.")
