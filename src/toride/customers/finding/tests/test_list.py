"""The list shows what a person asked, marked, under their own permit, and nothing of it in an address."""

import re

import pytest
from django.urls import reverse

from tests.kit import body, enter, events, posted
from tests.people import House
from toride.customers.finding import columns
from toride.customers.finding.tests.pages import move, starred
from toride.vault.values import Masked, Opened

pytestmark = pytest.mark.requirement("C9")
LIST = "/customers/"


@pytest.fixture
def town(house: House) -> House:
    house.customer(
        "100-1",
        name="佐藤 花子",
        kana="サトウ ハナコ",
        phones=["090-1111-2222"],
        value=5_000_000,
        birth_date="1980-03-04",
    )
    house.customer("100-2", name="齋藤 惠美子", kana="サイトウ エミコ", owner=house.manager)
    house.customer(
        "100-3", name="<b>斉藤</b> 一郎", kana="サイトウ イチロウ", phones=["022-999-4410"], status="dormant"
    )
    house.customer("100-5", name="林 大樹", kana="ハヤシ ダイキ", branch=house.wakaba)
    return house


def test_hits_are_marked_in_kanji_and_in_kana(town: House) -> None:
    page = body(posted(enter(town.teller), LIST, q="さいとう"))
    assert "<mark>齋藤</mark> 惠美子" in page
    assert "<mark>サイトウ</mark> エミコ" in page
    assert "佐藤" not in page


def test_markup_in_a_name_is_escaped_with_and_without_a_hit(town: House) -> None:
    for text in ("", "さいとう", "斉藤"):
        page = body(posted(enter(town.teller), LIST, q=text))
        assert "&lt;b&gt;" in page
        assert "<b>斉藤" not in page
        assert "<b><mark>斉藤" not in page


def test_the_field_that_answered_is_named_where_no_column_shows_it(town: House) -> None:
    page = body(posted(enter(town.steward), LIST, q="2222"))
    assert "090-1111-<mark>2222</mark>" in page
    page = body(posted(enter(town.steward), LIST, q="1980-03-04"))
    assert "<mark>1980-03-04</mark>" in page
    closed = body(posted(enter(town.teller), LIST, q="1980-03-04"))
    assert "1980-03-04</mark>" not in closed
    assert "佐藤" not in closed


def test_a_search_is_one_answer_with_count_chips_and_the_way_to_save(town: House) -> None:
    page = body(posted(enter(town.teller), LIST, q="さいとう", status="active"))
    assert re.search(r'hx-swap-oob="innerHTML:#count".*?data-total>1', page, re.DOTALL)
    assert re.search(r'data-name="status" data-value="active" aria-pressed="true"', page)
    assert 'data-dialog="saveview"' in page
    untouched = body(posted(enter(town.teller), LIST))
    assert 'data-dialog="saveview"' not in untouched


def test_columns_are_those_chosen_and_open(town: House) -> None:
    page = body(posted(enter(town.manager), LIST, col=["number", "value"]))
    assert 'data-k="value"' in page
    assert 'data-k="status"' not in page
    closed = body(posted(enter(town.steward), LIST, col=["number", "value", "birth_date"]))
    assert 'data-k="value"' not in closed
    assert 'data-k="birth_date"' in closed
    whole = body(enter(town.steward).get(LIST))
    assert re.search(r'value="value" disabled', whole)


def test_order_is_said_by_the_head(town: House) -> None:
    page = body(posted(enter(town.manager), LIST, sort="value", order="down"))
    assert re.search(r'data-k="value" aria-sort="descending"', page)
    assert page.index("齋藤") < page.index("佐藤")


def test_a_closed_column_is_refused_with_words(town: House) -> None:
    for ask in ({"value_from": "1"}, {"sort": "value"}, {"value_to": "9999"}):
        answer = posted(enter(town.steward), LIST, **ask)
        assert answer.status_code == 403
        assert "佐藤" not in body(answer)
    answer = posted(enter(town.teller), LIST, birth_date="1980-03-04")
    assert answer.status_code == 403


def test_a_birth_date_that_nobody_is_searched_by_is_told(town: House) -> None:
    for person, told in ((town.operator, True), (town.manager, False)):
        page = body(posted(enter(person), "/customers/", q="昭和19年3月7日"))
        assert ("生年月日で検索できません" in page) is told
        assert (
            "生年月日" in body(enter(person).get("/customers/")).partition('placeholder="')[2].partition('"')[0]
        ) is not told


def test_nobody_found_says_what_to_try_and_an_empty_house_what_to_do(town: House) -> None:
    page = body(posted(enter(town.teller), LIST, q="いないひと", status="active"))
    assert "data-clear" in page
    assert "<table" not in page
    nothing = body(posted(enter(town.corporate), LIST))
    assert "data-clear" not in nothing


def test_pages_go_on_without_repeating(house: House) -> None:
    for number in range(53):
        house.customer(f"2-{number:03}")
    client = enter(house.steward)
    first = body(posted(client, LIST))
    after = re.search(r'name="after" value="([^"]+)"', first)[1]
    rest = body(posted(client, LIST, after=after, act=re.search(r'name="act" value="([^"]+)"', first)[1]))
    shown = re.findall(r">2-\d{3}<", first), re.findall(r">2-\d{3}<", rest)
    assert [len(set(part)) for part in shown] == [50, 3]
    assert not set(shown[0]) & set(shown[1])
    assert "<thead" not in rest
    assert "autofocus" in rest
    assert 'name="after"' not in body(posted(client, LIST, size="100"))
    assert len(set(re.findall(r">2-\d{3}<", body(posted(client, LIST, size="7"))))) == 50


