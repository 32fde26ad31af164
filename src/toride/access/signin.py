"""Sign-in and sign-out, each an event; signing up does not exist."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from toride import audit
from toride.access.middleware import door
from toride.access.models import Person
from toride.access.policy import current
from toride.base import clock
from toride.vault.permit import Actor


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """allauth's adapter: closed sign-up, sessions with a birth, events."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def login(self, request: HttpRequest, user: Person) -> None:
        """Starts a session; one that cannot be recorded does not start."""
        actor = Actor(user.id, user.username, user.name)
        audit.note(actor, door(request), "auth:session:open", policy=current().version)
        super().login(request, user)
        request.session["born"] = request.session["seen"] = clock.now().timestamp()

    def logout(self, request: HttpRequest) -> None:
        user = request.user
        if user.is_authenticated:
            audit.note(Actor(user.id, user.username, user.name), door(request), "auth:session:close")
        super().logout(request)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """A failure names the account only if it exists: a password typed into the name field must not be kept."""
        person = Person.objects.filter(username=credentials.get("username") or "").first()
        actor = Actor(person.id, person.username, person.name) if person else None
        audit.note(actor, door(request), "auth:session:open", outcome="refused", reason="credentials")
        super().authentication_failed(request, **credentials)
