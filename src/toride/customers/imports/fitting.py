"""Whether somebody may bring a file in: for its branch, and every column of it."""

from toride.base.errors import Refused
from toride.customers.fields import FIELDS
from toride.customers.imports import labels
from toride.customers.models import Import
from toride.vault.permit import Opening, Permit


def must_fit(permit: Permit, source: Import) -> None:
    """Raises Refused where the branch is out of the permit's rows, or a column would write what the permit does not
    open: a check alone would tell whether a value is guessed.
    """
    if not permit.rows.include(source.branch_id, None):
        raise Refused("scope")
    names = {name for target in source.targets if target for name in labels.stands(target)}
    for spec in (FIELDS[name] for name in names & FIELDS.keys()):
        if permit.opening(spec.category, spec.name) is not Opening.CLEAR:
            raise Refused(permit.reasons.get(spec.category, "duty"))
