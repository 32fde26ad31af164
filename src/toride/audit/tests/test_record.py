"""Events are committed at once or with their transaction, and are entered in order, once."""

from django.db import transaction

from toride.audit import checkpoints, record, stage
from toride.audit.events import decode
from toride.audit.sequencer import settle
from toride.audit.store import Trail
from toride.audit.tests.acts import event
from toride.audit.verifier.toride_verify import Verification


def test_recorded_and_staged_events_are_entered_once_and_verify(stores):
    for _ in range(300):
        record([event()])
    with transaction.atomic():
        stage([event("customers:phone:change")])
    record([event()])
    assert settle()
    trail = Trail()
    found = [decode(data)[0].action for n in range(2) for _, data in trail.entries(n)]
    assert len(found) == trail.length() == 303
    report = Verification(trail, checkpoints.key()).run()
    assert report.findings == []
    assert report.size == 303
