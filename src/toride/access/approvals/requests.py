"""Acts that need two people: one asks, another whom it does not concern decides, and what was approved is what runs."""

import hashlib
import hmac
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from toride import audit
from toride.access import facts, policy
from toride.access.actions import Action
from toride.access.decide import reach_of
from toride.access.models import Approval, Person
from toride.access.roles import Reach
from toride.audit import recorded
from toride.audit.events import SYSTEM, Event
from toride.base import clock
from toride.base.actions import PROPOSE
from toride.base.errors import ConfigurationError, Conflict, Hidden, Invalid, Refused, Unavailable
from toride.vault import records
from toride.vault.aead import Unopenable
from toride.vault.keyring import Kind
from toride.vault.permit import Permit

LEAST_WORDS = 5  # characters of a reason, question or answer
MOST_WORDS = 1_000
MOST_TALK = 20
LISTED = 50
NAMED = 3  # of the people whom a request concerns, in a list
State = Approval.State
OPEN = (State.WAITING, State.HELD)
Content = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One fact of what is asked: what stands, and what would stand."""

    label: Any
    before: Sequence[Any]
    after: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Act:
    """A kind of act for two. `approve`: the action whose grant lets decide it, from `rank` upwards whatever the policy.

    `counted` says what the count counts. `show` gives the facts that both see. `run` does it, inside the transaction
    of the approval, and raises Conflict where what it was asked upon stands no more. `either`: who answers for one of
    the branches decides; otherwise for all of them. `several`: requests for different things of one count may wait.
    """

    kind: str
    label: Any
    approve: str
    rank: int
    counted: Any
    show: Callable[[Content], Sequence[Line]]
    run: Callable[[Permit, Content], None]
    either: bool = False
    several: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """A request, opened. `digest` names exactly what would run. `talk`: (what, who, when, words), oldest first."""

    row: Approval
    act: Act
    content: Content
    reason: str
    digest: str
    talk: Sequence[Mapping[str, Any]]
    decides: bool

    @property
    def lines(self) -> Sequence[Line]:
        """The facts of it."""
        return self.act.show(self.content)


_acts: dict[str, Act] = {}


def declare(act: Act) -> Act:
    """Registers a kind of act, at start. Raises ConfigurationError where another has its name."""
    if act.kind in _acts:
        raise ConfigurationError(f"two acts are declared as {act.kind}")
    _acts[act.kind] = act
    return act


def ask(
    permit: Permit,
    kind: str,
    content: Content,
    *,
    reason: str,
    concerns: Sequence[UUID],
    branches: Sequence[str] = (),
    subject: UUID | None = None,
    count: int,
) -> Approval:
    """Files a request in the caller's transaction.

    Raises Invalid without a reason, Conflict where the same is asked already, or where nobody could decide it.
    """
    words = worded(reason, "reason")
    now = clock.now()
    who = sorted(str(one) for one in set(concerns))
    row = Approval(
        kind=kind, asker_id=permit.actor.id, concerns=who, branches=sorted(set(branches)), subject_id=subject,
        count=count, created=now, expires=now + settings.APPROVAL_LIFETIME,
    )  # fmt: skip
    if _same(row).filter(state__in=OPEN, expires__gt=now).exists():
        raise Conflict(_("This has already been requested and is waiting for a decision."))
    if not any(may_decide(person, row) for person in Person.objects.filter(is_active=True)):
        raise Conflict(_("No one else can approve this. It needs a second person of sufficient rank."))
    sealed = {"clear": _clear(row), "content": content, "reason": words}
    row.blob = records.seal_with(Kind.FILES, sealed, row.pk)
    row.talk = _sealed_talk(row, [])
    row.save(force_insert=True)
    permit.ledger.did = PROPOSE
    permit.ledger.facts |= {"approval": str(row.pk), "kind": kind, "digest": _digest(sealed), "count": count}
    return row


def approved(permit: Permit, kind: str, number: UUID) -> Content:
    """What two people agreed upon, for a job that does it. Raises Conflict where they did not, Unavailable where it was
    altered.
    """
    row = Approval.objects.select_related("asker").filter(pk=number, kind=kind, state=State.APPROVED).first()
    if row is None:
        raise Conflict(_("This has not been approved."))
    return _opened(permit, row, row.asker).content


def request(permit: Permit, number: UUID, person: Person) -> Request:
    """One request, for whoever asked, decided or may decide it. Raises Hidden for anybody else."""
    row = Approval.objects.select_related("asker", "decider").filter(pk=number, kind__in=_acts).first()
    if row is None or not _sees(person, row):
        raise Hidden
    return _opened(permit, row, person)


def waiting(person: Person) -> list[Approval]:
    """Open requests that this person may decide, the most urgent first."""
    return [row for row in _open().order_by("expires") if may_decide(person, row)]


def asked(person: Person) -> list[Approval]:
    """What a person has asked for and is still open."""
    return list(_open().filter(asker=person).order_by("expires"))


def settled(person: Person) -> list[Approval]:
    """The last LISTED requests that this person asked or decided."""
    rows = Approval.objects.select_related("asker", "decider").filter(kind__in=_acts).exclude(state__in=OPEN)
    return list((rows.filter(asker=person) | rows.filter(decider=person)).order_by("-decided")[:LISTED])


def is_declared(kind: str) -> bool:
    """Does this installation know such acts?"""
    return kind in _acts


def label(row: Approval) -> Any:
    """What pages call the act of a request."""
    return _acts[row.kind].label


def names(rows: Sequence[Approval]) -> dict[UUID, str]:
    """Whom each of these requests concerns, the first NAMED of them by name."""
    ids = {one for row in rows for one in row.concerns[:NAMED]}
    known = {str(pk): name for pk, name in Person.objects.filter(pk__in=ids).values_list("pk", "name")}
    return {
        row.pk: "、".join(known[one] for one in row.concerns[:NAMED] if one in known)
        + ("…" if len(row.concerns) > NAMED else "")
        for row in rows
    }


def may_decide(person: Person, row: Approval) -> bool:
    """Is this person a second one: neither asker nor concerned, active, of the rank, and is all of it in reach?"""
    act = _acts[row.kind]
    if not person.is_active or person.rank < act.rank or person.id == row.asker_id or str(person.id) in row.concerns:
        return False
    rules = policy.current()
    grants = rules.of(person.roles, person.rank, act.approve)
    if not rules.of(person.roles, person.rank, Action.APPROVAL_DECIDE):
        return False
    if row.subject_id and not row.branches:
        place = facts.of(row.subject_id)
        return place is not None and reach_of(person, grants).include(place.branch, place.owner)
    if not row.branches:
        return any(grant.reach is Reach.ALL for grant in grants)
    reach, enough = reach_of(person, grants), any if act.either else all
    return enough(reach.include(branch, None) for branch in row.branches)


@recorded(Action.APPROVAL_DECIDE, did="approve")
def approve(permit: Permit, number: UUID, *, digest: str, count: str) -> None:
    """Approves what `digest` names, and does it, once. `count` is typed back.

    Raises Hidden, Refused for the asker, Invalid for a wrong count, Conflict where it is held, over, changed, or where
    somebody was first.
    """
    found = _to_decide(permit, number)
    if not hmac.compare_digest(found.digest.encode(), digest.encode()):
        raise Conflict(_("The request has changed since you opened it. Open it again."))
    if found.row.state == State.HELD:
        raise Conflict(_("On hold until the question is answered."))
    if typed_number(count) != found.row.count:
        raise Invalid(_("Please fix the highlighted fields."), {"count": _("The number doesn't match the one above.")})
    _settle(permit, found, State.APPROVED, (State.WAITING,))
    found.act.run(permit, found.content)


@recorded(Action.APPROVAL_DECIDE, did="refuse")
def refuse(permit: Permit, number: UUID, *, words: str) -> None:
    """Refuses it, with a reason. Raises as `approve`."""
    found = _to_decide(permit, number)
    _say(permit, found, "refused", worded(words, "words"))
    _settle(permit, found, State.REFUSED, OPEN)


@recorded(Action.APPROVAL_DECIDE, did="hold")
def hold(permit: Permit, number: UUID, *, words: str) -> None:
    """Holds it with a question; only an answer lets it go on. Raises as `approve`."""
    found = _to_decide(permit, number)
    _say(permit, found, "question", worded(words, "words"))
    _move(permit, found, State.HELD, (State.WAITING,))


@recorded(Action.APPROVAL_ANSWER)
def answer(permit: Permit, number: UUID, *, words: str) -> None:
    """The asker's answer to the question by which it is held."""
    found = _own(permit, number)
    if found.row.state != State.HELD:
        raise Conflict(_("There is no open question."))
    _say(permit, found, "answer", worded(words, "words"))
    _move(permit, found, State.WAITING, (State.HELD,))


