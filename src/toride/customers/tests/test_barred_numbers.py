"""個人番号 and card numbers never lie in ordinary fields: found in any writing, told apart from what only looks alike."""

import random

import pytest
from django.db import connections
from django.test import override_settings

from tests.kit import enter
from tests.people import House
from toride.audit.events import Event, decode
from toride.base.errors import Hidden, Invalid, Refused
from toride.customers import apart, barred, services
from toride.customers.barred import Kind
from toride.vault.tests.contents import everything

pytestmark = pytest.mark.requirement("C12")
MY_NUMBER = "123456789018"
CARD = "4111111111111111"
WRITTEN = {"name": "齋藤 惠美子", "number": "0213-338104"}


def newest(action: str) -> Event:
    found = []
    for alias, table in (("default", "audit_outbox"), ("audit", "audit_inbox")):
        with connections[alias].cursor() as cursor:
            cursor.execute(f"SELECT bytes FROM {table} ORDER BY id")
            found += [decode(bytes(data))[0] for (data,) in cursor.fetchall()]
    return max((one for one in found if one.action == action), key=lambda one: one.at)


def drawn(chance: random.Random, digits: int) -> str:
    return "".join(str(chance.randrange(10)) for _ in range(digits))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (MY_NUMBER, Kind.INDIVIDUAL),
        ("1234 5678 9018", Kind.INDIVIDUAL),
        ("１２３４‐５６７８‐９０１８", Kind.INDIVIDUAL),
        ("ご本人の番号は123456789018です。", Kind.INDIVIDUAL),
        ("マイナンバー：123456789010", Kind.INDIVIDUAL),  # named, though its check digit is mistyped
        ("2026-11-20 1234-5678-9018", Kind.INDIVIDUAL),
        (CARD, Kind.CARD),
        ("4111-1111-1111-1111", Kind.CARD),
        ("３５３０　１１１３　３３３０　００００", Kind.CARD),
        ("3782-822463-10005", Kind.CARD),
        ("5555555555554444", Kind.CARD),
        ("6011 1111 1111 1117", Kind.CARD),
        ("36227206271667", Kind.CARD),
        ("6240008631401148", Kind.CARD),
    ],
)
def test_it_is_found_in_every_writing(text: str, kind: Kind) -> None:
    assert [one.kind for one in barred.find(text)] == [kind]


@pytest.mark.parametrize(
    "text",
    [
        "090-3471-8826", "022-271-4410、090-3471-8826", "+819034718826", "0001-123-1234567", "981-0913",
        "123456789010", "受付番号 123456789018", "口座番号：4111111111111111", "202611201142", "12345678901 8x", "1234567890189",
    ],
)  # fmt: skip
def test_what_only_looks_alike_is_left(text: str) -> None:
    assert barred.find(text) == []


def test_phones_and_accounts_never_raise_a_false_alarm() -> None:
    chance = random.Random(12)
    for _ in range(3_000):
        for text in (
            f"090-{drawn(chance, 4)}-{drawn(chance, 4)}",
            f"0{drawn(chance, 9)}",
            f"090{drawn(chance, 8)} 022-{drawn(chance, 3)}-{drawn(chance, 4)}",
            f"{drawn(chance, 4)}-{drawn(chance, 3)}-{drawn(chance, 7)}",
            f"普通 {drawn(chance, 7)}",
        ):
            assert barred.find(text) == [], text


def test_every_check_digit_but_one_is_refused() -> None:
    assert [digit for digit in range(10) if barred.is_individual(f"12345678901{digit}")] == [8]
    assert [digit for digit in range(10) if barred.is_card(f"411111111111111{digit}")] == [1]


@pytest.mark.parametrize("field", ["name", "street", "phones", "city", "kana"])
def test_a_new_customer_with_one_is_refused_and_the_words_do_not_repeat_it(house: House, field: str) -> None:
    permit = house.permit(house.steward, "customers:profile:create")
    with pytest.raises(Invalid) as caught:
        services.register(permit, branch="002", owner=None, written={**WRITTEN, field: MY_NUMBER}, source="form")
    assert set(caught.value.fields) == {field}
    assert MY_NUMBER not in f"{caught.value} {caught.value.fields[field]}"


def test_a_note_with_one_is_refused_and_nothing_changes(house: House) -> None:
    subject = house.customer()
    permit = house.permit(house.teller, "customers:profile:change", subject)
    with pytest.raises(Invalid) as caught:
        services.change(permit, subject, written={"note": f"カード {CARD}"}, revisions={}, source="form")
    assert CARD not in f"{caught.value} {caught.value.fields['note']}"
    assert CARD not in everything([subject])


def test_the_form_says_what_to_do_and_keeps_the_rest(house: House) -> None:
    subject = house.customer()
    page = enter(house.teller).post(
        f"/customers/{subject}/change/",
        {"part": "story", "note": f"カードは{CARD}", "last_contact": "2026-11-18"},
        headers={"HX-Request": "true"},
    )
    assert page.status_code == 422
    body = page.content.decode()
    assert "カード番号の可能性があります" in body
    assert "2026-11-18" in body


@override_settings(BARRED_NUMBERS="mask")
def test_under_mask_only_stars_are_kept(house: House) -> None:
    subject = house.customer()
    permit = house.permit(house.teller, "customers:profile:change", subject)
    services.change(permit, subject, written={"note": f"番号は{MY_NUMBER}、カード{CARD}"}, revisions={}, source="form")
    page = enter(house.teller).get(f"/customers/{subject}/").content.decode()
    assert "番号は＊＊＊＊＊＊＊＊＊＊＊＊、カード＊＊＊＊＊＊＊＊＊＊＊＊1111" in page
    kept = everything([subject])
    assert "平日の午前" in kept, "the copy must show what is kept"
    assert MY_NUMBER not in kept
    assert CARD not in kept
    assert newest("customers:profile:change").facts["struck"] == {"note": "individual"}


@override_settings(BARRED_NUMBERS="apart")
def test_set_apart_it_opens_to_few_and_can_be_ended(house: House) -> None:
    subject = house.customer(owner=house.sales)
    permit = house.permit(house.teller, "customers:profile:change", subject)
    services.change(permit, subject, written={"note": f"番号は{MY_NUMBER}"}, revisions={}, source="form")
    assert MY_NUMBER not in enter(house.dpo).get(f"/customers/{subject}/").content.decode()
    for person in (house.teller, house.manager, house.steward, house.admin, house.auditor, house.sales):
        assert enter(person).get(f"/customers/{subject}/apart/").status_code == 403
    page = enter(house.dpo).get(f"/customers/{subject}/apart/")
    assert MY_NUMBER in page.content.decode()
    assert newest("customers:apart:read").facts["numbers"] == 1
    ended = enter(house.dpo).post(f"/customers/{subject}/apart/end/", follow=True)
    assert MY_NUMBER not in ended.content.decode()
    assert newest("customers:apart:end").facts["numbers"] == 1
    assert MY_NUMBER not in everything([subject])
    with pytest.raises(Refused):
        apart.end(house.permit(house.dpo, "customers:apart:read", subject), subject)
    with pytest.raises(Hidden):
        house.permit(house.dpo, "customers:apart:read", house.dpo.id)
