"""A password known from a breach is refused where the institution names a service; without its answer the list decides."""

from collections.abc import Iterator
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client

from tests import ranges
from tests.people import House
from toride.access import commands
from toride.access.models import Person
from toride.access.signin import breached, recovery
from toride.access.tests.signing import PASSWORD, sign_in
from toride.base import config
from toride.base.errors import ConfigurationError, Invalid

pytestmark = pytest.mark.requirement("A6")
NEW = "紫陽花-九十九里-Lantern-柱時計"


@pytest.fixture
def service(settings: Any) -> Iterator[type[ranges.Ranges]]:
    with ranges.answering() as (found, address):
        settings.BREACHED_PASSWORDS_URL = address
        yield found


def test_nobody_is_asked_unless_the_institution_says_so(house: House, settings: Any) -> None:
    assert settings.BREACHED_PASSWORDS_URL is None
    breached.check("password")


def test_five_digits_go_out_and_nothing_else(service: type[ranges.Ranges]) -> None:
    service.known = (NEW,)
    with pytest.raises(Invalid) as caught:
        breached.check(NEW)
    assert "password" in caught.value.fields
    breached.check(NEW + "!")
    path, headers = service.heard[0]
    assert path == f"/range/{ranges.digest(NEW)[:5]}"
    assert headers["add-padding"] == "true"
    assert not {"cookie", "referer", "authorization"} & set(headers)
    assert ranges.digest(NEW)[5:] not in str(service.heard)


def test_padding_is_no_breach(service: type[ranges.Ranges]) -> None:
    service.padding = (NEW,)
    breached.check(NEW)
    assert len(service.heard) == 1


@pytest.mark.parametrize("fault", [{"status": 503}, {"wait": 0.6}])
def test_without_an_answer_the_list_decides_and_the_log_says_so(
    service: type[ranges.Ranges], monkeypatch: Any, caplog: Any, fault: dict[str, Any]
) -> None:
    monkeypatch.setattr(breached, "SECONDS", 0.2)
    service.known = (NEW,)
    for name, value in fault.items():
        setattr(service, name, value)
    breached.check(NEW)
    assert "decides alone" in caplog.text
    assert NEW not in caplog.text
    assert ranges.digest(NEW)[:5] not in caplog.text


def test_every_way_to_set_a_password_asks(service: type[ranges.Ranges], house: House) -> None:
    service.known = (NEW,)
    house.teller.set_password(PASSWORD)
    house.teller.save()
    client = Client()
    sign_in(client, "hasegawa")
    answer = client.post("/me/password/", {"before": PASSWORD, "after": NEW, "again": NEW})
    assert (answer.status_code, 'id="e-after"' in answer.content.decode()) == (422, True)
    permit = house.permit(house.admin, "access:person:manage")
    code = recovery.issue(permit, person=house.sales.id, checked="call")[1]
    client.post("/sign-in/start/", {"name": "saeki", "code": code})
    assert client.post("/sign-in/start/password/", {"after": NEW, "again": NEW}).status_code == 422
    result = CliRunner().invoke(
        commands.add_person, ["new", "--name", "新", "--role", "teller", "--branch", "002", "--as", "hayasaka"],
        env={"TORIDE_PASSWORD": NEW},
    )  # fmt: skip
    assert isinstance(result.exception, Invalid)
    assert len(service.heard) == 3
    assert not Person.objects.filter(username="new").exists()
    house.teller.refresh_from_db()
    assert house.teller.check_password(PASSWORD)


@pytest.mark.parametrize(
    "value",
    ["example.org/range", "http://example.org/range/", "ftp://example.org/", "https://", "https://u:p@example.org/",
     "https://example.org/range/?a=b", "https://example.org:port/", "https://[::1/"],
)  # fmt: skip
def test_a_wrong_address_stops_the_start(monkeypatch: Any, value: str) -> None:
    monkeypatch.setenv("TORIDE_BREACHED_PASSWORDS_URL", value)
    with pytest.raises(ConfigurationError) as caught:
        config.address("TORIDE_BREACHED_PASSWORDS_URL")
    assert "TORIDE_BREACHED_PASSWORDS_URL" in str(caught.value)
    assert "u:p" not in str(caught.value)


@pytest.mark.parametrize("value", ["https://example.org/range", "http://localhost:8000/range/", "http://127.0.0.1/x"])
def test_an_address_ends_with_a_slash(monkeypatch: Any, value: str) -> None:
    monkeypatch.setenv("TORIDE_BREACHED_PASSWORDS_URL", value)
    assert config.address("TORIDE_BREACHED_PASSWORDS_URL") == value.rstrip("/") + "/"
