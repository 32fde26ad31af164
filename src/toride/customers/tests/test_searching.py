"""Search finds a person however the caller says the name, and is no oracle for what is not open."""

import pytest

from tests.people import House
from toride.access.models import Person
from toride.base.errors import Invalid, Refused
from toride.customers import queries
from toride.customers.actions import Action
from toride.customers.queries import Ask
from toride.customers.searchable import NEEDED
from toride.vault.amending import Amendment, amend
from toride.vault.permit import Category

pytestmark = pytest.mark.requirement("C9")


def found(house: House, text: str, person: Person | None = None, **more: object) -> list[str]:
    permit = house.permit(person or house.steward, Action.SEARCH)
    return [one.number.content for one in queries.search(permit, Ask(text=text, **more)).items]


@pytest.fixture
def town(house: House) -> House:
    house.customer("100-1", name="佐藤 花子", kana="サトウ ハナコ", phones=["090-1111-2222"], emails=["hana@example.jp"],
                   birth_date="1980-03-04", city="石巻市", value=5_000_000)  # fmt: skip
    house.customer("100-2", name="齋藤 惠美子", kana="サイトウ エミコ")
    house.customer(
        "100-3", name="斉藤 一郎", kana="サイトウ イチロウ", phones=["022-999-4410"], birth_date="1970-01-01"
    )
    house.customer("100-4", name="髙橋 健一", kana="タカハシ ケンイチ", phones=["+1 212-555-0100"], value=100)
    house.customer("100-5", name="林 大樹", kana="ハヤシ ダイキ", branch=house.wakaba, birth_date="1999-12-31")
    house.customer("100-6", name="株式会社サトウ精機", kana="サトウセイキ", kind="organisation", contact_person="佐伯")
    return house


@pytest.mark.parametrize(
    "text",
    ["sato", "satou", "SATOH", "さとう", "ｻﾄｳ", "サトウ", "佐藤", "佐藤花子", "佐藤　花子", "花子 佐藤", "藤 花"],
)
def test_name_found_in_any_script(town: House, text: str) -> None:
    assert "100-1" in found(town, text)
    assert "100-5" not in found(town, text)


@pytest.mark.parametrize("text", ["斎藤", "斉藤", "齋藤", "齊藤", "さいとう", "saito", "サイトウ"])
def test_variant_kanji_are_one_name(town: House, text: str) -> None:
    assert {"100-2", "100-3"} <= set(found(town, text))


def test_written_form_comes_first(town: House) -> None:
    assert found(town, "齋藤")[0] == "100-2"
    assert found(town, "斉藤")[0] == "100-3"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("林", "100-5"), ("高橋", "100-4"), ("kenichi", "100-4"), ("恵美子", "100-2"), ("サトウ精機", "100-6"), ("㈱サトウ精機", "100-6"),
        ("佐伯", "100-6"), ("090-1111-2222", "100-1"), ("09011112222", "100-1"), ("０９０１１１１２２２２", "100-1"),
        ("+81 90 1111 2222", "100-1"), ("0901111", "100-1"), ("2222", "100-1"), ("hana@example.jp", "100-1"),
        ("HANA@EXAMPLE.JP", "100-1"), ("100-1", "100-1"), ("1001", "100-1"), ("石巻市", "100-1"), ("1980-03-04", "100-1"),
        ("昭和55年3月4日", "100-1"), ("S55.3.4", "100-1"), ("19800304", "100-1"),
    ],
)  # fmt: skip
def test_found_by(town: House, text: str, number: str) -> None:
    assert number in found(town, text)


def test_last_four_digits_find_every_holder(town: House) -> None:
    assert set(found(town, "4410")) == {"100-2", "100-3", "100-5", "100-6"}
    assert "100-1" not in found(town, "4410")


