"""A record opens as far as duty and purpose allow; changes leave a history; numbers are unique."""

import pytest

from tests.people import EMIKO, House
from toride.base.errors import Conflict, Hidden, Invalid, Refused
from toride.customers import queries, services
from toride.customers.actions import Action
from toride.customers.fields import FIELDS
from toride.vault.permit import Category, Mode
from toride.vault.values import DOTS, Closed, Masked, Opened


def profile(house: House, person: object, subject: object) -> queries.Profile:
    return queries.profile(house.permit(person, Action.PROFILE_READ, subject), subject)


@pytest.mark.requirement("C1", "C8", "A1")
def test_each_duty_opens_its_categories(house: House) -> None:
    emiko = house.customer(owner=house.sales)
    seen = {
        person.username: "".join(
            {Opened: "o", Masked: "m", Closed: "-"}[type(profile(house, person, emiko).values[name])]
            for name in ("name", "birth_date", "value", "note", "score", "health")
        )
        for person in (
            house.teller,
            house.sales,
            house.manager,
            house.operator,
            house.marketing,
            house.steward,
            house.dpo,
        )
    }
    assert seen == {
        "hasegawa": "omoom-",
        "saeki": "omooo-",
        "okubo": "ooooom",
        "onodera": "ommo--",
        "saegusa": "mm-oo-",
        "konno": "oommm-",
        "ujiie": "oommmm",
    }


@pytest.mark.requirement("A1")
def test_other_branch_and_unknown_are_the_same(house: House) -> None:
    from uuid import uuid4

    emiko = house.customer(branch=house.wakaba)
    for subject in (emiko, uuid4()):
        with pytest.raises(Hidden) as hidden:
            house.permit(house.teller, Action.PROFILE_READ, subject)
        assert str(hidden.value) == ""


@pytest.mark.requirement("A2")
def test_purpose_outside_the_duty_is_refused(house: House) -> None:
    emiko = house.customer()
    for purpose in ("marketing", "audit", "sales", "curiosity"):
        with pytest.raises(Refused) as refused:
            house.permit(house.teller, Action.PROFILE_READ, emiko, purpose)
        assert str(refused.value) == "purpose"


@pytest.mark.requirement("C8")
def test_values_print_as_dots_everywhere_but_in_templates(house: House) -> None:
    emiko = house.customer()
    value = profile(house, house.teller, emiko).name
    assert {str(value), repr(value), f"{value}", f"{value:>9}"} == {DOTS}
    assert value.__html__() == "齋藤 惠美子"
    with pytest.raises(TypeError):
        __import__("pickle").dumps(value)
    with pytest.raises(TypeError):
        __import__("json").dumps(value)


@pytest.mark.requirement("C8", "T1")
def test_reading_notes_what_was_opened_and_what_was_masked(house: House) -> None:
    emiko = house.customer()
    permit = house.permit(house.teller, Action.PROFILE_READ, emiko)
    queries.profile(permit, emiko)
    clear, masked = (permit.ledger.touches.get((emiko, mode), 0) for mode in (Mode.CLEAR, Mode.MASKED))
    assert clear == 1 << Category.BASIC | 1 << Category.TRANSACTIONS | 1 << Category.BEHAVIOUR
    assert masked == 1 << Category.DERIVED


@pytest.mark.requirement("C8")
def test_reveal_opens_one_field_and_says_so(house: House) -> None:
    emiko = house.customer()
    permit = house.permit(house.teller, Action.FIELD_REVEAL, emiko)
    ledger = permit.ledger
    assert services.reveal(permit, emiko, name="birth_date").content == "1951-05-14"
    assert ledger.recorded
    with pytest.raises(Refused):
        services.reveal(house.permit(house.teller, Action.FIELD_REVEAL, emiko), emiko, name="health")
    with pytest.raises(Invalid):
        services.reveal(house.permit(house.teller, Action.FIELD_REVEAL, emiko), emiko, name="no_such")


