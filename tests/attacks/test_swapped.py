"""What was sealed for one place opens in no other."""

import pytest

from tests.people import House
from toride.base.errors import TorideError
from toride.customers.imports import findings, saved
from toride.customers.imports.tests.wizard import Wizard
from toride.customers.models import Finding, Rejected, SavedMapping

pytestmark = pytest.mark.requirement("K1")


def test_a_mapping_of_somebody_else(house: House) -> None:
    one = Wizard(house.steward)
    one.check(one.begin())
    other = house.person("ono", "小野 光", "steward", house.head, rank=4)
    kept = SavedMapping.objects.filter(person=house.steward.id).first()
    SavedMapping.objects.create(person=other.id, used=kept.used, blob=bytes(kept.blob))
    with pytest.raises(TorideError):
        saved.offered(house.permit(other, "customers:file:import"), ["顧客番号"])


def test_a_rejected_row_under_another_number(house: House) -> None:
    one = Wizard(house.steward)
    source = one.run(one.check(one.begin()))
    rows = list(Rejected.objects.filter(source=source).order_by("row"))
    blobs = [bytes(r.blob) for r in rows]
    Rejected.objects.filter(pk=rows[0].pk).update(blob=blobs[1])
    with pytest.raises(TorideError):
        findings.rejected(house.permit(house.steward, "customers:import:read"), source)


def test_a_masked_value_under_the_name_of_an_open_field(house: House) -> None:
    """Whoever administers the database renames a finding's field: then it opens to whom the category is masked."""
    one = Wizard(house.steward)
    source = one.check(one.begin())
    value = Finding.objects.get(source=source, field="value")
    permit = house.permit(house.dpo, "customers:import:read")
    assert not findings.page(permit, source, kind="problem", field="value").lines[0].value.shown
    Finding.objects.filter(pk=value.pk).update(field="number")
    with pytest.raises(TorideError):
        findings.page(permit, source, kind="problem", field="number")
