"""A forgotten password: an administrator who made sure who asks gives a start code, good for another, once."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from toride import audit
from toride.access import integrity, policy
from toride.access.actions import Action
from toride.access.approvals import requests
from toride.access.models import Approval, Person, StartCode
from toride.access.people import registry
from toride.access.signin import devices, factors, locks, onetime, passwords, personas, rules, tokens
from toride.access.sso import providers
from toride.audit import recorded
from toride.audit.actions import System
from toride.audit.events import Event
from toride.base import clock
from toride.base.errors import Conflict, Hidden, Invalid
from toride.base.ids import random_id
from toride.vault.permit import Actor, Door, Permit

LIFETIME = timedelta(hours=24)
KEPT = timedelta(days=90)
SALT = "toride.access.starting"
CHECKS = {
    "face": lazy("In person: I know them or checked their staff card"),
    "call": lazy("I called them back on their registered number"),
    "chief": lazy("Their superior confirmed their identity"),
}
WEIGHTY = (Action.PERSON_MANAGE, Action.PERSON_APPROVE, Action.POLICY_CHANGE, Action.POLICY_APPROVE,
           Action.RULES_CHANGE, Action.KEY_APPROVE)  # fmt: skip


def takes_two(person: Person) -> bool:
    """Must two people agree on a start code? For who decides on people, policy or keys, and for who would enrol a
    second factor with nothing but the new password.
    """
    rules_now = policy.current()
    if any(rules_now.of(person.roles, person.rank, act) for act in WEIGHTY):
        return True
    return rules.bounds(rules.content(), tuple(person.roles)).grace is not None and not factors.stand(person.id)


def agreed(permit: Permit, person: UUID) -> StartCode | None:
    """What this administrator asked for, a second one agreed to, and was not taken yet."""
    mine = StartCode.objects.select_related("person").filter(person=person, issuer=permit.actor.id, agreed=True)
    row = mine.filter(digest=None, used=None, expires__gt=clock.now()).first()
    return row if row is not None and integrity.is_code(row) else None


@recorded(Action.PERSON_MANAGE, did="code")
def issue(permit: Permit, *, person: UUID, checked: str) -> tuple[StartCode, str]:
    """A start code, shown once and kept as a keyed digest; those before end. `checked`: one of CHECKS.

    Raises Hidden, Invalid by field or for oneself, Conflict where a password is of no use or two must agree.
    """
    found = _person(person, but=permit.actor.id)
    _made_sure(checked)
    row = agreed(permit, person)
    if row is None and takes_two(found):
        raise Conflict(_("This person's reset needs approval. Submit a request."))
    row = row or _new(found, permit.actor.id)
    permit.ledger.facts |= {"person": str(person), "username": found.username, "start": "issue", "checked": checked}
    return row, _taken(row)


def give(username: str, *, door: Door) -> tuple[StartCode, str]:
    """As `issue`, for whoever holds the keys, where no administrator can sign in any more: good without a second one.

    Raises Invalid for an unknown person, Conflict where a password is of no use.
    """
    with transaction.atomic():
        found = _person(registry.find(username).pk)
        row = _new(found, None)
        row.agreed = True
        code = _taken(row)
        facts = {"person": str(found.pk), "username": found.username, "start": str(row.pk)}
        audit.stage([Event(action=Action.PERSON_START, door=door, facts=facts)])
    return row, code


@recorded(Action.PERSON_MANAGE, did="propose")
def ask(permit: Permit, *, person: UUID, checked: str, reason: str) -> Approval:
    """Asks for a start code where two must agree; who asked takes it then. Raises as `issue`, and without a reason."""
    found = _person(person, but=permit.actor.id)
    _made_sure(checked)
    permit.ledger.facts |= {"person": str(person), "start": "ask", "checked": checked}
    content = {"person": str(person), "name": found.name, "asker": str(permit.actor.id), "checked": checked}
    branches = [found.branch_id] if found.branch_id else []
    return requests.ask(permit, START.kind, content, reason=reason, concerns=[person], branches=branches, count=1)


def find(username: str, code: str) -> StartCode | None:
    """What this code of this person may still do; None whatever is wrong, in one statement."""
    row = _open().filter(digest=_digest(username.strip(), code)).first()
    return row if row is not None and _fits(row) else None


def standing(number: UUID) -> StartCode | None:
    """The same, of one that was found a moment ago."""
    row = _open().filter(pk=number).exclude(digest=None).first()
    return row if row is not None and _fits(row) else None


def use(number: UUID, *, password: str, door: Door) -> None:
    """Sets the password; ends the code, every session and every token of the person. One transaction with its event.

    Raises Conflict for the second of two uses, Invalid for a password that the rules refuse.
    """
    with transaction.atomic():
        row, moment = standing(number), clock.now()
        unused = StartCode.objects.filter(pk=number, used=None, expires__gt=moment)
        if row is None or not unused.update(used=moment, seal=""):
            raise Conflict(_("This start code has been used or has expired. Ask for a new one."))
        person = Person.objects.select_for_update(of=("self",)).get(pk=row.person_id)
        passwords.check(password, person, rules.current().passwords)
        passwords.keep(person, password)
        person.save(update_fields=["password", "password_changed"])
        locks.release(person)
        facts = {
            "start": str(row.pk), "issuer": str(row.issuer_id or ""), "sessions": devices.end_all(person.id),
            "tokens": tokens.end_all(person),
        }  # fmt: skip
        actor = Actor(person.id, person.username, person.name)
        audit.stage([Event(action=System.START_USE, door=door, actor=actor, facts=facts)])


def told(person: UUID) -> list[StartCode]:
    """Codes given out for the person within KEPT that were used, or may be; the newest first. Nobody hides them."""
    mine = StartCode.objects.filter(person=person, issued__gt=clock.now() - KEPT).exclude(digest=None)
    return list(mine.exclude(used=None, expires__lte=clock.now()).select_related("issuer").order_by("-issued"))


def news(person: UUID) -> list[StartCode]:
    """Those of which the person has not said that it was they; one that may still be used is told until then."""
    return [one for one in told(person) if not one.known]


def _person(person: UUID, *, but: UUID | None = None) -> Person:
    found = Person.objects.select_for_update(of=("self",)).filter(pk=person, is_active=True).first()
    if found is None:
        raise Hidden
    if found.id == but:
        raise Invalid(_("You can't request this for yourself. Ask another administrator."))
    if not providers.takes_password(found) or (settings.DEMO and found.username in personas.NAMES):
        raise Conflict(_("This person doesn't use a password."))
    return found


def _made_sure(checked: str) -> None:
    if checked not in CHECKS:
        raise Invalid(
            _("Please fix the highlighted fields."), {"checked": _("Choose how you verified the person's identity.")}
        )


def _new(person: Person, issuer: UUID | None) -> StartCode:
    moment = clock.now()
    return StartCode(pk=random_id(), person=person, issuer_id=issuer, issued=moment, expires=moment + LIFETIME)


def _taken(row: StartCode) -> str:
    """Keeps the row with the digest of a new code, in place of all others that were not used; opens what was locked."""
    code, person = onetime.new_code(), row.person
    StartCode.objects.filter(person=person).filter(Q(used=None) | Q(issued__lt=clock.now() - KEPT)).delete()
    row.digest = _digest(person.username, code)
    row.seal = integrity.of_code(row)
    row.save(force_insert=True)
    locks.release(person)
    locks.heard(person)
    return code


def _open() -> QuerySet[StartCode]:
    found = StartCode.objects.select_related("person", "issuer")
    return found.filter(used=None, expires__gt=clock.now(), person__is_active=True)


def _fits(row: StartCode) -> bool:
    """Is it as it was given out? Duties and factors may have changed since."""
    return integrity.is_code(row) and providers.takes_password(row.person) and (row.agreed or not takes_two(row.person))


def _digest(username: str, code: str) -> str:
    return salted_hmac(SALT, f"{username}\0{onetime.plain(code)}", algorithm="sha256").hexdigest()


def _run(_permit: Permit, content: requests.Content) -> None:
    """Raises Conflict where the person has gone."""
    person = Person.objects.filter(pk=content["person"], is_active=True).first()
    if person is None:
        raise Conflict(_("The person has been deactivated since this request."))
    StartCode.objects.filter(person=person, used=None).delete()
    row = _new(person, UUID(content["asker"]))
    row.agreed = True
    row.seal = integrity.of_code(row)
    row.save(force_insert=True)


def _lines(content: requests.Content) -> list[requests.Line]:
    return [
        requests.Line(lazy("Member of staff"), (content["name"],), (content["name"],)),
        requests.Line(lazy("Identity check"), (), (CHECKS[content["checked"]],)),
        requests.Line(lazy("Password"), (_("unchanged"),), (_("reset by the person with a start code"),)),
        requests.Line(lazy("Second factors"), (_("unchanged"),), (_("unchanged"),)),
        requests.Line(lazy("Sessions"), (_("unchanged"),), (_("all removed"),)),
    ]


START = requests.declare(
    requests.Act(
        kind="person:start",
        label=lazy("Start code for a forgotten password"),
        approve=Action.PERSON_APPROVE,
        rank=5,
        counted=lazy("people"),
        show=_lines,
        run=_run,
    )
)
