"""One's own sign-in: password, second factors, devices; and the second step of signing in."""

import base64
import binascii
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from toride import audit
from toride.access.account import messages, second_step
from toride.access.actions import Action
from toride.access.origin import door
from toride.access.responses import onward
from toride.access.signin import (
    breached,
    devices,
    factors,
    locks,
    onetime,
    passkeys,
    passwords,
    recovery,
    required,
    rules,
)
from toride.access.signin.sessions import digest
from toride.access.signin.steps import halfway
from toride.base.errors import Invalid
from toride.base.guard import guarded, open_to_all
from toride.vault import persons
from toride.vault.aead import Unopenable

PENDING = "app"  # in the session: the secret that an app is about to be given, sealed
USE = "pending app"


@guarded(Action.ACCOUNT_READ)
def account(request: HttpRequest) -> HttpResponse:
    person: Any = request.user
    request.permit.ledger.facts["read"] = "account"  # type: ignore[attr-defined]
    mine = digest(request.session.session_key)
    context = {
        "factors": [one for one in factors.of(person.id) if one.kind in factors.SECOND],
        "codes": factors.codes_left(person.id),
        "visits": [(one, one.session == mine) for one in devices.living(person.id)],
        "deadline": required.deadline(person),
        "needed": rules.bounds(person.rules, tuple(person.roles)).grace is not None,
        "starts": recovery.told(person.id),
        "days": rules.read(person.rules).passwords.days,
    }
    return render(request, "access/account.html", context | messages.ALL)


@guarded(Action.PASSWORD_CHANGE)
def password(request: HttpRequest) -> HttpResponse:
    person: Any = request.user
    wanted = rules.read(person.rules).passwords
    context: dict[str, Any] = messages.ALL | {"wanted": wanted, "late": passwords.expired(person, wanted), "errors": {}}
    if request.method != "POST":
        return render(request, "access/password.html", context)
    try:
        _change(request)
    except Invalid as error:
        _failed(request, str(error.reason))
        return render(request, "access/password.html", context | {"errors": error.fields}, status=422)
    return onward(request, "account")


@guarded(Action.FACTOR_ENROL)
def first_factor(request: HttpRequest) -> HttpResponse:
    context = {"deadline": required.deadline(request.user), "held": required.of(request.user) is not None}
    return render(request, "access/first_factor.html", context)


@guarded(Action.FACTOR_ENROL, fresh=True)
def app(request: HttpRequest) -> HttpResponse:
    person: Any = request.user
    secret = _pending(request)
    if request.method == "POST" and "code" in request.POST:
        try:
            codes = factors.enrol_app(request.permit, secret=secret, typed=request.POST["code"])  # type: ignore[attr-defined]
        except Invalid as error:
            _failed(request, str(error.reason))
            return _app_page(request, person, secret, error.fields, 422)
        request.session.pop(PENDING, None)
        return _enrolled(request, codes)
    return _app_page(request, person, secret, {}, 200)


@guarded(Action.FACTOR_ENROL, fresh=True)
def passkey(request: HttpRequest) -> HttpResponse:
    person: Any = request.user
    if request.method == "POST" and "key" in request.POST:
        try:
            found = passkeys.made(request, request.POST["key"])
        except Invalid as error:
            _failed(request, str(error.reason))
            return _key_page(request, person, 422)
        return _enrolled(request, factors.enrol_key(request.permit, name=request.POST.get("name", ""), key=found))  # type: ignore[attr-defined]
    return _key_page(request, person, 200)


@guarded(Action.FACTOR_ENROL, fresh=True)
@require_POST
def codes(request: HttpRequest) -> HttpResponse:
    return _enrolled(request, factors.renew_codes(request.permit))  # type: ignore[attr-defined]