def test_filters_narrow_and_sorts_order(town: House) -> None:
    everyone = found(town, "", sort="kana")
    assert everyone[0] == "100-3"
    assert found(town, "", filters={"branch": "003"}) == ["100-5"]
    assert found(town, "さとう", filters={"kind": "organisation"}) == ["100-6"]
    assert found(town, "", filters={"city": "石巻"}) == ["100-1"]
    permit = town.permit(town.manager, Action.SEARCH)
    poorest = queries.search(permit, Ask(sort="value", filters={"value_to": "5000000"}))
    assert [one.number.content for one in poorest.items] == ["100-4", "100-1"]


def test_other_branch_is_neither_found_nor_counted(town: House) -> None:
    permit = town.permit(town.teller, Action.SEARCH)
    assert queries.search(permit, Ask(text="林")).total == 0
    assert "100-5" not in found(town, "", town.teller)
    assert found(town, "林", town.other_teller) == ["100-5"]


def test_own_customers_only_for_sales(town: House) -> None:
    town.customer("200-1", name="佐藤 次郎", kana="サトウ ジロウ", owner=town.sales)
    assert found(town, "さとう", town.sales) == ["200-1"]


def test_masked_birth_date_is_no_oracle(town: House) -> None:
    assert "100-1" in found(town, "1980-03-04", town.steward)
    assert found(town, "1980-03-04", town.teller) == []
    with pytest.raises(Refused):
        found(town, "", town.teller, filters={"birth_date": "1980-03-04"})
    with pytest.raises(Refused):
        found(town, "", town.teller, filters={"birth_date": "3/4"})


def test_masked_value_can_be_neither_bisected_nor_sorted_by(town: House) -> None:
    for ask in ({"filters": {"value_from": "1"}}, {"filters": {"value_to": "9999999999"}}, {"sort": "value"}):
        with pytest.raises(Refused):
            found(town, "", town.steward, **ask)


def test_marketing_cannot_search_names_at_all(town: House) -> None:
    with pytest.raises(Refused):
        town.permit(town.marketing, Action.SEARCH)


def test_pages_neither_repeat_nor_lose(town: House) -> None:
    permit = town.permit(town.steward, Action.SEARCH)
    first = queries.search(permit, Ask(limit=4))
    second = queries.search(town.permit(town.steward, Action.SEARCH), Ask(limit=4, after=first.after))
    numbers = [one.number.content for one in (*first.items, *second.items)]
    assert len(numbers) == len(set(numbers)) == first.total == 6


def test_search_is_one_event_with_sealed_terms(town: House) -> None:
    permit = town.permit(town.steward, Action.SEARCH)
    queries.search(permit, Ask(text="佐藤花子"))
    assert permit.ledger.terms == "佐藤花子"
    assert "佐藤" not in str(permit.ledger.facts)


@pytest.mark.parametrize("text", ["あ" * 101, "佐" * 5000])
def test_too_long_a_search_is_refused(town: House, text: str) -> None:
    with pytest.raises(Invalid):
        found(town, text)


@pytest.mark.parametrize("text", ["'; DROP TABLE--", "%", "_", "*", "\\", "()", "\u0000", "  ", "🏠", "<script>"])
def test_odd_input_is_only_text(town: House, text: str) -> None:
    found(town, text)


@pytest.mark.requirement("T1")
def test_letters_of_one_search_are_one_act_and_another_search_another(town: House) -> None:
    from django.http import QueryDict

    from toride.customers.finding.declaration import CUSTOMERS
    from toride.lists import setting

    def typed(**sent: str) -> queries.Ask:
        query = QueryDict(mutable=True)
        query.update(sent)
        return setting.question(setting.sent(CUSTOMERS, query), query, NEEDED)

    first = typed(q="さ")
    longer = typed(q="さと", act=first.mark, former="さ")
    shorter = typed(q="さ", act=longer.mark, former="さと")
    other = typed(q="鈴木", act=longer.mark, former="さと")
    assert first.act == longer.act == shorter.act != other.act
    assert typed(q="さ", act="no uuid", former="さ").act != first.act
    permit = town.permit(town.steward, Action.SEARCH)
    queries.search(permit, longer)
    from toride.audit.events import from_permit

    assert {event.act for event in from_permit(permit)} == {first.act}


