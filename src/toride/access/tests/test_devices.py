"""Devices: listed, ended one by one or together, told when new, limited by duty; what is ended reaches nothing."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from tests.kit import events
from tests.people import House
from toride.access.models import Visit
from toride.access.signin import devices
from toride.access.signin.rules import Duty
from toride.access.tests.signing import PASSWORD, put, sign_in
from toride.base import clock

pytestmark = pytest.mark.requirement("A7")
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1 (KHTML, like Gecko) Version/19 Safari/604"
)


def device(agent: str = CHROME, address: str = "192.0.2.1", name: str = "hasegawa") -> Client:
    client = Client(headers={"user-agent": agent}, REMOTE_ADDR=address)
    assert sign_in(client, name).status_code == 302
    return client


@pytest.fixture
def staff(house: House) -> House:
    for person in (house.teller, house.other_teller, house.admin):
        person.set_password(PASSWORD)
        person.save()
    return house


@pytest.mark.parametrize(
    ("agent", "name"),
    [(CHROME, "Chrome, Windows"), (SAFARI, "Safari, iPhone"), ("curl/8", "?"), ("", "?"),
     ("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0", "Firefox, Linux"),
     (CHROME + " Edg/140", "Edge, Windows")],
)  # fmt: skip
def test_a_browser_is_named_by_its_family(agent: str, name: str) -> None:
    assert devices.family(agent) == name


def test_the_list_shows_each_device_and_marks_this_one(staff: House) -> None:
    device(SAFARI, "192.0.2.2")
    here = device()
    page = here.get("/me/", headers={"accept-language": "en"}).content.decode()
    assert page.count("Safari, iPhone") == 1
    assert "192.0.2.2" in page
    assert page.count('data-tone="ok">this one<') == 1


def test_an_ended_session_reaches_nothing_with_its_next_request(staff: House) -> None:
    lost, here = device(SAFARI), device()
    visit = Visit.objects.get(browser="Safari, iPhone")
    assert lost.get("/customers/").status_code == 200
    assert here.post(f"/me/session/{visit.pk}/end/").status_code == 302
    assert events()[0].facts["sessions"] == 1
    assert lost.get("/customers/").status_code == 302
    assert here.get("/customers/").status_code == 200
    assert not Session.objects.filter(session_key=visit.session).exists()
    assert "Safari" not in here.get("/me/").content.decode()
    assert here.post(f"/me/session/{visit.pk}/end/").status_code == 404


def test_a_session_in_the_middle_of_a_request_does_not_come_back(staff: House) -> None:
    """What was read before the end and is saved after it makes no new session."""
    lost = device(SAFARI)
    session = lost.session
    assert session["seen"]
    devices.end_all(staff.teller.id)
    session["seen"] = 1
    from django.contrib.sessions.backends.base import UpdateError

    with pytest.raises(UpdateError):
        session.save()
    assert lost.get("/customers/").status_code == 302


def test_all_others_end_together(staff: House) -> None:
    others, here = [device(SAFARI), device()], device()
    assert here.post("/me/sessions/end/").status_code == 302
    assert events()[0].facts["sessions"] == 2
    assert [one.get("/customers/").status_code for one in (*others, here)] == [302, 302, 200]


def test_nobody_ends_another_persons_session(staff: House) -> None:
    victim, thief = device(), device(name="shoji")
    visit = Visit.objects.get(person=staff.teller)
    assert thief.post(f"/me/session/{visit.pk}/end/").status_code == 404
    assert thief.post("/me/sessions/end/").status_code == 302
    assert victim.get("/customers/").status_code == 200
    assert thief.post(f"/people/{staff.teller.pk}/sign-out/").status_code == 403
    assert victim.get("/customers/").status_code == 200


def test_the_administrator_ends_all_of_a_person(staff: House) -> None:
    both, admin = [device(), device(SAFARI)], device(name="hayasaka")
    assert admin.post(f"/people/{staff.teller.pk}/sign-out/").status_code == 302
    assert events()[0].facts["sessions"] == 2
    assert [one.get("/customers/").status_code for one in both] == [302, 302]
    assert admin.get("/people/").status_code == 200
    again = device()
    assert admin.post(f"/people/{staff.teller.pk}/end/").status_code == 302
    assert again.get("/customers/").status_code == 302
    assert sign_in(Client(), "hasegawa").status_code == 200


def test_a_new_device_is_told_at_the_next_sign_in_and_never_by_itself(staff: House) -> None:
    device()
    assert not [one for one in events(5) if one.action == "auth:device:meet"]
    thief = device(SAFARI, "203.0.113.5")
    assert [one.action for one in events(2)] == ["auth:device:meet", "auth:session:open"]
    assert "203.0.113.5" not in thief.get("/").content.decode()
    thief.post("/me/devices/")
    here = device()
    assert "203.0.113.5" in here.get("/").content.decode()
    assert here.post("/me/devices/").status_code == 302
    assert "203.0.113.5" not in here.get("/").content.decode()
    device(SAFARI, "203.0.113.5")
    assert "203.0.113.5" not in device().get("/").content.decode()


def test_more_sessions_than_the_duty_allows_end_the_oldest(staff: House) -> None:
    put(teller=Duty(sessions=2))
    first, second, third = device(), device(SAFARI), device()
    assert [one.get("/customers/").status_code for one in (first, second, third)] == [302, 200, 200]
    assert any(one.reason == "concurrent" for one in events(5))
    assert len(devices.living(staff.teller.id)) == 2


def test_a_session_that_is_over_is_not_listed(staff: House) -> None:
    here, other = device(), device(SAFARI)
    session = other.session
    session["seen"] = (clock.now() - timedelta(hours=2)).timestamp()
    session.save()
    assert other.get("/customers/").status_code == 302
    assert [one.browser for one in devices.living(staff.teller.id)] == ["Chrome, Windows"]
    here.post("/sign-out/")
    assert devices.living(staff.teller.id) == []


def test_old_visits_are_forgotten(staff: House) -> None:
    device()
    Visit.objects.update(born=clock.now() - timedelta(days=91))
    device()
    assert Visit.objects.count() == 1


def test_a_form_sent_after_the_end_is_left_as_it_is(staff: House) -> None:
    """By htmx the page stays, with all that was typed; nothing was done, and a stranger is told of nobody."""
    htmx = {"HX-Request": "true"}
    client = Client()
    sent = client.post("/me/password/", {"before": "x", "after": "y"}, headers=htmx)
    assert (sent.status_code, sent.headers["HX-Trigger"], sent.headers["HX-Reswap"]) == (401, "session-ended", "none")
    assert client.get("/me/", headers=htmx).headers["HX-Redirect"] == "/sign-in/"
    assert client.get("/me/again/").json() == {"who": "", "token": ""}
    strict = Client(enforce_csrf_checks=True)
    stale = strict.post("/me/password/", {"before": "x"}, headers=htmx)
    assert (stale.status_code, stale.headers["HX-Trigger"]) == (403, "session-ended")
    sign_in(client, "hasegawa")
    mine = client.get("/me/again/").json()
    assert mine["token"]
    assert mine["who"] in client.get("/me/").content.decode()
    other = Client()
    sign_in(other, "shoji")
    assert other.get("/me/again/").json()["who"] not in {"", mine["who"]}
