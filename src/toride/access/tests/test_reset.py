"""A lost device: nobody ends a second factor alone; two people agree, then the person enrols anew."""

import pytest
from django.test import Client

from tests.kit import events
from tests.people import House
from toride.access.approvals import requests
from toride.access.models import Approval, Factor
from toride.access.signin import factors, reset
from toride.access.tests.signing import PASSWORD, enrol, sign_in
from toride.base.errors import Conflict, Hidden, Invalid, Refused

pytestmark = pytest.mark.requirement("A4", "A6")
REASON = "電話をなくしたと本人が窓口で申し出た。"


@pytest.fixture
def enrolled(house: House) -> Client:
    """The teller, signed in, with an app."""
    for person in (house.teller, house.admin):
        person.set_password(PASSWORD)
        person.save()
    client = Client()
    sign_in(client, "hasegawa")
    enrol(client)
    return client


def asked(house: House) -> Approval:
    return reset.ask(house.permit(house.admin, "access:person:manage"), house.teller.id, reason=REASON)


def test_two_people_end_it_and_the_person_enrols_anew(enrolled: Client, house: House) -> None:
    row = asked(house)
    assert factors.stand(house.teller.id)
    found = requests.request(house.permit(house.dpo, "access:approval:read"), row.pk, house.dpo)
    permit = house.permit(house.dpo, "access:approval:decide")
    requests.approve(permit, row.pk, digest=found.digest, count="1")
    assert not Factor.objects.filter(person=house.teller).exists()
    assert enrolled.get("/customers/").status_code == 302
    assert events()[0].facts["person"] == str(house.teller.id)
    again = Client()
    assert sign_in(again, "hasegawa").url == "/"
    assert len(enrol(again)[1]) == 10


@pytest.mark.parametrize("who", ["admin", "teller", "steward"])
def test_nobody_alone_and_no_other_duty(enrolled: Client, house: House, who: str) -> None:
    row = asked(house)
    person = getattr(house, who)
    digest = requests.request(house.permit(house.dpo, "access:approval:read"), row.pk, house.dpo).digest
    with pytest.raises((Refused, Hidden)):
        requests.approve(house.permit(person, "access:approval:decide"), row.pk, digest=digest, count="1")
    assert factors.stand(house.teller.id)


def test_what_was_approved_is_what_runs(enrolled: Client, house: House) -> None:
    """A factor that came after the asking is not ended by it."""
    row = asked(house)
    Factor.objects.create(person=house.teller, kind="key", name="new", blob=b"", created=row.created)
    found = requests.request(house.permit(house.dpo, "access:approval:read"), row.pk, house.dpo)
    with pytest.raises(Conflict):
        requests.approve(house.permit(house.dpo, "access:approval:decide"), row.pk, digest=found.digest, count="1")
    assert factors.stand(house.teller.id)


def test_it_cannot_be_asked_for_oneself_nor_for_nothing(enrolled: Client, house: House) -> None:
    permit = house.permit(house.admin, "access:person:manage")
    with pytest.raises(Invalid):
        reset.ask(permit, house.admin.id, reason=REASON)
    with pytest.raises(Conflict):
        reset.ask(permit, house.sales.id, reason=REASON)
    with pytest.raises(Invalid):
        reset.ask(permit, house.teller.id, reason="")


def test_the_page_asks_and_leads_to_the_request(enrolled: Client, house: House) -> None:
    admin = Client()
    sign_in(admin, "hayasaka")
    address = f"/people/{house.teller.pk}/lost/"
    assert address in admin.get("/people/").content.decode()
    assert admin.get(address).status_code == 200
    assert admin.post(address, {"reason": ""}).status_code == 422
    answer = admin.post(address, {"reason": REASON})
    assert (answer.status_code, answer.url) == (302, f"/approvals/{Approval.objects.get().pk}/")
    assert admin.get(answer.url).status_code == 200
    assert admin.post(address, {"reason": REASON}).status_code == 409
