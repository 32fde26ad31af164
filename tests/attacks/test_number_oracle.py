"""Numbers of another branch are not tried one after the other."""

import pytest

from tests.kit import enter
from tests.people import House
from toride.audit.events import decode
from toride.audit.models import Inbox, Outbox

pytestmark = pytest.mark.requirement("T1")


def test_taken_numbers_are_counted(house: House) -> None:
    own = house.customer("OWN-1")
    for n in range(12):
        house.customer(f"B-{n}", branch=house.wakaba)
    client = enter(house.teller)
    answers = [client.post(f"/customers/{own}/change/", {"number": f"B-{n}"}).status_code for n in range(12)]
    print(answers)
    told = [decode(bytes(o.bytes))[0] for t in (Inbox, Outbox) for o in t.objects.all()]
    tried = [one for one in told if one.action == "customers:profile:change" and one.outcome == "failed"]
    print(len(tried), [(one.reason, bool(one.terms)) for one in tried][:2])
    assert answers.count(409) <= 5 or all(one.terms for one in tried)