@recorded(Action.APPROVAL_ANSWER, did="withdraw")
def withdraw(permit: Permit, number: UUID) -> None:
    """The asker takes it back."""
    _settle(permit, _own(permit, number), State.WITHDRAWN, OPEN)


def expire() -> int:
    """Refuses what nobody decided in time, each with an event; says how many."""
    count = 0
    for row in Approval.objects.filter(state__in=OPEN, expires__lte=clock.now()):
        with transaction.atomic():
            changed = Approval.objects.filter(pk=row.pk, state__in=OPEN)
            if changed.update(state=State.EXPIRED, decided=clock.now()):
                facts = {"approval": str(row.pk), "kind": row.kind}
                audit.stage([Event(action=Action.APPROVAL_EXPIRE, door=SYSTEM, outcome="refused", facts=facts)])
                count += 1
    return count


def worded(text: str, field: str) -> str:
    """What was written, without space around it and signs that only steer others. Raises Invalid where it says too
    little or too much.
    """
    words = "".join(one for one in text if unicodedata.category(one) != "Cf").strip()
    if sum(one.isprintable() and not one.isspace() for one in words) < LEAST_WORDS:
        raise Invalid(_("Please fix the highlighted fields."), {field: _("Enter at least 5 characters.")})
    if len(words) > MOST_WORDS:
        raise Invalid(_("Please fix the highlighted fields."), {field: _("Enter at most 1,000 characters.")})
    return words


