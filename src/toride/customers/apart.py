"""Numbers that policy seals apart from the record they were found in: few may open them, and end them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from toride.audit import recorded
from toride.customers import barred
from toride.customers.actions import Action
from toride.customers.fields import FIELDS
from toride.vault import records
from toride.vault.permit import Category, Mode, Permit
from toride.vault.records import Draft
from toride.vault.values import Value

KIND = "apart"
Numbers = Sequence[tuple[str, barred.Kind, str]]


@dataclass(frozen=True, slots=True)
class Apart:
    """One number: in which field it was found, which kind it is, when."""

    id: UUID
    field: str
    kind: barred.Kind
    number: Value
    at: datetime


def keep(found: Sequence[tuple[UUID, Numbers]]) -> None:
    """Seals the numbers of each subject apart, in the caller's transaction."""
    records.write(
        [
            Draft(
                subject=subject,
                category=Category.SENSITIVE,
                kind=KIND,
                data={"field": name, "kind": kind, "number": number},
            )
            for subject, numbers in found
            for name, kind, number in numbers
        ]
    )


def of(permit: Permit, subject: UUID) -> list[Apart]:
    """What was sealed apart of one customer, as far as the permit opens it; oldest first."""
    found = records.read(permit, [subject], kinds=(KIND,), categories=(Category.SENSITIVE,)).get(subject, [])
    permit.ledger.facts["numbers"] = len(found)
    return [_apart(one) for one in found]


@recorded(Action.APART_END)
def end(permit: Permit, subject: UUID) -> int:
    """Ends all of one customer's; how many. What a backup holds of them ends with the customer's keys."""
    count = records.remove(permit, subject, Category.SENSITIVE, KIND)
    permit.ledger.touch(subject, Mode.ERASED, Category.SENSITIVE)
    permit.ledger.facts["numbers"] = count
    return count


def _apart(record: records.Record) -> Apart:
    told = {name: getattr(record.values[name], "content", "") for name in ("field", "kind")}
    label = FIELDS[told["field"]].label if told["field"] in FIELDS else ""
    return Apart(
        record.id, label, barred.Kind(told["kind"] or barred.Kind.CARD), record.values["number"], record.changed
    )