@guarded(Action.FACTOR_REMOVE, fresh=True)
@require_POST
def factor_remove(request: HttpRequest, factor: UUID) -> HttpResponse:
    person: Any = request.user
    needed = rules.bounds(person.rules, tuple(person.roles)).grace is not None and person.has_usable_password()
    factors.remove(request.permit, factor=factor, last=not needed)  # type: ignore[attr-defined]
    return redirect("account")


@guarded(Action.SESSION_END)
@require_POST
def session_end(request: HttpRequest, visit: UUID) -> HttpResponse:
    devices.end(request.permit, visit=visit)  # type: ignore[attr-defined]
    return redirect("account")


@guarded(Action.SESSION_END)
@require_POST
def sessions_end(request: HttpRequest) -> HttpResponse:
    devices.end_others(request.permit, session=request.session.session_key)  # type: ignore[attr-defined]
    return redirect("account")


@guarded(Action.ACCOUNT_READ)
@require_POST
def recognise(request: HttpRequest) -> HttpResponse:
    devices.recognise(request.permit, session=request.session.session_key)  # type: ignore[attr-defined]
    return redirect("home")


@open_to_all
def second(request: HttpRequest) -> HttpResponse:
    """The second step of signing in; nobody without the first."""
    stage = halfway(request)
    if stage is None:
        return redirect("account_login")
    person = stage.login.user
    wrong = second_step.wrong(request, person) if request.method == "POST" else ""
    if request.method == "POST" and not wrong:
        return onward(request, stage.exit().url)
    return second_step.page(request, person, wrong)


def _change(request: HttpRequest) -> None:
    after = request.POST.get("after", "")
    if after != request.POST.get("again", ""):
        raise Invalid("again", {"again": _("The passwords do not match.")})
    breached.check(after)
    person: Any = request.user
    key, before = locks.by_name(person.username), request.session.session_key
    if not locks.attempt(key):
        raise Invalid("locked", {"before": _("Too many attempts. Try again later, or contact your administrator.")})
    try:
        passwords.change(request.permit, person=person, before=request.POST.get("before", ""), after=after)  # type: ignore[attr-defined]
    except Invalid as error:
        if "before" not in error.fields:
            locks.forgive(key)
        raise
    locks.forgive(key)
    update_session_auth_hash(request, person)  # this session goes on, all others of the person are over
    if not devices.move(before, request.session.session_key):
        request.session.flush()


def _pending(request: HttpRequest) -> str:
    """The secret that is being given to an app: the same until it is enrolled."""
    person: Any = request.user
    try:
        return str(persons.open_for(person.id, USE, base64.b64decode(request.session[PENDING]))["secret"])
    except (KeyError, Unopenable, binascii.Error):
        secret = onetime.new_secret()
        request.session[PENDING] = base64.b64encode(persons.seal_for(person.id, USE, {"secret": secret})).decode()
        return secret


def _app_page(request: HttpRequest, person: Any, secret: str, errors: dict[str, Any], status: int) -> HttpResponse:
    address = onetime.address(secret, person.username, str(settings.INSTITUTION))
    spelt = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    context = {"picture": onetime.picture(address), "secret": spelt, "errors": errors}
    return render(request, "access/app.html", context, status=status)


def _key_page(request: HttpRequest, person: Any, status: int) -> HttpResponse:
    options = passkeys.offer(request, person, list(factors.keys(person.id).values()))
    name = devices.family(door(request).agent)
    context = {"options": _text(options), "name": name, "wrong": status != 200}  # noqa: PLR2004
    return render(request, "access/passkey.html", context, status=status)


def _enrolled(request: HttpRequest, codes: list[str]) -> HttpResponse:
    """Recovery codes are shown in this one answer, and kept nowhere."""
    return render(request, "access/codes.html", {"codes": codes}) if codes else onward(request, "account")


def _failed(request: HttpRequest, reason: str) -> None:
    audit.commit(request.permit, outcome="failed", reason=reason)  # type: ignore[attr-defined]


def _text(options: dict[str, Any]) -> str:
    return orjson.dumps(options).decode()
