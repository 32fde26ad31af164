"""A session that was ended while its request was on its way is over."""

import pytest
from django.test import Client

from tests.people import House
from toride.access.signin import devices, passwords
from toride.access.tests.signing import PASSWORD, give_passwords, sign_in

pytestmark = pytest.mark.requirement("A6")


def test_a_password_changed_meanwhile_keeps_no_ended_session(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    give_passwords(house)
    client = Client()
    sign_in(client, "hasegawa")
    real = passwords.change

    def late(permit, **given):
        devices.end_all(house.teller.id)  # an administrator, in another process
        return real(permit, **given)

    monkeypatch.setattr(passwords, "change", late)
    after = "馬は東へ-まだ見ぬ橋の下で七つ"
    client.post("/me/password/", {"before": PASSWORD, "after": after, "again": after})
    assert client.get("/me/").status_code == 302, "it goes on"


def test_it_can_be_ended_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    give_passwords(house)
    client = Client()
    sign_in(client, "hasegawa")
    real = passwords.change
    monkeypatch.setattr(
        passwords, "change", lambda permit, **given: (devices.end_all(house.teller.id), real(permit, **given))[1]
    )
    after = "馬は東へ-まだ見ぬ橋の下で七つ"
    client.post("/me/password/", {"before": PASSWORD, "after": after, "again": after})
    devices.end_all(house.teller.id)
    assert client.get("/me/").status_code == 302, "nobody can end it any more"
