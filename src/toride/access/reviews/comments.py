"""What is said about a grant: question, answer, reason; sealed, and open to those whom it concerns."""

from collections.abc import Mapping, Sequence
from typing import Any

from toride.access.models import Person
from toride.access.reviews import reviewers
from toride.access.reviews.models import Item
from toride.base import clock
from toride.base.errors import Conflict, Unavailable
from toride.vault import records
from toride.vault.aead import Unopenable
from toride.vault.keyring import Kind
from toride.vault.permit import Permit

MOST_TALK = 20
Said = Mapping[str, Any]


def heard(permit: Permit, item: Item) -> Sequence[Said]:
    """What was said, the oldest first: what, who, at, words. Raises Unavailable where it does not open."""
    if not item.talk:
        return []
    try:
        found: Sequence[Said] = records.open_with(permit, Kind.FILES, bytes(item.talk), _place(item))["talk"]
    except Unopenable:
        raise Unavailable("altered") from None
    return found


def say(permit: Permit, item: Item, what: str, words: str) -> None:
    """Adds to the item, which the caller saves. Raises Conflict above MOST_TALK."""
    before = heard(permit, item)
    if len(before) >= MOST_TALK:
        raise Conflict
    said = {"what": what, "who": permit.actor.name, "at": clock.now().isoformat(), "words": words}
    item.talk = records.seal_with(Kind.FILES, {"talk": [*before, said]}, _place(item))


def may_answer(person: Person, item: Item) -> bool:
    """The person whom it concerns, or a superior of theirs who is not the one that asked."""
    if not person.is_active or person.id == item.reviewer_id:
        return False
    above = reviewers.reviewer(person)
    return person.id == item.person_id or (above is not None and above.reaches(item.person))


def _place(item: Item) -> bytes:
    return b"grant" + item.pk.bytes
