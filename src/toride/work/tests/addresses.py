"""What each role is answered at the addresses of work."""

from uuid import UUID

from tests.above import tasks
from tests.addresses import EVERYBODY, ROLES, Address, only
from tests.people import House
from toride.work import items

HOURS = {f"{name}{day}": at for day in range(5) for name, at in (("begins", "09:00"), ("ends", "17:00"))}


def item(house: House) -> UUID:
    """That a mail to the teller does not arrive, which waits for whoever manages people."""
    return items.open_item(tasks.MAIL_UNDELIVERED, about=house.teller.pk).pk


KNOWN = {"item": item}
ADDRESSES = (
    Address("business_calendar", only(200, "admin"), only(302, "admin"), sent={**HOURS, "year_end": "31"},
            rows="the administrator's one calendar"),
    Address("notifications", EVERYBODY, dict.fromkeys(ROLES, 302), sent={"email": "", "language": "ja"},
            rows="the person's own settings"),
    Address("item_finish", post=dict.fromkeys(ROLES, 404) | only(302, "admin"), known={"item": "item"}),
)  # fmt: skip