WRITTEN = {"number": "0213-400001", "name": "髙﨑 眞理", "kana": "たかさき まり", "birth_date": "昭和30年1月2日",
           "phones": "０９０－１２３４－５６７８、022(271)4410", "emails": "Mari@Example.jp", "postcode": "9810913"}  # fmt: skip


@pytest.mark.requirement("C3")
def test_registering_normalises_and_keeps_variant_kanji(house: House) -> None:
    written = {name: value for name, value in WRITTEN.items() if name != "birth_date"}
    permit = house.permit(house.teller, Action.PROFILE_CREATE)
    mari = services.register(permit, branch="002", owner=None, written=written, source="form")
    found = profile(house, house.steward, mari).values
    assert found["name"].content == "髙﨑 眞理"
    assert found["kana"].content == "タカサキ マリ"
    assert found["phones"].content == ["090-1234-5678", "022-271-4410"]
    assert found["emails"].content == ["Mari@example.jp"]
    assert found["postcode"].content == "981-0913"


@pytest.mark.requirement("C3")
@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("number", ""), ("number", "a b"), ("phones", "1234"), ("phones", "電話なし"), ("emails", "a@"), ("postcode", "12"),
     ("kana", "齋藤"), ("value", "many"), ("since", "昭和64年1月8日"), ("prefecture", "宮城野"), ("name", "あ" * 121),
     ("name", "a\x00b"), ("status", "gone"), ("phones", "、".join(["090-1111-2222"] + [f"090-1111-22{n:02}" for n in range(9)]))],
)  # fmt: skip
def test_bad_input_says_what_to_do_by_field(house: House, field: str, value: str) -> None:
    written = {"number": "1", "name": "佐藤", field: value}
    with pytest.raises(Invalid) as invalid:
        services.register(
            house.permit(house.manager, Action.PROFILE_CREATE), branch="002", owner=None, written=written, source="form"
        )
    assert str(invalid.value.fields[field])
    assert value == "" or value not in str(invalid.value.fields[field])


@pytest.mark.requirement("C1")
def test_a_field_that_is_not_open_cannot_be_written(house: House) -> None:
    permit = house.permit(house.teller, Action.PROFILE_CREATE)
    with pytest.raises(Refused):
        services.register(permit, branch="002", owner=None, written={**WRITTEN, "health": "x"}, source="form")
    emiko = house.customer()
    for name in ("birth_date", "health", "score"):
        permit = house.permit(house.teller, Action.PROFILE_CHANGE, emiko)
        with pytest.raises(Refused):
            services.change(permit, emiko, written={name: "1"}, revisions={}, source="form")


@pytest.mark.requirement("A1")
def test_nobody_registers_into_another_branch(house: House) -> None:
    permit = house.permit(house.teller, Action.PROFILE_CREATE)
    with pytest.raises(Refused):
        services.register(permit, branch="003", owner=None, written={"number": "1", "name": "佐藤"}, source="form")


@pytest.mark.requirement("C6")
def test_change_keeps_history_and_what_was_not_open(house: House) -> None:
    emiko = house.customer()
    permit = house.permit(house.teller, Action.PROFILE_CHANGE, emiko)
    changed = services.change(
        permit, emiko, written={"phones": "090-9999-0000", "name": "齋藤 惠美子"}, revisions={}, source="form"
    )
    assert changed == ["phones"]
    found = profile(house, house.manager, emiko).values
    assert found["birth_date"].content == EMIKO["birth_date"]
    [change] = queries.history(house.permit(house.manager, Action.HISTORY_READ, emiko), emiko)
    assert (change.who, change.source, change.category) == ("長谷川 由美", "form", Category.BASIC)
    [(name, old, new)] = change.fields
    assert (name, old.content, new.content) == ("phones", EMIKO["phones"], ["090-9999-0000"])


