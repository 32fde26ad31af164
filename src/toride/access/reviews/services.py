"""What is done in a review: opened, compared with the staff file, decided grant by grant, answered, closed."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from toride.access.actions import Action
from toride.access.approvals.requests import worded
from toride.access.models import Branch, Department, Person
from toride.access.reviews import comments, decisions, evidence, result, reviewers, staff_file
from toride.access.reviews.models import UNDECIDED, Campaign, Item
from toride.audit import recorded, usage
from toride.base import clock
from toride.base.errors import Conflict, Hidden, Invalid
from toride.vault.permit import Permit

DAYS = {"days": (1, 60), "unused": (7, 730), "dormant": (7, 730)}
USUAL = {"days": 14, "unused": 90, "dormant": 60}
FIRST_LOOK = timedelta(days=365)  # how far back the first campaign looks for attempts of ended people
State = Item.State


@recorded(Action.CAMPAIGN_OPEN)
def open_campaign(
    permit: Permit,
    *,
    branches: Sequence[str] = (),
    departments: Sequence[str] = (),
    reviewer: str = "",
    days: int = USUAL["days"],
    unused: int = USUAL["unused"],
    dormant: int = USUAL["dormant"],
) -> Campaign:
    """A campaign over every grant within this scope (everybody, where it is empty), until so many days from now.

    `reviewer`: the sign-in name of who reviews wherever they may; by default the nearest. Raises Invalid by field.
    """
    chosen = _asked(branches, departments, reviewer, {"days": days, "unused": unused, "dormant": dormant})
    now = clock.now()
    before = Campaign.objects.order_by("-opened").first()
    made = Campaign(
        opener_id=permit.actor.id, branches=sorted(set(branches)), departments=sorted(set(departments)),
        unused=unused, dormant=dormant, opened=now, due=now + timedelta(days=days),
        since=before.opened if before else now - FIRST_LOOK,
    )  # fmt: skip
    people = list(Person.objects.filter(evidence.scope(branches, departments)).order_by("username"))
    if not people:
        raise Invalid(_("No one works there."), {"branches": _("No one works there.")})
    made.covers = _covers(made, people)
    made.ended = _ended(permit, made)
    made.save(force_insert=True)
    among = reviewers.reviewers()
    first = [one for one in among if chosen is not None and one.person.id == chosen.id]
    items = [_item(made, grant, first, among) for grant in evidence.grants(permit, made, people)]
    Item.objects.bulk_create(items, batch_size=200)
    permit.ledger.facts |= {
        "campaign": str(made.pk), "step": "open", "items": len(items), "branches": made.branches,
        "departments": made.departments, "left_out": made.covers["left_out"],
        "reviewer": str(chosen.id) if chosen else "",
    }  # fmt: skip
    return made


@recorded(Action.CAMPAIGN_OPEN, did="compare")
def compare(permit: Permit, *, campaign: UUID, content: bytes) -> Campaign:
    """Compares what is undecided with the staff file, of which only figures are kept.

    Raises Invalid for a file that cannot be used, Hidden, Conflict where the campaign is closed.
    """
    found = standing(campaign)
    rows = staff_file.read(content)
    items = list(found.items.select_related("person__branch", "person__department"))
    verdict = {item.person_id: staff_file.judge(rows.get(staff_file.plain(item.person.username)), item.person)
               for item in items}  # fmt: skip
    for item in items:
        item.findings = evidence.with_staff(item.findings, verdict[item.person_id])
    open_now = [item for item in items if item.state in UNDECIDED]
    Item.objects.bulk_update(open_now, ["findings"], batch_size=200)
    known = {staff_file.plain(name) for name in Person.objects.values_list("username", flat=True)}
    counts = Counter(verdict.values())
    found.staff = {
        "at": clock.now().isoformat(timespec="seconds"),
        "rows": len(rows),
        **{code: counts[code] for code in evidence.STAFF_FINDINGS},
        "unknown": sum(name not in known and not all(row.gone for row in told) for name, told in rows.items()),
    }
    found.save(update_fields=["staff"])
    permit.ledger.facts |= {"campaign": str(campaign), "step": "compare", **found.staff}
    return found


@recorded(Action.CAMPAIGN_DECIDE)
def decide(permit: Permit, *, items: Sequence[UUID], decision: str, words: str = "", sure: int | None = None) -> None:
    """Keeps, removes or asks about these grants, all or none; what is removed ends at once.

    `words`: the question, or why a grant is kept against a finding. `sure`: how many there are, said back for what is
    removed or many. Raises Hidden for another's, Refused, Conflict where it is decided or closed, Invalid by field.
    """
    plan = decisions.plan(permit, items, decision, lock=True)
    if plan.wants_words:
        words = worded(words, "words")
    if plan.wants_sure and sure != len(plan.items):
        raise Invalid(_("Please fix the highlighted fields."), {"sure": _("Check the list again, then confirm.")})
    for item in plan.items:
        if words:
            comments.say(permit, item, "question" if decision == "ask" else decision, words)
        decisions.settle(permit, item, decision)
    what = [[str(item.person_id), item.what] for item in plan.items]
    permit.ledger.facts |= {"decision": decision, "count": len(what), "grants": what}


@recorded(Action.CAMPAIGN_ANSWER)
def answer(permit: Permit, *, item: UUID, words: str) -> None:
    """Answers the question about a grant; then it can be decided. Raises Hidden for whom it does not concern."""
    found = Item.objects.select_related("person").filter(pk=item).first()
    if found is None or not comments.may_answer(Person.objects.get(pk=permit.actor.id), found):
        raise Hidden
    standing(found.campaign_id)
    found.refresh_from_db(fields=["state", "talk"])
    if found.state != State.ASKED:
        raise Conflict(_("There is no open question."))
    comments.say(permit, found, "answer", worded(words, "words"))
    found.state = State.OPEN
    found.save(update_fields=["state", "talk"])
    permit.ledger.facts |= {"campaign": str(found.campaign_id), "item": str(item)}


@recorded(Action.CAMPAIGN_OPEN, did="close")
def close(permit: Permit, *, campaign: UUID) -> Campaign:
    """Closes a campaign and signs its result, in which whatever is undecided is named.

    Raises Hidden, and Conflict where it is closed, or something is undecided and the deadline has not come.
    """
    found = standing(campaign)
    closer = Person.objects.get(pk=permit.actor.id)
    items = list(
        found.items.select_related("person", "reviewer", "decider").order_by("person__username", "kind", "what")
    )
    undecided = sum(item.state in UNDECIDED for item in items)
    if undecided and clock.now() < found.due:
        raise Conflict(_("Some permissions are undecided, and the deadline has not passed."))
    found.closed, found.closer = clock.now(), closer
    found.ended = _ended(permit, found)
    found.result = result.compose(found, items, closer)
    found.save(update_fields=["closed", "closer", "ended", "result"])
    permit.ledger.facts |= {
        "campaign": str(campaign), "step": "close", "digest": result.digest(found.result), "items": len(items),
        "undecided": undecided,
    }  # fmt: skip
    return found


def standing(campaign: UUID) -> Campaign:
    """An open campaign, whose row the caller then holds. Raises Hidden for an unknown, Conflict for a closed one."""
    found = Campaign.objects.select_for_update(of=("self",)).select_related("opener").filter(pk=campaign).first()
    if found is None:
        raise Hidden
    if found.closed:
        raise Conflict(_("This review is closed."))
    return found


def _asked(branches: Sequence[str], departments: Sequence[str], reviewer: str, days: dict[str, int]) -> Person | None:
    errors: dict[str, str] = {}
    if Branch.objects.filter(pk__in=branches).count() != len(set(branches)):
        errors["branches"] = _("Choose a home branch")
    if Department.objects.filter(pk__in=departments).count() != len(set(departments)):
        errors["departments"] = _("Choose a department")
    for name, (least, most) in DAYS.items():
        if not least <= days[name] <= most:
            errors[name] = _("Enter %(least)d to %(most)d.") % {"least": least, "most": most}
    chosen = Person.objects.filter(username=reviewer).first() if reviewer else None
    if reviewer and (chosen is None or reviewers.reviewer(chosen) is None):
        errors["reviewer"] = _("This person's role can't review access.")
    if errors:
        raise Invalid(_("Please fix the highlighted fields."), errors)
    return chosen


def _covers(campaign: Campaign, people: Sequence[Person]) -> dict[str, object]:
    """How many people are in scope, how many are left out, and which branches and departments have some of these."""
    inside = {person.id for person in people}
    outside = [one for one in Person.objects.filter(is_active=True) if one.id not in inside]
    return {
        "everybody": not (campaign.branches or campaign.departments),
        "people": len(people),
        "left_out": len(outside),
        "branches_left_out": sorted({one.branch_id for one in outside if one.branch_id}),
        "departments_left_out": sorted({one.department_id for one in outside if one.department_id}),
    }


def _item(
    campaign: Campaign, grant: evidence.Grant, first: Sequence[reviewers.Reviewer], among: Sequence[reviewers.Reviewer]
) -> Item:
    chosen = reviewers.pick(first, grant.person, grant.kind, grant.what)
    found = chosen or reviewers.pick(among, grant.person, grant.kind, grant.what)
    findings = grant.findings if found else evidence.with_staff([*grant.findings, "orphan"], "")
    return Item(
        campaign=campaign, person=grant.person, kind=grant.kind, what=grant.what, called=grant.called,
        used=grant.used, findings=list(findings), reviewer=found.person if found else None,
        above=found is not None and chosen is None and found.above,
    )  # fmt: skip


def _ended(permit: Permit, campaign: Campaign) -> dict[str, object]:
    """What was tried since the campaign before in the name of people whose access had ended; ids and figures."""
    ended = {
        person.id: max(person.ended or campaign.since, campaign.since)
        for person in Person.objects.filter(is_active=False)
    }
    found = usage.after(permit, ended)
    return {
        "people": [[str(who), one.attempts, one.successes, one.last.isoformat()] for who, one in found.items()],
        "attempts": sum(one.attempts for one in found.values()),
        "successes": sum(one.successes for one in found.values()),
        "unknown": usage.unknown(permit, campaign.since),
    }
