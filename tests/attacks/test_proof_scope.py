"""A proof holds the whole entry: only of an event that the person may read."""

import pytest
from django.db import connections

from tests.kit import enter
from tests.people import House
from toride.access.tests.policies import agree, ask, draft
from toride.audit import store
from toride.audit.events import decode
from toride.audit.sequencer import settle

pytestmark = pytest.mark.requirement("T2")


def test_a_proof_is_of_ones_own_reach(stores: None) -> None:
    house = House()
    for action in ("audit:trail:read", "audit:event:prove"):
        draft(house, "auditor", action, purposes=["audit"], reach="own", opens={"1": 2})
    agree(house, ask(house))
    subject = house.customer()
    assert enter(house.teller).get(f"/customers/{subject}/").status_code == 200
    assert settle()
    entries = store.rows(connections["audit"], "SELECT bytes FROM audit_entry ORDER BY idx")
    events = [decode(bytes(one))[0] for (one,) in entries]
    theirs = [one for one in events if one.actor and one.actor.id == house.teller.id][-1]
    client = enter(house.auditor)
    assert client.get(f"/audit/events/{theirs.id}/").status_code == 404
    assert client.get(f"/audit/events/{theirs.id}/proof").status_code == 404
