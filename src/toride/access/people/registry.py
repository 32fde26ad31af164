"""The people of the institution: who they are and where they belong."""

import re
from collections.abc import Collection
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from toride.access import policy
from toride.access.actions import Action
from toride.access.models import Approval, Branch, Department, Person, StartCode
from toride.access.people.models import Provisioned
from toride.access.signin import devices, passwords, rules, tokens
from toride.audit import recorded
from toride.base import clock
from toride.base.errors import Conflict, Invalid
from toride.jobs import running
from toride.vault.permit import Permit

MOST_RANK = 9
LONGEST_NAME = 100
USERNAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{1,59}")


def add(
    username: str,
    name: str,
    *,
    roles: list[str],
    branch: Branch | None = None,
    department: Department | None = None,
    rank: int = 1,
    password: str | None = None,
) -> Person:
    """A new person. Raises Invalid for an unknown role or a weak password, Conflict for a taken sign-in name."""
    must_go_together(roles, rank)
    if Person.objects.filter(username=username).exists():
        raise Conflict(_("The sign-in name %(name)s is already in use.") % {"name": username})
    person = Person(username=username, name=name, roles=roles, branch=branch, department=department, rank=rank)
    if password is None:
        person.set_unusable_password()
    else:
        passwords.check(password, person, rules.current().passwords)
        passwords.keep(person, password)
    person.save()
    return person


@recorded(Action.PERSON_MANAGE, did="hire")
def hire(
    permit: Permit,
    *,
    username: str,
    name: str,
    roles: list[str],
    branch: str,
    rank: int,
    password: str | None = None,
) -> Person:
    """A new person, by somebody who manages people; without a password they begin with a start code.

    Raises Conflict for a taken sign-in name, Invalid with advice by field: an unknown branch, a name that cannot be
    one, a duty that decides on others' requests once somebody holds one (two people appoint to it).
    """
    _must_be_names(username, name)
    if _decides(roles, MOST_RANK) and any(
        _decides(one.roles, one.rank) for one in Person.objects.filter(is_active=True)
    ):
        advice = _(
            "Roles that make decisions need approval. Add the person with another role, then request the change."
        )
        raise Invalid(advice, {"roles": advice})
    home = Branch.objects.filter(code=branch).first()
    if home is None:
        codes = ", ".join(Branch.objects.order_by("code").values_list("code", flat=True))
        said = _("No such branch: %(code)s. Branches: %(codes)s") % {"code": branch, "codes": codes}
        raise Invalid(said, {"branch": _("Choose a branch.")})
    person = add(username, name, roles=roles, branch=home, rank=rank, password=password)
    permit.ledger.facts |= {
        "person": str(person.id),
        "username": username,
        "roles": roles,
        "branch": branch,
        "rank": rank,
    }
    return person


@recorded(Action.PERSON_MANAGE, did="dismiss")
def dismiss(permit: Permit, *, username: str) -> None:
    """Ends a person's access, as `leave`."""
    person = find(username)
    if person.id == permit.actor.id:
        raise Invalid(_("You can't deactivate yourself. Ask another administrator."))
    permit.ledger.facts |= {"person": str(person.id), "username": username, "active": False, **leave(person)}


def leave(person: Person) -> dict[str, int]:
    """Ends a person's access in the caller's transaction: the account, its tokens, connections, sessions, jobs and open
    requests; says how many of each. A directory brings back only whom it has ended itself.
    """
    person.is_active = False
    person.save(update_fields=["is_active"])
    Provisioned.objects.filter(person=person).update(left=None)
    StartCode.objects.filter(person=person, used=None).delete()
    return {
        "tokens": tokens.end_all(person),
        "connections": person.connections.filter(revoked=None).update(revoked=clock.now()),
        "sessions": devices.end_all(person.id),
        "jobs": running.cancel_all(person.id),
        "requests": _open_requests(person).update(state=Approval.State.WITHDRAWN, decided=clock.now()),
    }


def _open_requests(person: Person) -> QuerySet[Approval]:
    return Approval.objects.filter(asker=person, state__in=(Approval.State.WAITING, Approval.State.HELD))


@recorded(Action.PERSON_MANAGE, did="branch")
def open_branch(permit: Permit, *, code: str, name: str) -> Branch:
    """A new branch. Raises Conflict where code or name are taken."""
    if Branch.objects.filter(Q(code=code) | Q(name=name)).exists():
        raise Conflict(_("This branch code or name is already in use."))
    permit.ledger.facts |= {"branch": code}
    return Branch.objects.create(code=code, name=name)


def find(username: str) -> Person:
    """The person with this sign-in name; Invalid where there is none."""
    person = Person.objects.filter(username=username).first()
    if person is None:
        raise Invalid(_("No such user: %(name)s") % {"name": username})
    return person


def _must_be_names(username: str, name: str) -> None:
    errors = {}
    if not USERNAME.fullmatch(username):
        errors["username"] = _("Use 2 to 60 letters, digits, and . _ - @.")
    if not 0 < len(name.strip()) <= LONGEST_NAME:
        errors["name"] = _("Enter a name of at most %(most)d characters.") % {"most": LONGEST_NAME}
    if errors:
        raise Invalid(_("Please fix the highlighted fields."), errors)


def id_of(username: str) -> UUID | None:
    """The id of a sign-in name, or None."""
    return Person.objects.filter(username=username).values_list("id", flat=True).first()


def must_go_together(roles: list[str], rank: int, held: Collection[str] = ()) -> None:
    """Raises Invalid for an unknown duty, for one that begins above the rank, or for two that one person must not hold.

    What is `held` already may stay: below its rank it grants nothing.
    """
    rules = policy.current()
    unknown = sorted(set(roles) - set(held) - set(rules.duties))
    if unknown:
        known = {"names": ", ".join(unknown), "known": ", ".join(sorted(rules.duties))}
        raise Invalid(_("No such role: %(names)s. Roles: %(known)s") % known)
    for duty in (rules.duties[code] for code in roles if code not in held):
        if duty.rank > rank:
            advice = _("%(duty)s requires rank %(rank)d or higher.") % {"duty": duty.label, "rank": duty.rank}
            raise Invalid(advice, {"roles": advice})
    if two := rules.clash(roles):
        names = ", ".join(policy.called(code) for code in sorted(two))
        raise Invalid(
            _("One person can't hold all of these roles: %(names)s.") % {"names": names},
            {"roles": _("One person can't hold all of these roles: %(names)s.") % {"names": names}},
        )


def _decides(roles: list[str], rank: int) -> bool:
    """On others' duties, the policy or keys; who answers for customers decides only on access to these."""
    acts = (Action.PERSON_APPROVE, Action.POLICY_APPROVE, Action.KEY_APPROVE)
    return any(policy.current().of(roles, rank, act) for act in acts)