def test_my_customers(town: House) -> None:
    town.customer("300-1", owner=town.manager)
    assert found(town, "", town.manager, filters={"owner": "me"}) == ["300-1"]
    assert found(town, "", town.steward, filters={"owner": str(town.manager.id)}) == ["300-1"]


def test_a_stale_index_never_shows_who_no_longer_answers(house: House) -> None:
    subject = house.customer("300-1", name="旧姓 花子", kana="キュウセイ ハナコ")
    change = Amendment(
        subject=subject,
        category=Category.BASIC,
        kind="profile",
        changes={"name": "新山 花子", "kana": "ニイヤマ ハナコ"},
    )
    amend([change], history="history", note={"who": "", "who_id": "", "source": "test"})
    permit = house.permit(house.manager, "customers:list:search")
    assert queries.search(permit, Ask(text="旧姓")).items == []
    assert [one.subject for one in queries.search(permit, Ask(text="花子")).items] == [subject]


def test_folding_many_at_once_is_folding_one_by_one() -> None:
    from uuid import uuid4

    from toride.customers import folded
    from toride.vault.permit import Category

    profile = {
        Category.BASIC: {"number": "a-1", "name": "㈱髙﨑 ﾃｸﾉ", "contact_person": "齋藤", "kana": "たかさき", "city": "龍ケ崎市",
                         "phones": ["+81 90-1111-2222"], "emails": ["Ken@Example.jp"], "postcode": "301-0001"},
        Category.TRANSACTIONS: {"value": 3},
    }  # fmt: skip
    for owner, one in ((uuid4(), profile), (None, {Category.BASIC: {}})):
        whole = folded.row("002", owner, one)
        assert (whole.pop("branch"), whole.pop("owner")) == ("002", str(owner) if owner else None)
        stored = {name: value for values in one.values() for name, value in values.items()}
        assert dict(zip(folded.OF_PROFILE, folded.cells(stored), strict=True)) == whole
    assert folded.row("002", None, profile)["name"] == ["株式会社高崎テクノ", "斉藤"]


@pytest.mark.parametrize(
    ("name", "kana", "written", "loose"),
    [
        ("佐藤 花子", "サタ ハナコ", [], []),
        ("髙﨑 花子", "タカサキ ハナコ", ["髙﨑花子"], []),
        ("佐藤 花子", "サトウ ショウコ", [], ["サトシヨコ"]),
        ("佐藤 花子", "", [], []),
    ],
)
def test_a_second_form_is_kept_only_where_it_differs(
    name: str, kana: str, written: list[str], loose: list[str]
) -> None:
    from toride.customers import folded

    found = dict(zip(folded.OF_PROFILE, folded.cells({"number": "A-1", "name": name, "kana": kana}), strict=True))
    assert (found["written"], found["loose"]) == (written, loose)


def test_seven_or_more_figures_at_the_end_of_a_phone_find_it(house: House) -> None:
    """As they are typed from a display: plain, grouped as the number is, in full width, with dots or blanks."""
    found = house.customer("770-1", phones=["090-3344-5566", "0223-34-5678"])
    permit = house.permit(house.teller, Action.SEARCH)
    for grouped in ("090-3344-5566", "0223-34-5678"):
        for at in range(len(grouped)):
            ending = grouped[at:]
            if ending[0] == "-" or len(ending.replace("-", "")) < 7:
                continue
            plain = ending.replace("-", "")
            wide = "".join(chr(ord(one) + 0xFEE0) for one in ending)
            for text in (
                plain,
                ending,
                wide,
                ending.replace("-", "ー"),
                ending.replace("-", "."),
                ending.replace("-", " "),
            ):
                assert found in [one.subject for one in queries.search(permit, Ask(text=text)).items], text
