"""What a decision on some grants needs, and what it does to each."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from toride.access.models import Connection, Person
from toride.access.people import registry, role_changes
from toride.access.reviews import reviewers
from toride.access.reviews.models import UNDECIDED, Campaign, Item
from toride.base import clock
from toride.base.errors import Conflict, Hidden, Invalid, Refused
from toride.vault.permit import Permit

MOST_AT_ONCE = 40
DECISIONS = ("keep", "remove", "ask")
State = Item.State
LEAVER = "leaver"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is about to be decided."""

    items: Sequence[Item]
    decision: str

    @property
    def wants_words(self) -> bool:
        """A question, or a grant that is kept against a finding."""
        return self.decision == "ask" or (self.decision == "keep" and any(item.findings for item in self.items))

    @property
    def wants_sure(self) -> bool:
        """What ends at once, or many."""
        return self.decision == "remove" or len(self.items) > 1

    @property
    def leavers(self) -> list[Person]:
        """Whose access ends altogether: they have left."""
        gone = {item.person.id: item.person for item in self.items if LEAVER in item.findings}
        return list(gone.values()) if self.decision == "remove" else []


def plan(permit: Permit, items: Sequence[UUID], decision: str, *, lock: bool = False) -> Plan:
    """Raises Hidden where one is not the actor's to decide, Refused where it may be no more, Conflict where it is
    decided or its campaign closed, Invalid where together they cannot be decided like this.
    """
    if decision not in DECISIONS or not items:
        raise Invalid(_("Choose a decision."))
    if len(set(items)) > MOST_AT_ONCE:
        raise Invalid(_("At most %(most)d at once.") % {"most": MOST_AT_ONCE})
    rows = Item.objects.filter(pk__in=items, reviewer=permit.actor.id)
    if lock:
        campaigns = rows.order_by("campaign").values_list("campaign", flat=True).distinct()
        list(Campaign.objects.select_for_update().filter(pk__in=list(campaigns)).order_by("pk"))
    found = list(rows.select_related("person", "campaign").order_by("person__username", "kind", "what"))
    if len(found) != len(set(items)):
        raise Hidden
    me = reviewers.reviewer(Person.objects.get(pk=permit.actor.id))
    if me is None or not all(me.may(item.person, item.kind, item.what) for item in found):
        raise Refused("second-person")
    if any(item.campaign.closed for item in found):
        raise Conflict(_("This review is closed."))
    if any(item.state not in UNDECIDED for item in found):
        raise Conflict(_("This has already been decided."))
    if decision != "remove" and len(found) > 1 and any(item.findings for item in found):
        raise Invalid(_("Permissions with findings must be kept or questioned one by one, with a reason."))
    return Plan(found, decision)


def settle(permit: Permit, item: Item, decision: str) -> None:
    """Decides one grant, of which the caller holds the campaign. Raises Conflict where the grant stands no more."""
    now = clock.now()
    if decision == "ask":
        item.state, item.asked = State.ASKED, now
    else:
        item.state = State.KEPT if decision == "keep" else State.REMOVED
        item.decider_id, item.decided = permit.actor.id, now
        _take(item) if decision == "remove" else _must_stand(item)
    changed = Item.objects.filter(pk=item.pk, state__in=UNDECIDED)
    if not changed.update(
        state=item.state, asked=item.asked, decider=item.decider_id, decided=item.decided, talk=item.talk
    ):
        raise Conflict(_("This has already been decided."))


def _take(item: Item) -> None:
    """Ends the grant, if it still stands; who has left loses their access altogether."""
    if item.kind == Item.Kind.KEY:
        Connection.objects.filter(pk=item.what, revoked=None).update(revoked=clock.now())
    person = Person.objects.select_for_update(of=("self",)).get(pk=item.person_id)
    if person.is_active and LEAVER in item.findings:
        registry.leave(person)
        role_changes.must_stand()
    if item.kind == Item.Kind.DUTY and item.what in person.roles:
        role_changes.drop(person, item.what)


def _must_stand(item: Item) -> None:
    if item.kind == Item.Kind.KEY:
        stands = Connection.objects.filter(pk=item.what, revoked=None).exists()
    else:
        person = Person.objects.get(pk=item.person_id)
        stands = person.is_active and item.what in person.roles
    if not stands:
        raise Conflict(_("This permission has already ended. Choose “Remove” to record it."))
