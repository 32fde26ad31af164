"""What machines send and are told, as types: unknown members are refused, so nothing is set that is not named here."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field, StrictBool, StrictInt, StrictStr, create_model

from toride.customers.fields import FIELDS, LARGEST_VALUE, MOST_VALUES, TEXT_LENGTH
from toride.customers.searching import MOST_CHARACTERS

PAGE, MOST = 50, 100
CURSOR = 4_096
WHOLE = frozenset({"value", "score"})
Text = Annotated[StrictStr, Field(max_length=TEXT_LENGTH)]
Branch = Annotated[StrictStr, Field(pattern=r"^[0-9A-Za-z_-]{1,8}$")]
Short = Annotated[StrictStr, Field(max_length=200)]
Content = str | int | list[str] | None


class Sent(Schema):
    """Nothing but what is named."""

    model_config = ConfigDict(extra="forbid")


def _content(name: str) -> Any:
    if FIELDS[name].many:
        return Annotated[list[Text], Field(max_length=MOST_VALUES)] | None
    if name in WHOLE:
        return Annotated[StrictInt, Field(gt=-LARGEST_VALUE, lt=LARGEST_VALUE)] | None
    return Text | None


Values = create_model(  # type: ignore[call-overload]
    "Values",
    __base__=Sent,
    **{name: (_content(name), Field(None)) for name, spec in FIELDS.items() if spec.typed},
)


class NewCustomer(Sent):
    """A customer to be registered at a branch."""

    branch: Branch
    values: Values  # type: ignore[valid-type] # made of the fields above


class Amended(Sent):
    """Fields to set; null clears one, and what is left out stays."""

    values: Values  # type: ignore[valid-type] # made of the fields above


class Filters(Sent):
    """Only customers of whom all of this is true; several codes are separated by commas."""

    branch: Short = ""
    owner: Short = ""
    status: Short = ""
    kind: Short = ""
    prefecture: Short = ""
    city: Short = ""
    birth_date: Short = ""
    value_from: Short = ""
    value_to: Short = ""


class Search(Sent):
    """A search, as in the one search box; in the body, so that no address holds a name."""

    text: Annotated[StrictStr, Field(max_length=MOST_CHARACTERS)] = ""
    filters: Filters = Filters()
    sort: Literal["kana", "value", "last_contact"] = "kana"
    descending: StrictBool = False
    after: Annotated[StrictStr, Field(max_length=CURSOR)] | None = None
    limit: Annotated[StrictInt, Field(ge=1, le=MOST)] = PAGE


class Withheld(Schema):
    """Why a field is not told: "masked" may be revealed by an act of a person; "closed" is closed to this key."""

    how: Literal["masked", "closed"]
    why: Literal["duty", "purpose", "connection"]


class Customer(Schema):
    """One customer: `values` are the open fields, null where nothing is known; `withheld` are the others, by reason."""

    id: UUID
    branch: str
    owner: UUID | None
    created: datetime
    values: dict[str, Content]
    withheld: dict[str, Withheld]


class Customers(Schema):
    """One page; `more` where there are more than `total`; `after` asks for the next page of the same question."""

    items: list[Customer]
    total: int
    more: bool
    after: str | None


class Made(Schema):
    """What was made."""

    id: UUID


class Changed(Schema):
    """Which fields really changed."""

    id: UUID
    changed: list[str]
