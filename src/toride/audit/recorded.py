"""A service writes its event in its own transaction; a reader's event is committed before anything is shown."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from inspect import signature
from typing import Any, Concatenate, ParamSpec, TypeVar
from uuid import UUID

from django.db import transaction

from toride.audit.events import TOUCHES, Event, from_permit
from toride.audit.writer import record, stage
from toride.base import actions
from toride.base.errors import Refused, TorideError
from toride.vault.permit import Actor, Door, Ledger, Mode, Permit

P = ParamSpec("P")
R = TypeVar("R")
REFUSALS = (403, 404)


def recorded(
    action: str, did: str = ""
) -> Callable[[Callable[Concatenate[Permit, P], R]], Callable[Concatenate[Permit, P], R]]:
    """Makes a service: it runs in one transaction, under a permit for `action` (and for its `subject`, when it takes
    one), and stages one event of what the permit's ledger holds. `function.recorded` is the action, `did` the verb of
    the event: the action's own, where nothing else is said.

    Raises Refused for another permit. An error rolls back both; the caller commits its refusal.
    """
    verb = did or str(action).rpartition(":")[2]

    def wrap(function: Callable[Concatenate[Permit, P], R]) -> Callable[Concatenate[Permit, P], R]:
        shape = signature(function)
        takes_subject = "subject" in shape.parameters

        @wraps(function)
        def service(permit: Permit, /, *args: P.args, **kwargs: P.kwargs) -> R:
            if permit.action != str(action):
                raise Refused("other-action")
            permit.check()
            if takes_subject and shape.bind(permit, *args, **kwargs).arguments.get("subject") != permit.subject:
                raise Refused("other-subject")
            with transaction.atomic(using="default"):
                result = function(permit, *args, **kwargs)
                stage(from_permit(permit, did=verb))
            _drain(permit.ledger)
            return result

        service.recorded, service.did = str(action), verb  # type: ignore[attr-defined]
        return service

    return wrap


def commit(permit: Permit, *, outcome: str = "ok", reason: str = "") -> None:
    """Commits at once what the permit's ledger holds, as a reading; nothing, where a service has just recorded all.

    Raises Unavailable: then nothing may be shown.
    """
    if outcome == "ok" and permit.ledger.recorded and _is_empty(permit.ledger):
        return
    record(from_permit(permit, did=actions.seen(permit.action), outcome=outcome, reason=reason))
    _drain(permit.ledger)


@contextmanager
def reading(permit: Permit) -> Iterator[Permit]:
    """What is read inside becomes one event on leaving; print nothing before that."""
    try:
        yield permit
    except TorideError as error:
        outcome = "refused" if error.status in REFUSALS else "failed"
        commit(permit, outcome=outcome, reason=str(error))
        raise
    commit(permit)


def refuse(
    actor: Actor | None,
    door: Door,
    action: str,
    *,
    reason: str,
    purpose: str = "",
    policy: str = "",
    subject: UUID | None = None,
) -> None:
    """Commits a refusal at once, whatever becomes of the caller's transaction."""
    touches = ((subject, Mode.LISTED, 0),) if subject else ()
    record(
        [
            Event(
                action=str(action),
                door=door,
                actor=actor,
                outcome="refused",
                reason=reason,
                purpose=purpose,
                policy=policy,
                subjects=touches,
            )
        ]
    )


def fail(permit: Permit, subjects: Sequence[UUID], *, reason: str) -> None:
    """Commits at once that an act under this permit failed for these subjects, whatever becomes of the rest."""
    record(
        [
            Event(
                action=permit.action,
                door=permit.door,
                actor=permit.actor,
                outcome="failed",
                reason=reason,
                purpose=permit.purpose,
                policy=permit.policy,
                subjects=tuple((subject, Mode.LISTED, 0) for subject in subjects[at : at + TOUCHES]),
            )
            for at in range(0, len(subjects), TOUCHES)
        ]
    )


def note(
    actor: Actor | None,
    door: Door,
    action: str,
    *,
    did: str = "",
    outcome: str = "ok",
    reason: str = "",
    policy: str = "",
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Commits at once an event that concerns no subject: a sign-in, a verification, an act of the system."""
    record(
        [
            Event(
                action=str(action),
                door=door,
                actor=actor,
                did=did,
                outcome=outcome,
                reason=reason,
                policy=policy,
                facts=facts or {},
            )
        ]
    )


def _is_empty(ledger: Ledger) -> bool:
    return not (ledger.touches or ledger.facts or ledger.sealed or ledger.terms)


def _drain(ledger: Ledger) -> None:
    """What was recorded is not recorded again by the next event under the same permit."""
    ledger.touches.clear()
    ledger.facts.clear()
    ledger.sealed.clear()
    ledger.terms = ledger.did = ""
    ledger.recorded = True
