"""Before a dangerous act the person proves once more who they are; what they had typed comes along in the form."""

from typing import Any

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from toride import audit
from toride.access.origin import door
from toride.access.signin import factors, locks, passkeys, rules
from toride.access.sso import providers
from toride.access.sso.assertion import SIGN_ON
from toride.base import clock
from toride.vault.permit import Actor

PROVED = "proved"  # in the session: when
FIELDS = ("proof_method", "proof_password", "proof_key", "csrfmiddlewaretoken")


def renew(request: HttpRequest) -> None:
    """The person has just proved who they are."""
    request.session[PROVED] = clock.timestamp()


def awaited(request: HttpRequest) -> HttpResponse | None:
    """The page that asks for a proof, or where to go after one; None where the act may go on.

    A proof is given in the very request that needed it, and taken out of what the view reads.
    """
    person: Any = request.user
    minutes = rules.read(person.rules).proof
    method = request.POST.get("proof_method", "")
    if clock.timestamp() - request.session.get(PROVED, 0) >= minutes * 60:
        if not method:
            return _page(request)
        if not _right(request, person):
            return _page(request, wrong=True)
        renew(request)
    if not method:
        return None
    if method == "get":
        return redirect(request.get_full_path())
    typed = request.POST.copy()
    for name in FIELDS:
        typed.pop(name, None)
    request.POST = typed  # type: ignore[assignment]
    return None


def _right(request: HttpRequest, person: Any) -> bool:
    keys = locks.by_name(person.username), locks.by_address(door(request).address)
    if not locks.attempt(*keys):
        reason, right = "locked", False
    elif answer := request.POST.get("proof_key"):
        reason, right = "passkey", factors.use_key(request, person.id, answer)
    elif person.has_usable_password():
        reason, right = "credentials", person.check_password(request.POST.get("proof_password", ""))
    else:
        reason = "credentials"  # a persona has no password; one click is all of their sign-in
        right = settings.DEMO and SIGN_ON not in request.session
    if right:
        locks.forgive(*keys)
    actor = Actor(person.id, person.username, person.name)
    outcome, reason = ("ok", "") if right else ("refused", reason)
    audit.note(actor, door(request), "auth:session:prove", outcome=outcome, reason=reason)
    return right


def _page(request: HttpRequest, *, wrong: bool = False) -> HttpResponse:
    """Asks; holds what was posted as hidden fields, so that nothing typed is lost."""
    person: Any = request.user
    known = factors.keys(person.id).values()
    context = {
        "typed": [(name, one) for name, many in request.POST.lists() if name not in FIELDS for one in many],
        "method": "get" if request.method == "GET" else request.POST.get("proof_method", "post"),
        "wrong": wrong,
        "options": orjson.dumps(passkeys.ask(request, list(known))).decode() if known else "",
        "password": person.has_usable_password(),
        "provider": providers.of_session(request.session.get(SIGN_ON)),
    }
    response = render(request, "access/proof.html", context, status=403)
    if request.headers.get("HX-Request"):
        response["HX-Retarget"], response["HX-Reswap"] = "body", "innerHTML"
    return response
