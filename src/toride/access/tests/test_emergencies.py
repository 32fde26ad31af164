"""Emergencies: at once, for one person, one subject, what was asked, as long as it was asked; told, reviewed, escalated."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from tests.above import chores
from tests.kit import enter
from tests.people import House, become
from toride.access import openings
from toride.access.actions import Action
from toride.access.exceptions import emergencies
from toride.access.models import Glass, Person
from toride.access.tests.emergencies import READ, SENSITIVE, WORDS, broken, opening
from toride.audit.events import decode
from toride.audit.models import Outbox
from toride.base import clock
from toride.base.errors import Conflict, Hidden, Invalid, Refused
from toride.vault.permit import Category, Opening

pytestmark = pytest.mark.requirement("A3")
HTMX = {"HX-Request": "true"}


def test_it_opens_at_once_and_only_what_was_asked(house: House) -> None:
    emiko, other = house.customer("1"), house.customer("2")
    assert opening(house, house.teller, emiko) == Opening.CLOSED
    broken(house, emiko)
    assert opening(house, house.teller, emiko) == Opening.CLEAR
    assert opening(house, house.teller, emiko, Category.DERIVED) == Opening.MASKED
    assert opening(house, house.teller, other) == Opening.CLOSED
    for action in (
        "customers:profile:peek",
        "customers:profile:change",
        "customers:history:read",
        "customers:field:reveal",
    ):
        assert opening(house, house.teller, emiko, action=action) == Opening.CLOSED
    colleague = house.person("ono", "小野 光", "teller", house.midoridai)
    assert opening(house, colleague, emiko) == Opening.CLOSED
    assert house.permit(house.teller, "customers:list:search").opening(SENSITIVE) == Opening.CLOSED


def test_a_field_masked_in_an_open_category_opens_with_it(house: House) -> None:
    emiko = house.customer()
    assert house.permit(house.teller, READ, emiko).opening(Category.BASIC, "birth_date") == Opening.MASKED
    broken(house, emiko, categories=(Category.BASIC,))
    assert house.permit(house.teller, READ, emiko).opening(Category.BASIC, "birth_date") == Opening.CLEAR


def test_it_ends_by_itself_and_no_permit_outlives_it(house: House) -> None:
    emiko = house.customer()
    row = broken(house, emiko, minutes=1)
    assert row.ends - row.created == timedelta(minutes=1)
    assert house.permit(house.teller, READ, emiko).expires <= row.ends
    Glass.objects.update(ends=clock.now())
    assert opening(house, house.teller, emiko) == Opening.CLOSED


def test_what_is_read_by_it_is_an_event_that_names_it(house: House) -> None:
    emiko = house.customer()
    row = broken(house, emiko)
    permit = house.permit(house.teller, READ, emiko)
    assert permit.ledger.facts["glass"] == [str(row.pk)]
    assert "emergency" in permit.obligations
    event = decode(bytes(Outbox.objects.order_by("-pk").values_list("bytes", flat=True)[0]))[0]
    assert (event.action, event.facts["minutes"]) == (Action.GLASS_BREAK, 30)
    assert [touch[0] for touch in event.subjects] == [emiko]
    assert WORDS not in str(event.facts)
    assert WORDS.encode() not in bytes(Glass.objects.get().reason)


def test_out_of_reach_stays_out_of_reach(house: House) -> None:
    away = house.customer("2", branch=house.wakaba)
    for subject in (away, uuid4()):
        with pytest.raises(Hidden):
            house.permit(house.teller, Action.GLASS_BREAK, subject)
    near = house.customer("1")
    broken(house, near)
    become(house.teller, branch="003")
    house.teller.refresh_from_db()
    with pytest.raises(Hidden):
        opening(house, house.teller, near)


def test_a_permit_for_one_customer_breaks_no_other_glass(house: House) -> None:
    one, other = house.customer("1"), house.customer("2")
    permit = house.permit(house.teller, Action.GLASS_BREAK, one)
    with pytest.raises(Refused):
        emergencies.break_glass(permit, other, kind="life", categories=[SENSITIVE], minutes=5, reason=WORDS)
    assert not Glass.objects.exists()


@pytest.mark.parametrize(("change", "field"), [
    ({"minutes": 61}, "minutes"), ({"minutes": 0}, "minutes"), ({"minutes": -5}, "minutes"), ({"kind": "fun"}, "kind"),
    ({"categories": []}, "categories"), ({"reason": "急ぎ"}, "reason"),
])  # fmt: skip
def test_a_wish_without_bounds_opens_nothing(house: House, change: dict[str, object], field: str) -> None:
    emiko = house.customer()
    wish = {"kind": "life", "categories": [SENSITIVE], "minutes": 30, "reason": WORDS} | change
    with pytest.raises(Invalid) as told:
        emergencies.break_glass(house.permit(house.teller, Action.GLASS_BREAK, emiko), emiko, **wish)
    assert field in told.value.fields
    assert not Glass.objects.exists()


def test_it_is_not_done_again_and_again(house: House) -> None:
    subjects = [house.customer(str(number)) for number in range(emergencies.MOST_AT_ONCE + 1)]
    for subject in subjects[:-1]:
        broken(house, subject)
    with pytest.raises(Conflict):
        broken(house, subjects[-1])
    Glass.objects.update(ends=clock.now())
    for _again in range(emergencies.MOST_A_DAY - emergencies.MOST_AT_ONCE):
        broken(house, subjects[-1])
        Glass.objects.update(ends=clock.now())
    with pytest.raises(Conflict):
        broken(house, subjects[-1])
    Glass.objects.update(created=clock.now() - timedelta(days=1, seconds=1))
    assert broken(house, subjects[-1])


def test_the_owners_of_the_data_are_told_at_once(house: House) -> None:
    emiko = house.customer(owner=house.sales)
    row = broken(house, emiko)
    assert set(row.told.all()) == {house.sales, house.manager}
    for person, wanted in ((house.sales, True), (house.manager, True), (house.other_teller, False), (house.dpo, False)):
        page = enter(person).get("/").content.decode()
        assert ("担当のお客さまの緊急閲覧が行われました" in page) == wanted, person
        assert "齋藤" not in page
    own = broken(house, house.customer("2", owner=house.sales), house.sales)
    assert house.sales not in own.told.all()


class TestReview:
    """Somebody else says whether it was right."""

    def review(self, house: House, person: Person, row: Glass, *, right: bool = True) -> None:
        emergencies.review(house.permit(person, Action.GLASS_REVIEW), row.pk, right=right, words="記録と合っています。")

    def test_a_manager_or_the_officer_reviews_once(self, house: House) -> None:
        row = broken(house, house.customer())
        assert emergencies.to_review(house.manager) == emergencies.to_review(house.dpo) == [row]
        self.review(house, house.manager, row)
        for person in (house.manager, house.dpo):
            assert emergencies.to_review(person) == []
            with pytest.raises(Conflict):
                self.review(house, person, row)
        assert emergencies.reviewed(house.dpo) == [row]

    def test_nobody_reviews_their_own(self, house: House) -> None:
        row = broken(house, house.customer(), house.manager)
        assert emergencies.to_review(house.manager) == []
        with pytest.raises(Refused):
            self.review(house, house.manager, row)
        self.review(house, house.dpo, row)

    def test_a_manager_of_another_branch_finds_nothing(self, house: House) -> None:
        row = broken(house, house.customer())
        other = house.person("ono", "小野 光", "manager", house.wakaba, rank=6)
        assert emergencies.to_review(other) == []
        for number in (row.pk, uuid4()):
            with pytest.raises(Hidden):
                emergencies.review(house.permit(other, Action.GLASS_REVIEW), number, right=True, words=WORDS)

    def test_what_was_not_right_ends_at_once(self, house: House) -> None:
        emiko = house.customer()
        row = broken(house, emiko, minutes=60)
        assert opening(house, house.teller, emiko) == Opening.CLEAR
        self.review(house, house.dpo, row, right=False)
        assert opening(house, house.teller, emiko) == Opening.CLOSED

    def test_what_was_right_goes_on_until_its_end(self, house: House) -> None:
        emiko = house.customer()
        row = broken(house, emiko)
        self.review(house, house.dpo, row)
        assert opening(house, house.teller, emiko) == Opening.CLEAR

    def test_what_nobody_reviewed_is_told_higher_up_once(self, house: House) -> None:
        row = broken(house, house.customer())
        assert row.due - row.created == timedelta(days=3)
        assert emergencies.escalate() == 0
        Glass.objects.update(due=clock.now())
        assert emergencies.escalate() == 1
        assert emergencies.escalate() == 0
        assert house.dpo in row.told.all()
        assert "緊急閲覧が行われました" in enter(house.dpo).get("/").content.decode()
        assert "事後確認の期限超過" in enter(house.dpo).get(reverse("glass_reviews")).content.decode()
        event = decode(bytes(Outbox.objects.order_by("-pk").values_list("bytes", flat=True)[0]))[0]
        assert event.action == Action.GLASS_ESCALATE
        assert emergencies.escalate in [chore.do for chore in chores()]


def test_from_the_lock_to_the_review_on_pages(house: House) -> None:
    emiko = house.customer(owner=house.sales)
    client = enter(house.teller)
    address, record = reverse("glass", kwargs={"subject": emiko}), reverse("profile", kwargs={"subject": emiko})
    page = client.get(record).content.decode()
    assert address in page
    assert "膝を痛めている" not in page
    form = {"kind": "life", "categories": ["5"], "minutes": "30", "reason": "急"}
    wrong = client.post(address, form, headers=HTMX)
    assert wrong.status_code == 422
    answer = client.post(address, form | {"reason": WORDS}, headers=HTMX)
    assert answer.headers["HX-Redirect"] == record
    page = client.get(record).content.decode()
    assert "膝を痛めている" in page
    assert "この情報の一部を緊急閲覧しています" in page
    officer = enter(house.dpo)
    listed = officer.get(reverse("glass_reviews")).content.decode()
    assert WORDS in listed
    assert "膝" not in listed
    row = Glass.objects.get()
    sent = {"decision": "wrong", "words": "来店の記録がありません。"}
    review = officer.post(reverse("glass_review", kwargs={"number": row.pk}), sent, headers=HTMX)
    assert review.headers["HX-Redirect"] == reverse("glass_reviews")
    assert "膝を痛めている" not in client.get(record).content.decode()
    assert "来店の記録がありません。" in officer.get(reverse("glass_reviews")).content.decode()


def test_masks_hold_what_they_say() -> None:
    for category in Category:
        assert openings.listed(openings.mask([category, category])) == (category,)
    assert openings.listed(openings.mask(Category)) == tuple(Category)
