"""The people of the institution: who they are and where they belong."""

from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from toride.access import devices, passwords, policy, rules
from toride.access.actions import Action
from toride.access.models import Branch, Department, Person, PersonalToken
from toride.access.provisioning.models import Provisioned
from toride.access.roles import SHIPPED, clash
from toride.audit import recorded
from toride.base import clock
from toride.base.errors import Conflict, Invalid
from toride.jobs import running
from toride.vault.permit import Permit

SHIPPED_ROLES = frozenset(SHIPPED)
MOST_RANK = 9


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
    must_go_together(roles)
    if Person.objects.filter(username=username).exists():
        raise Conflict(f"The sign-in name {username} is taken.")
    person = Person(username=username, name=name, roles=roles, branch=branch, department=department, rank=rank)
    if password is None:
        person.set_unusable_password()
    else:
        passwords.check(password, person, rules.current().passwords)
        passwords.keep(person, password)
    person.save()
    return person


@recorded(Action.PERSON_MANAGE)
def hire(
    permit: Permit, *, username: str, name: str, roles: list[str], branch: str, rank: int, password: str
) -> Person:
    """A new person, by somebody who manages people. Raises Conflict for a taken name, Invalid for an unknown branch,
    and for a duty that decides on others' requests, once somebody holds one: two people appoint to it.
    """
    if _decides(roles, MOST_RANK) and any(
        _decides(one.roles, one.rank) for one in Person.objects.filter(is_active=True)
    ):
        raise Invalid(_("Two people appoint who decides: add the person with another duty, then ask for the change."))
    home = Branch.objects.filter(code=branch).first()
    if home is None:
        codes = ", ".join(Branch.objects.order_by("code").values_list("code", flat=True))
        raise Invalid(f"There is no branch {branch}. Branches: {codes}.")
    person = add(username, name, roles=roles, branch=home, rank=rank, password=password)
    permit.ledger.facts |= {
        "person": str(person.id),
        "username": username,
        "roles": roles,
        "branch": branch,
        "rank": rank,
    }
    return person


@recorded(Action.PERSON_MANAGE)
def dismiss(permit: Permit, *, username: str) -> None:
    """Ends a person's access, as `leave`."""
    person = find(username)
    if person.id == permit.actor.id:
        raise Invalid("Nobody ends their own access; ask another administrator.")
    permit.ledger.facts |= {"person": str(person.id), "username": username, "active": False, **leave(person)}


def leave(person: Person) -> dict[str, int]:
    """Ends a person's access in the caller's transaction: the account, its tokens, connections, sessions and jobs; says
    how many of each. A directory brings back only whom it has ended itself.
    """
    person.is_active = False
    person.save(update_fields=["is_active"])
    Provisioned.objects.filter(person=person).update(left=None)
    return {
        "tokens": PersonalToken.objects.filter(person=person, revoked=False).update(revoked=True),
        "connections": person.connections.filter(revoked=None).update(revoked=clock.now()),
        "sessions": devices.end_all(person.id),
        "jobs": running.cancel_all(person.id),
    }


@recorded(Action.PERSON_MANAGE)
def open_branch(permit: Permit, *, code: str, name: str) -> Branch:
    """A new branch. Raises Conflict where code or name are taken."""
    if Branch.objects.filter(Q(code=code) | Q(name=name)).exists():
        raise Conflict("This code or name is taken.")
    permit.ledger.facts |= {"branch": code}
    return Branch.objects.create(code=code, name=name)


def find(username: str) -> Person:
    """The person with this sign-in name; Invalid where there is none."""
    person = Person.objects.filter(username=username).first()
    if person is None:
        raise Invalid(f"Nobody signs in as {username}.")
    return person


def id_of(username: str) -> UUID | None:
    """The id of a sign-in name, or None."""
    return Person.objects.filter(username=username).values_list("id", flat=True).first()


def must_go_together(roles: list[str]) -> None:
    """Raises Invalid for an unknown role, or for two that one person must not hold."""
    unknown = sorted(set(roles) - SHIPPED_ROLES)
    if unknown:
        raise Invalid(f"There is no role {', '.join(unknown)}. Roles: {', '.join(sorted(SHIPPED_ROLES))}.")
    if two := clash(roles):
        names = ", ".join(str(SHIPPED[code].label) for code in sorted(two))
        raise Invalid(
            _("These duties do not belong in one hand: %(names)s.") % {"names": names},
            {"roles": _("These duties do not belong in one hand: %(names)s.") % {"names": names}},
        )


def _decides(roles: list[str], rank: int) -> bool:
    """On others' duties, the policy or keys; who answers for customers decides only on access to these."""
    acts = (Action.PERSON_APPROVE, Action.POLICY_APPROVE, Action.KEY_APPROVE)
    return any(policy.current().of(roles, rank, act) for act in acts)