def typed_number(text: str) -> int | None:
    """A whole number as a person types it: full-width figures and separators are fine."""
    plain = unicodedata.normalize("NFKC", text).replace(",", "").strip()
    return int(plain) if plain.isascii() and plain.isdecimal() and len(plain) < 10 else None  # noqa: PLR2004 - fits the column


def _same(row: Approval) -> QuerySet[Approval]:
    """Requests for what this one asks for."""
    if _acts[row.kind].several:
        return Approval.objects.none()
    if row.subject_id:
        return Approval.objects.filter(kind=row.kind, asker=row.asker_id, subject=row.subject_id)
    same = Approval.objects.filter(kind=row.kind, concerns=row.concerns, count=row.count)
    return same.filter(asker=row.asker_id, branches=row.branches) if _acts[row.kind].either else same


def _open() -> QuerySet[Approval]:
    rows = Approval.objects.select_related("asker").filter(kind__in=_acts, state__in=OPEN)
    return rows.filter(expires__gt=clock.now())


def _sees(person: Person, row: Approval) -> bool:
    return person.id in (row.asker_id, row.decider_id) or may_decide(person, row)


def _to_decide(permit: Permit, number: UUID) -> Request:
    person = Person.objects.get(pk=permit.actor.id)
    found = request(permit, number, person)
    if not found.decides:
        raise Refused("second-person")
    return _still_open(found)


def _own(permit: Permit, number: UUID) -> Request:
    found = request(permit, number, Person.objects.get(pk=permit.actor.id))
    if found.row.asker_id != permit.actor.id:
        raise Refused("second-person")
    return _still_open(found)


def _still_open(found: Request) -> Request:
    if found.row.state not in OPEN:
        raise Conflict(_("This has already been decided."))
    if found.row.expires <= clock.now():
        raise Conflict(_("The request has expired. Submit a new request."))
    return found


def _opened(permit: Permit, row: Approval, person: Person) -> Request:
    """Raises Unavailable for a request that does not open, or whose row is not what was sealed."""
    try:
        sealed = records.open_with(permit, Kind.FILES, bytes(row.blob), row.pk)
        talk = records.open_with(permit, Kind.FILES, bytes(row.talk), _place_of_talk(row))["talk"]
    except Unopenable:
        raise Unavailable("altered") from None
    if sealed["clear"] != _clear(row):
        raise Unavailable("altered")
    return Request(
        row, _acts[row.kind], sealed["content"], sealed["reason"], _digest(sealed), talk, may_decide(person, row)
    )


def _clear(row: Approval) -> list[Any]:
    """What of a request stands in clear beside the seal, and must be what was sealed."""
    moments = [clock.micros(row.created), clock.micros(row.expires)]
    about = [str(row.subject_id)] if row.subject_id else []
    return [row.kind, str(row.asker_id), row.concerns, row.branches, row.count, *moments, *about]


def _digest(sealed: Mapping[str, Any]) -> str:
    return hashlib.sha256(orjson.dumps(sealed, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _place_of_talk(row: Approval) -> bytes:
    return b"talk" + row.pk.bytes


def _sealed_talk(row: Approval, talk: Sequence[Mapping[str, Any]]) -> bytes:
    return records.seal_with(Kind.FILES, {"talk": list(talk)}, _place_of_talk(row))


def _say(permit: Permit, found: Request, what: str, words: str) -> None:
    if len(found.talk) >= MOST_TALK:
        raise Conflict(_("Too many questions have been asked. Decide, or ask for a new request."))
    said = {"what": what, "who": permit.actor.name, "at": clock.now().isoformat(), "words": words}
    found.row.talk = _sealed_talk(found.row, [*found.talk, said])


def _settle(permit: Permit, found: Request, state: State, before: Sequence[State]) -> None:
    asker = state == State.WITHDRAWN
    found.row.decided, found.row.decider_id = clock.now(), None if asker else permit.actor.id
    _move(permit, found, state, before)


def _move(permit: Permit, found: Request, state: State, before: Sequence[State]) -> None:
    """To another state, in one statement of which only the first of two succeeds. Raises Conflict for the second."""
    row = found.row
    changed = Approval.objects.filter(pk=row.pk, state__in=before, expires__gt=clock.now(), state=row.state).update(
        state=state, talk=row.talk, decided=row.decided, decider=row.decider_id
    )
    if not changed:
        raise Conflict(_("Someone else decided first, or the request has expired. Open it again."))
    permit.ledger.facts |= {
        "approval": str(row.pk), "kind": row.kind, "decision": str(state), "digest": found.digest,
        "asker": str(row.asker_id), "count": row.count,
    }  # fmt: skip


def moment_of(said: Mapping[str, Any]) -> datetime:
    """When something was said."""
    return datetime.fromisoformat(said["at"])
