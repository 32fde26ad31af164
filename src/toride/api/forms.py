"""What machines send and are told, as types: unknown members are refused, so nothing is set that is not named here."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.conf import settings
from ninja import Schema
from pydantic import ConfigDict, Field, StrictBool, StrictInt, StrictStr, create_model

from toride.customers.fields import FIELDS, LARGEST_VALUE
from toride.customers.imports import mapping
from toride.customers.imports.reasons import DOUBTS
from toride.customers.searching import MOST_CHARACTERS
from toride.fields.types import MOST_VALUES, TEXT_LENGTH

PAGE, MOST = 50, 100
CURSOR = 4_096
Text = Annotated[StrictStr, Field(max_length=TEXT_LENGTH)]
Branch = Annotated[StrictStr, Field(pattern=r"^[0-9A-Za-z_-]{1,8}$")]
Short = Annotated[StrictStr, Field(max_length=200)]
Contact = tuple[str, str]  # day, how
Content = str | int | list[str] | list[Contact] | None


class Sent(Schema):
    """Nothing but what is named."""

    model_config = ConfigDict(extra="forbid")


def _content(name: str) -> Any:
    if FIELDS[name].many:
        return Annotated[list[Text], Field(max_length=MOST_VALUES)] | None
    if FIELDS[name].type.whole:
        return Annotated[StrictInt, Field(gt=-LARGEST_VALUE, lt=LARGEST_VALUE)] | None
    return Text | None


Values = create_model(  # type: ignore[call-overload]
    "Values",
    __base__=Sent,
    **{name: (_content(name), Field(None)) for name, spec in FIELDS.items() if spec.typed},
)


class NewCustomer(Sent):
    """A customer to be registered at a branch. `number_meant`: though a customer has nearly the same number."""

    branch: Branch
    number_meant: StrictBool = False
    values: Values  # type: ignore[valid-type] # made of the fields above


class Amended(Sent):
    """Fields to set; null clears one, and what is left out stays. `confirmed`: it may look like another person.
    `number_meant`: though a customer has nearly the same number.
    """

    confirmed: StrictBool = False
    number_meant: StrictBool = False
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
    """Why a field is not told: "masked" may be revealed by an act of a person; "closed" is closed to this key; "unread"
    is open to it, and told where the customer is read: a search does not open it.
    """

    how: Literal["masked", "closed", "unread"]
    why: Literal["duty", "purpose", "connection", "search"]


class Customer(Schema):
    """One customer: `values` are the open fields, null where nothing is known; `withheld` are the others, by reason."""

    id: UUID
    branch: str
    owner: UUID | None
    created: datetime
    values: dict[str, Content]
    withheld: dict[str, Withheld]


class Customers(Schema):
    """One page; `more` where there are more than `total`; `after` asks for the next page of the same question;
    `unopenable`: so many of the page are left out, because what is stored of them is not what was sealed.
    """

    items: list[Customer]
    total: int
    more: bool
    after: str | None
    unopenable: int


class Made(Schema):
    """What was made."""

    id: UUID


class Changed(Schema):
    """Which fields really changed."""

    id: UUID
    changed: list[str]


Outcome = Literal["ok", "refused", "failed"]


class Member(Schema):
    """One of the institution's people."""

    id: UUID
    username: str
    name: str
    branch: str | None
    department: str | None
    rank: int
    roles: list[str]
    active: bool


class People(Schema):
    """One page."""

    items: list[Member]
    after: str | None


class Actor(Schema):
    """Who did it, as they were called then."""

    id: UUID
    username: str
    name: str


class Touched(Schema):
    """Which customer an event touched, in which way, in which of the five categories."""

    id: UUID
    mode: str
    categories: list[int]


class Event(Schema):
    """One event at its place in the trail."""

    index: int
    id: UUID
    at: datetime
    act: UUID
    action: str
    did: str
    outcome: Outcome
    reason: str
    purpose: str
    policy: str
    door: str
    actor: Actor | None
    touched: list[Touched]


class Events(Schema):
    """One page, the newest first."""

    items: list[Event]
    after: str | None


class NewImport(Sent):
    """A file that will be sent: its name, where it comes from, how many bytes."""

    branch: Branch
    name: Short
    origin: Short = ""
    size: StrictInt


class Begun(Schema):
    """Send the file to `/imports/{id}/file` in parts of `part` bytes; the last one may be shorter."""

    id: UUID
    part: int


class Received(Schema):
    """How many bytes stand, of how many."""

    stands: int
    size: int


class Decided(Sent):
    """For each column, in order, a field or null, and how rows are read.

    `heading_row`: where the headings stand, from 1. `number_them`: the file has no customer numbers. `company_is`: in
    rows with a company and a person. `leave_empty`: fields that are left empty where they are not in order; without it
    all that may be; with [] such rows are rejected. `take`: kinds of doubt that are brought in all the same.
    """

    targets: Annotated[list[Short | None], Field(max_length=settings.IMPORT_MAX_COLUMNS)]
    header: StrictBool = True
    heading_row: Annotated[StrictInt, Field(ge=1, le=mapping.TOP)] | None = None
    number_them: StrictBool = False
    company_is: Literal["customer", "employer"] | None = None
    hidden_rows: StrictBool = False
    leave_empty: Annotated[list[Short], Field(max_length=len(FIELDS))] | None = None
    take: Annotated[list[Short], Field(max_length=len(DOUBTS))] = []
    encoding: Short | None = None
    delimiter: Short | None = None


class Columns(Schema):
    """How the file is read; `lacking`: what must still be decided. `guessed`: it needs a yes.

    `left`: what is not brought in, and why.
    """

    encoding: str
    delimiter: str
    header: bool
    heading_row: int
    guessed: bool
    left: dict[str, str]
    targets: list[str | None]
    lacking: list[str]


class Started(Sent):
    """How to run it."""

    leave_out_duplicates: StrictBool = False


class Going(Schema):
    """How a job goes, in rows; `counts` once it has ended, and what was `left`, by heading."""

    state: str
    done: int
    total: int | None
    counts: dict[str, int]
    left: dict[str, str] = {}


class Import(Going):
    """An import."""

    id: UUID
    branch: str
    created: datetime


class Imports(Schema):
    """The newest ones."""

    items: list[Import]