def test_nothing_typed_stands_in_an_address(town: House) -> None:
    client = enter(town.teller)
    page = body(posted(client, LIST, q="さいとう", city="仙台"))
    for address in re.findall(r'(?:href|action|hx-post|formaction)="([^"]*)"', page):
        assert "さいとう" not in address
        assert "仙台" not in address
    assert "title" not in page or "さいとう" not in page[: page.index("</title>") if "</title>" in page else 0]
    assert body(client.get(LIST + "?q=さいとう")).count("<mark>") == 0


def test_stars_filter_with_words_and_filters(town: House) -> None:
    from toride.customers.models import Customer

    subjects = {str(one.pk): one.pk for one in Customer.objects.all()}
    assert len(subjects) == 4
    client = enter(town.teller)
    page = body(posted(client, LIST, q="さいとう"))
    emiko = re.findall(r'data-peek="/customers/([0-9a-f-]+)/peek/"', page)
    for one in emiko:
        starred(town, town.teller, subjects[one])
    assert body(client.get(LIST + "?star=1")).count("data-peek=") == 2
    assert body(posted(client, LIST, star="1", q="一郎")).count("data-peek=") == 1
    assert body(posted(client, LIST, star="1", status="dormant")).count("data-peek=") == 1
    assert body(posted(client, LIST, star="1", q="佐藤")).count("data-peek=") == 0
    answer = posted(client, LIST, star="1", birth_date="1951-05-14")
    assert answer.status_code == 403


def test_a_star_that_is_not_shown_is_no_reading(town: House) -> None:
    from toride.customers import queries
    from toride.customers.models import Customer
    from toride.customers.queries import Ask

    everyone = list(Customer.objects.values_list("pk", flat=True))
    permit = town.permit(town.steward, "customers:list:search")
    found = queries.search(permit, Ask(text="佐藤", among=everyone))
    assert [one.number.content for one in found.items] == ["100-1"]
    assert {subject for subject, _mode in permit.ledger.touches} == {found.items[0].subject}


def test_a_moved_customers_star_disappears_and_comes_back(house: House) -> None:
    emiko = house.customer()
    starred(house, house.teller, emiko)
    client = enter(house.teller)
    assert "惠美子" in body(client.get(LIST + "?star=1"))
    assert "惠美子" in body(posted(client, "/customers/find/", q=""))
    move(emiko, house.wakaba)
    for page in (client.get(LIST + "?star=1"), posted(client, "/customers/find/", q=""), client.get(LIST)):
        assert "惠美子" not in body(page)
        assert str(emiko) not in body(page)
    move(emiko, house.midoridai)
    assert "惠美子" in body(client.get(LIST + "?star=1"))


@pytest.mark.parametrize(
    ("yen", "shown"),
    [(-1, "below zero"), (0, "under ¥1 million"), (999_999, "under ¥1 million"), (1_000_000, "¥1 million or more"),
     (9_999_999, "¥9 million or more"), (34_120_000, "¥30 million or more"), (100_000_000, "¥100 million or more")],
)  # fmt: skip
def test_amounts_are_bands(yen: int, shown: str) -> None:
    from django.utils import translation

    with translation.override("en"):
        assert columns.band(Opened(yen), "en").content == shown
    masked = Masked()
    assert columns.band(masked, "ja") is masked


def test_addresses_of_finding_are_posted_where_they_open_anything(house: House) -> None:
    emiko = house.customer()
    client = enter(house.teller)
    for name, arguments in (
        ("find", {}),
        ("customer_peek", {"subject": emiko}),
        ("customer_star", {"subject": emiko}),
        ("customers_view_save", {}),
    ):
        assert client.get(reverse(name, kwargs=arguments)).status_code == 405


def read() -> dict[str, int]:
    """The categories (a bit each) of every customer that the last search opened; 0: listed only."""
    (event,) = events()
    assert event.action == "customers:list:search"
    return {str(subject): mask for subject, _mode, mask in event.subjects}


BASIC, WITH_VALUE, ALL = 0b10, 0b110, 0b1110


@pytest.mark.requirement("A2")
def test_nothing_is_opened_that_the_list_does_not_show(house: House) -> None:
    """Neither hidden columns nor the palette open what they do not print; the trail says what was opened."""
    emiko = str(house.customer())
    client = enter(house.manager)
    for sent, opened in (
        ({}, ALL),
        ({"col": ["number", "area"]}, BASIC),
        ({"col": ["number", "value"]}, WITH_VALUE),
        ({"col": ["number"], "value_from": "1"}, WITH_VALUE),
        ({"col": ["number"], "sort": "value"}, WITH_VALUE),
        ({"col": ["number"], "sort": "last_contact"}, ALL & ~0b100),
    ):
        assert "惠美子" in body(posted(client, "/customers/", q="惠美子", **sent)), sent
        assert read() == {emiko: opened}, sent
    assert "惠美子" in body(posted(client, "/customers/find/", q="惠美子"))
    assert read() == {emiko: BASIC}


@pytest.mark.requirement("A2")
def test_stars_open_what_is_shown_and_what_orders_them(house: House) -> None:
    emiko = house.customer()
    starred(house, house.manager, emiko)
    client = enter(house.manager)
    posted(client, "/customers/", star="1", col=["number"])
    assert read() == {str(emiko): BASIC}
    posted(client, "/customers/", star="1", col=["number"], sort="value")
    assert read() == {str(emiko): WITH_VALUE}
