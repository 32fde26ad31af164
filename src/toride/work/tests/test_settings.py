"""The business calendar as the administrator sets it, and one's own notifications."""

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st

from tests.kit import told
from tests.people import House, signed_in
from toride.access.people.models import Provisioned
from toride.access.signin.proof import PROVED
from toride.base import clock
from toride.base.errors import Conflict, Invalid
from toride.work import calendar, services
from toride.work.actions import Action
from toride.work.models import Contact, Opening

pytestmark = [pytest.mark.requirement("S2")]
WEEK = [("09:00", "15:00")] * 5 + [("", "")] * 2


def change(house: House, **given: Any) -> None:
    wanted = {"hours": WEEK, "closed": "2027-05-06 創立記念日\n2027-05-07", "year_end": "30"} | given
    services.change_calendar(house.permit(house.admin, Action.CALENDAR_CHANGE), **wanted)


def test_it_holds_from_then_on_and_is_told(house: House) -> None:
    change(house)
    found = calendar.current()
    assert (found.hours[0].ends.hour, found.hours[6], found.year_end) == (15, None, 30)
    assert found.reason(date(2027, 5, 6)) == "創立記念日"
    assert not found.is_business_day(date(2027, 5, 7))
    (event,) = told(Action.CALENDAR_CHANGE)
    assert event.facts["closed_added"] == ["2027-05-06", "2027-05-07"]
    change(house, closed="")
    assert told(Action.CALENDAR_CHANGE)[-1].facts["closed"] in (0, 2)
    assert Opening.objects.count() == 1


@pytest.mark.parametrize(("wrong", "field"), [
    ({"hours": [("22:00", "06:00"), *WEEK[1:]]}, "day0"), ({"hours": [("9", "x"), *WEEK[1:]]}, "day0"),
    ({"hours": [("09:00", ""), *WEEK[1:]]}, "day0"), ({"closed": "明日"}, "closed"), ({"closed": "2027-02-30 x"}, "closed"),
    ({"closed": "2027-05-01 " + "あ" * 61}, "closed"), ({"closed": "\n".join(f"20{year}-01-04" for year in range(10, 99)) * 1}, None),
])  # fmt: skip
def test_what_cannot_be_is_told_by_field_and_changes_nothing(
    house: House, wrong: dict[str, Any], field: str | None
) -> None:
    if field is None:
        change(house, **wrong)
        return
    with pytest.raises(Invalid) as caught:
        change(house, **wrong)
    assert field in caught.value.fields
    assert not Opening.objects.exists()


def test_a_calendar_that_never_opens_is_refused(house: House) -> None:
    from datetime import timedelta

    days = "\n".join(str(clock.today() + timedelta(days=one)) for one in range(150))
    for wrong in ({"hours": [("", "")] * 7}, {"closed": days}, {"year_end": "12"}, {"hours": WEEK[:6]}):
        with pytest.raises(Invalid):
            change(house, **wrong)
    assert not Opening.objects.exists()


@limits(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(
    st.text(max_size=60), st.lists(st.tuples(st.text(max_size=6), st.text(max_size=6)), max_size=8), st.text(max_size=3)
)
def test_whatever_is_typed_is_taken_or_told(
    house: House, closed: str, hours: list[tuple[str, str]], year_end: str
) -> None:
    try:
        change(house, closed=closed, hours=hours, year_end=year_end)
    except Invalid:
        return
    calendar.current()


def test_the_page_keeps_what_was_typed(house: House) -> None:
    client = signed_in(house.admin)
    assert "09:00" in client.get("/calendar/").content.decode()
    page = client.post(
        "/calendar/", {"begins0": "09:00", "ends0": "08:00", "closed": "創立記念日だけ", "year_end": "29"}
    )
    assert page.status_code == 422
    assert "創立記念日だけ" in page.content.decode()
    assert "08:00" in page.content.decode()


def proved(person: Any) -> Any:
    client = signed_in(person)
    session = client.session
    session[PROVED] = clock.now().timestamp()
    session.save()
    return client


def test_a_person_says_where_and_in_which_language_they_are_written_to(house: House) -> None:
    client = proved(house.teller)
    assert client.post("/me/notifications/", {"email": " yumi@bank.example ", "language": "en"}).status_code == 302
    house.teller.refresh_from_db()
    assert (house.teller.email, Contact.objects.get().language) == ("yumi@bank.example", "en")
    (event,) = told(Action.CONTACT_CHANGE)
    assert "yumi" not in str(event.facts)
    assert house.permit(house.teller, "access:home:open"), "their place is whole"


@pytest.mark.parametrize(
    "email",
    ["x", "a@b.example\r\nBcc: x@evil.example", "a b@c.example", "a@b.example, c@d.example", "長谷川@b.example"],
)
def test_what_is_no_address_is_told_and_kept_in_the_form(house: House, email: str) -> None:
    page = proved(house.teller).post("/me/notifications/", {"email": email, "language": "ja"})
    assert page.status_code == 422
    house.teller.refresh_from_db()
    assert house.teller.email == ""


def test_it_asks_for_a_proof_and_touches_nobody_else(house: House) -> None:
    client = signed_in(house.teller)
    session = client.session
    session["born"] = session["born"] - 3600
    session.save()
    assert client.get("/me/notifications/").status_code in (302, 403)
    proved(house.teller).post(
        "/me/notifications/", {"email": "a@b.example", "language": "ja", "person": str(house.dpo.pk)}
    )
    house.dpo.refresh_from_db()
    assert house.dpo.email == ""


def test_what_the_directory_keeps_stays(house: House) -> None:
    Provisioned.objects.create(person=house.teller, changed=clock.now())
    permit = house.permit(house.teller, Action.CONTACT_CHANGE)
    with pytest.raises(Conflict):
        services.change_contact(permit, email="a@b.example", language="ja")
    services.change_contact(permit, email="", language="en")
