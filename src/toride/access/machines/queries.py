"""Which connections there are."""

from django.db.models import F, QuerySet

from toride.access.models import Connection
from toride.vault.permit import Permit


def connections(permit: Permit) -> QuerySet[Connection]:
    """All of them, the living first, the newest first."""
    permit.check()
    found = Connection.objects.select_related("person").order_by(F("revoked").desc(nulls_first=True), "-created")
    permit.ledger.facts["connections"] = found.count()
    return found
