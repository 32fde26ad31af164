"""What is asked of a list, and a page of the answer; every source takes the one and gives the other."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.utils.crypto import constant_time_compare, salted_hmac

from toride.base.ids import ordered_id, parsed
from toride.vault.index.query import All, Expr
from toride.vault.permit import Category, Permit

Item = TypeVar("Item")
PAGE = 50
TEXT_LENGTH = 200
LISTED = "list"  # the verb of an event that searched for nothing in particular


@dataclass(frozen=True, slots=True)
class Ask:
    """A search as a person puts it; `among`: only these, such as the person's stars; `shown`: what of each row's
    subject whoever asks will show. Without a sort, the list's own.
    """

    text: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
    sort: str = ""
    descending: bool = False
    after: str | None = None
    limit: int = PAGE
    act: UUID = field(default_factory=ordered_id)
    exact_total: bool = False
    among: Sequence[UUID] | None = None
    shown: Collection[Category] = tuple(Category)

    @property
    def mark(self) -> str:
        """For the page, which sends it back: this act, and that it was for this text."""
        return marked(self.act, self.text)


@dataclass(frozen=True, slots=True)
class Found(Generic[Item]):
    """One page of a search; `question` is what the text asked, for marking its hits; `damaged`: so many of the page are
    left out, because their records do not open.
    """

    items: Sequence[Item]
    total: int
    capped: bool
    after: str | None = None
    question: Expr = field(default_factory=All)
    damaged: int = 0


def marked(act: UUID, text: str) -> str:
    """An act of the trail with a keyed digest, so that no other text goes on under it."""
    return f"{act}.{salted_hmac('toride.customers.act', f'{act}{text}', algorithm='sha256').hexdigest()[:32]}"


def act_of(sent: Mapping[str, Any], text: str) -> UUID:
    """Letters typed on, taken back or paged through are one search; another text begins another."""
    former, mark = sent.get("former", "")[:TEXT_LENGTH], sent.get("act", "")
    act = parsed(mark.partition(".")[0])
    goes_on = text == former or (text and former and (text.startswith(former) or former.startswith(text)))
    return act if act and goes_on and constant_time_compare(mark, marked(act, former)) else ordered_id()


def note(permit: Permit, ask: Ask, total: int, *, capped: bool) -> None:
    """What the event says of a search: for what, and how many were found."""
    permit.ledger.act = ask.act
    permit.ledger.terms = " ".join([ask.text, *(f"{key}={text}" for key, text in ask.filters.items() if text)]).strip()
    permit.ledger.did = "" if permit.ledger.terms else LISTED
    permit.ledger.facts |= {"found": total, "more": capped}
