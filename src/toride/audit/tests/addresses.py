"""What each role is answered at the addresses of the trail."""

from uuid import UUID, uuid4

from tests.addresses import Address, only
from tests.people import House


def event(_house: House) -> UUID:
    """None that is there: it has its place once it is committed and entered (access/tests/test_event_page.py)."""
    return uuid4()


E = {"event": "event"}
KNOWN = {"event": event}
ADDRESSES = (
    Address("trail", only(200, "dpo", "auditor"), rows="entries are committed: access/tests/test_trail_pages.py"),
    Address("audit_event", only(404, "dpo", "auditor"), known=E),
    Address("audit_proof", only(404, "dpo", "auditor"), known=E),
    Address("who_saw", only(200, "manager", "steward", "dpo", "auditor"), known={"subject": "customer"}),
)
