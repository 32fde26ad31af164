"""The result of a campaign: everything that was decided, signed by the trail's key, checked at every reading."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from toride.access.models import Person
from toride.access.reviews.evidence import FINDINGS, STAFF_FINDINGS
from toride.access.reviews.models import UNDECIDED, Campaign, Item
from toride.audit import checkpoints

HEAD = "Toride access review v1"
State = Item.State
Result = Mapping[str, Any]


def compose(campaign: Campaign, items: Sequence[Item], closer: Person) -> str:
    """The signed note of a campaign that is being closed."""
    states = Counter(item.state for item in items)
    found = {
        "campaign": str(campaign.pk),
        "opened": _at(campaign.opened), "due": _at(campaign.due), "closed": _at(campaign.closed),
        "opened_by": _who(campaign.opener), "closed_by": _who(closer),
        "scope": {"branches": campaign.branches, "departments": campaign.departments, **campaign.covers},
        "days": {"unused": campaign.unused, "dormant": campaign.dormant},
        "counts": {
            "grants": len(items),
            "kept": states[State.KEPT],
            "removed": states[State.REMOVED],
            "undecided": sum(states[one] for one in UNDECIDED),
            "asked": sum(item.asked is not None for item in items),
            "kept_against_findings": sum(item.state == State.KEPT and bool(item.findings) for item in items),
            "mismatches": sum(campaign.staff.get(one, 0) for one in (*STAFF_FINDINGS, "unknown")),
            "ended_attempts": campaign.ended.get("attempts", 0),
            "ended_successes": campaign.ended.get("successes", 0),
        },
        "findings": {code: sum(code in item.findings for item in items) for code in FINDINGS},
        "decided_by": dict(Counter(item.decider.username for item in items if item.decider)),
        "staff_file": {key: value for key, value in campaign.staff.items() if key != "digest"},
        "ended_people": {key: value for key, value in campaign.ended.items() if key != "people"},
        "items": [_line(item) for item in items],
    }  # fmt: skip
    return checkpoints.attest(f"{HEAD}\n{orjson.dumps(found, option=orjson.OPT_SORT_KEYS).decode()}\n")


def opened(note: str, by: Any = None) -> Result | None:
    """What a note says; None where it is not as it was signed, or no result."""
    text = checkpoints.attested(note, by)
    if text is None or not text.startswith(f"{HEAD}\n"):
        return None
    read: Result = orjson.loads(text.removeprefix(f"{HEAD}\n"))
    return read


def of(campaign: Campaign) -> Result | None:
    """The result of this campaign; None where what is kept is not what was signed for it."""
    found = opened(campaign.result)
    return found if found is not None and found["campaign"] == str(campaign.pk) else None


def digest(note: str) -> str:
    """SHA-256 of the note, in hex."""
    return hashlib.sha256(note.encode()).hexdigest()


def _line(item: Item) -> dict[str, Any]:
    return {
        "person": _who(item.person),
        "branch": item.person.branch_id or "",
        "kind": item.kind,
        "what": item.what,
        "used": _at(item.used),
        "findings": item.findings,
        "state": item.state if item.state not in UNDECIDED else "undecided",
        "reviewer": item.reviewer.username if item.reviewer else "",
        "above": item.above,
        "decided_by": item.decider.username if item.decider else "",
        "decided": _at(item.decided),
    }


def _who(person: Person) -> list[str]:
    return [person.username, person.name]


def _at(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment else ""