@pytest.mark.requirement("C6")
def test_history_masks_what_the_reader_may_not_see(house: House) -> None:
    emiko = house.customer()
    permit = house.permit(house.manager, Action.PROFILE_CHANGE, emiko)
    services.change(permit, emiko, written={"birth_date": "1951-05-15"}, revisions={}, source="form")
    [change] = queries.history(house.permit(house.teller, Action.HISTORY_READ, emiko), emiko)
    assert not any(value.shown for _, *pair in change.fields for value in pair)


@pytest.mark.requirement("C6")
def test_two_people_changing_at_once_do_not_overwrite(house: House) -> None:
    emiko = house.customer()
    seen = profile(house, house.teller, emiko).revisions
    first = house.permit(house.teller, Action.PROFILE_CHANGE, emiko)
    services.change(first, emiko, written={"city": "石巻市"}, revisions=seen, source="form")
    second = house.permit(house.manager, Action.PROFILE_CHANGE, emiko)
    with pytest.raises(Conflict):
        services.change(second, emiko, written={"city": "名取市"}, revisions=seen, source="form")
    assert profile(house, house.manager, emiko).city.content == "石巻市"


@pytest.mark.requirement("C1")
def test_a_number_belongs_to_one_customer_also_of_another_branch(house: House) -> None:
    house.customer("0213-1", branch=house.wakaba)
    for number in ("0213-1", " 0213-1 ", "０２１３－１"):
        permit = house.permit(house.teller, Action.PROFILE_CREATE)
        with pytest.raises(Conflict) as conflict:
            services.register(
                permit, branch="002", owner=None, written={"number": number, "name": "佐藤"}, source="form"
            )
        assert "若葉" not in str(conflict.value)


@pytest.mark.requirement("C9")
def test_a_change_is_found_at_once_and_the_old_is_not(house: House) -> None:
    emiko = house.customer()
    permit = house.permit(house.manager, Action.PROFILE_CHANGE, emiko)
    services.change(
        permit, emiko, written={"name": "高橋 惠美子", "kana": "タカハシ エミコ"}, revisions={}, source="form"
    )

    def total(text: str) -> int:
        return queries.search(house.permit(house.manager, Action.SEARCH), queries.Ask(text=text)).total

    assert (total("高橋"), total("齋藤"), total("0213338104")) == (1, 0, 1)


@pytest.mark.requirement("C1")
def test_service_under_anothers_permit_is_refused(house: House) -> None:
    emiko, other = house.customer(), house.customer("2")
    permit = house.permit(house.teller, Action.PROFILE_CHANGE, emiko)
    with pytest.raises(Refused):
        services.change(permit, other, written={"city": "x"}, revisions={}, source="form")
    reading = house.permit(house.teller, Action.PROFILE_READ, emiko)
    with pytest.raises(Refused):
        services.change(reading, emiko, written={"city": "x"}, revisions={}, source="form")


@pytest.mark.requirement("C8")
def test_list_makes_the_same_number_of_queries_for_one_and_many(
    house: House, django_assert_max_num_queries: object
) -> None:
    from django.db import connections
    from django.test.utils import CaptureQueriesContext

    counts = []
    for size in (1, 6):
        for number in range(size):
            house.customer(f"{size}-{number}")
        permit = house.permit(house.teller, Action.SEARCH)
        queries.search(permit, queries.Ask())
        permit = house.permit(house.teller, Action.SEARCH)
        with CaptureQueriesContext(connections["default"]) as data, CaptureQueriesContext(connections["keys"]) as keys:
            queries.search(permit, queries.Ask())
        counts.append((len(data), len(keys)))
    assert counts[0] == counts[1]


@pytest.mark.requirement("C1")
def test_every_field_has_a_category_and_a_label() -> None:
    assert {spec.category for spec in FIELDS.values()} == set(Category)
    assert all(str(spec.label) for spec in FIELDS.values())
