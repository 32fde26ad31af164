"""Signing in, step by step, and out; each an event. Signing up does not exist."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.stages import LoginStage, LoginStageController
from django.conf import settings
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from toride import audit
from toride.access import responses
from toride.access.models import Person
from toride.access.origin import door
from toride.access.policy import current
from toride.access.signin import devices, factors, locks, proof, required, rules
from toride.access.signin.backends import Backend
from toride.access.sso import providers
from toride.access.sso.assertion import SIGN_ON
from toride.base import clock
from toride.base.errors import Refused
from toride.vault.permit import Actor

BY_PASSKEY = "by_passkey"  # of a sign-in: a passkey that verified its person began it


class SecondFactor(LoginStage):  # type: ignore[misc]
    """Between the password and the session: whoever has a second factor gives it."""

    key = "factor"
    urlname = "sign_in_factor"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        given = self.login.signal_kwargs or {}
        if _sign_on(given).get("vouched") or given.get(BY_PASSKEY):
            return None, True
        return (redirect(self.urlname) if factors.stand(self.login.user.pk) else None), True


def halfway(request: HttpRequest) -> LoginStage | None:
    """The step at which somebody waits who gave a right password a short while ago; None for everybody else."""
    stage = LoginStageController.enter(request, SecondFactor.key)
    return stage if stage is not None and stage.login.user.is_active else None


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """allauth's adapter: closed sign-up, attempts that are counted, sessions with a birth, events."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _("The sign-in name and password do not match."),
        "too_many_login_attempts": _("Too many attempts. Try again later, or contact your administrator."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_stages(self) -> list[str]:
        return ["toride.access.signin.steps.SecondFactor"]

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Person | None:
        """Who this is, or None; one event for each attempt that fails, whether the name is known or not."""
        username = credentials.get("username") or ""
        keys = locks.by_name(username), locks.by_address(door(request).address)
        if not locks.attempt(*keys):
            self._failed(request, username, "locked")
            raise ValidationError(self.error_messages["too_many_login_attempts"])
        found = authenticate(request, **credentials)
        AuthenticationBackend.unstash_authenticated_user()  # whom allauth would greet though they are not active
        if not isinstance(found, Person):
            self._failed(request, username, "credentials")
            return None
        if not providers.takes_password(found):
            self._failed(request, username, "sign-on")
            return None
        locks.forgive(*keys)
        return found

    def pre_login(self, request: HttpRequest, user: Person, **_kwargs: Any) -> HttpResponse | None:
        """A page that refuses, where the person's duties do not work from here or now."""
        reason = rules.bounds(rules.content(), tuple(user.roles)).refusal(door(request).address, clock.now())
        if reason is None:
            return None
        audit.note(_actor(user), door(request), "auth:session:open", outcome="refused", reason=reason)
        return responses.page(request, Refused(reason))

    def login(self, request: HttpRequest, user: Person) -> None:
        """Starts a session; one that cannot be recorded does not start. One that stands in this browser ends."""
        self.logout(request)
        origin = door(request)
        audit.note(_actor(user), origin, "auth:session:open", policy=current().version)
        super().login(request, user)
        request.session["born"] = request.session["seen"] = clock.now().timestamp()
        proof.renew(request)
        devices.begin(request, user, origin)

    def post_login(self, request: HttpRequest, user: Person, **kwargs: Any) -> HttpResponse:
        if sign_on := _sign_on(kwargs.get("signal_kwargs")):
            request.session[SIGN_ON], request.session[proof.PROVED] = sign_on, sign_on["at"]
        target = kwargs.get("redirect_url") or ""
        return redirect(target if target and self.is_safe_url(target) else settings.LOGIN_REDIRECT_URL)

    def logout(self, request: HttpRequest) -> None:
        user = request.user
        if user.is_authenticated:
            audit.note(_actor(user), door(request), "auth:session:close")
            devices.close(request.session.session_key)
            super().logout(request)

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        """Who came through a provider may still be signed in there, and is told."""
        found = providers.of_session(request.session.get(SIGN_ON))
        return reverse("sign_on_left", kwargs={"provider": found.pk}) if found else "/"

    def add_message(self, *_args: Any, **_kwargs: Any) -> None:
        """The library's own sentences are not shown."""

    def _failed(self, request: HttpRequest, username: str, reason: str) -> None:
        """A failure names the account only if it exists: a password typed into the name field must not be kept."""
        person = Person.objects.filter(username=username).first()
        actor = _actor(person) if person else None
        audit.note(actor, door(request), "auth:session:open", outcome="refused", reason=reason)


def obstacle(person: Person, password: str, code: str | None) -> str:
    """What stands between a person and a token of theirs: "locked", "credentials", "first" (the browser); or ""."""
    keys = [locks.by_name(person.username), *([locks.by_factor(person.id)] if code is not None else [])]
    if not locks.attempt(*keys):
        return "locked"
    if not person.is_active or not person.check_password(password) or not providers.takes_password(person):
        return "credentials"
    if code is not None and factors.use_code(person.id, code) is None:
        locks.forgive(keys[0])
        return "credentials"
    locks.forgive(*keys)
    whole = Backend().get_user(person.id)
    return "first" if required.of(whole) is not None else ""


def _sign_on(kept: Any) -> dict[str, Any]:
    """What a provider said when it vouched for who signs in; empty for everybody else."""
    return dict((kept or {}).get(SIGN_ON, {}))


def _actor(person: Any) -> Actor:
    return Actor(person.id, person.username, person.name)
