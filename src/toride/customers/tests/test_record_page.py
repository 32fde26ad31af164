"""The record page: each part as far as it is open, changed in its place, a reveal that says until when."""

import re

import pytest

from tests.kit import enter, last_events
from tests.people import House
from toride.access.roles import WATERMARK
from toride.base.errors import Conflict
from toride.customers import queries, services, sheets
from toride.vault.permit import Category, Opening

HX = {"HX-Request": "true"}


def revision(page: str, category: int) -> str:
    found = re.search(rf'name="revision-{category}" value="(\d+)"', page)
    assert found
    return found[1]


@pytest.mark.requirement("C8")
def test_each_part_says_how_far_it_opens(house: House) -> None:
    subject = house.customer()
    found = {}
    for person in (house.teller, house.operator, house.marketing):
        permit = house.permit(person, "customers:profile:read", subject)
        shown = sheets.sheets(permit, queries.profile(permit, subject))
        found[person.username] = {
            code: (one.opening, [fact.name for fact in one.facts if fact.masked]) for code, one in shown.items()
        }
    clear, masked, closed = Opening.CLEAR, Opening.MASKED, Opening.CLOSED
    assert found["hasegawa"]["person"] == (clear, ["birth_date"])
    assert found["hasegawa"]["derived"] == (masked, ["segment", "score"])
    assert found["hasegawa"]["sensitive"] == (closed, [])
    assert found["onodera"]["dealings"] == (masked, ["value", "holdings", "since"])
    assert found["saegusa"]["contact"][0] == masked
    assert found["saegusa"]["story"][0] == clear


@pytest.mark.requirement("C8")
def test_a_closed_part_says_why(house: House) -> None:
    subject = house.customer()
    permit = house.permit(house.teller, "customers:profile:read", subject)
    why = str(sheets.sheets(permit, queries.profile(permit, subject))["sensitive"].reason)
    assert why
    page = enter(house.teller).get(f"/customers/{subject}/").content.decode()
    part = page[page.index('id="part-sensitive"') :].partition("</section>")[0]
    assert 'class="lock"' in part
    assert why in part


@pytest.mark.requirement("C8", "C6")
def test_a_part_is_changed_in_its_place(house: House) -> None:
    subject = house.customer()
    client = enter(house.teller)
    form = client.get(f"/customers/{subject}/change/?part=contact", headers=HX).content.decode()
    assert 'name="phones"' in form
    assert 'name="value"' not in form
    assert "担当者（先方）" not in form, "a person has no contact person"
    sent = {"part": "contact", "phones": "０９０ー１２３４ー５６７８", "revision-1": revision(form, 1)}
    answer = client.post(f"/customers/{subject}/change/", sent, headers=HX)
    body = answer.content.decode()
    assert answer.status_code == 200
    assert "090-1234-5678" in body
    assert "<html" not in body
    assert 'id="part-contact"' in body
    history = client.get(f"/customers/{subject}/history/").content.decode()
    assert "090-3471-8826" in history
    assert "画面" in history


@pytest.mark.requirement("C3")
def test_a_mistake_in_a_part_keeps_what_was_typed(house: House) -> None:
    subject = house.customer()
    sent = {"part": "contact", "phones": "090-3471-882", "emails": "new@example.jp"}
    answer = enter(house.teller).post(f"/customers/{subject}/change/", sent, headers=HX)
    body = answer.content.decode()
    assert answer.status_code == 422
    assert "090-3471-882" in body
    assert "new@example.jp" in body
    assert "桁" in body


@pytest.mark.requirement("C8")
def test_a_part_changed_by_two_at_once_is_told(house: House) -> None:
    subject = house.customer()
    client, other = enter(house.teller), enter(house.manager)
    form = client.get(f"/customers/{subject}/change/?part=contact", headers=HX).content.decode()
    sent = {"part": "contact", "revision-1": revision(form, 1)}
    assert other.post(f"/customers/{subject}/change/", sent | {"emails": "a@example.jp"}, headers=HX).status_code == 200
    late = client.post(f"/customers/{subject}/change/", sent | {"emails": "b@example.jp"}, headers=HX)
    page = late.content.decode()
    assert late.status_code == 409
    assert "画面を開いた後に、この情報が変更されました" in page
    assert 'value="b@example.jp"' in page, "nothing typed is lost"
    assert "a@example.jp" in page, "what stands is told"
    again = client.post(
        f"/customers/{subject}/change/",
        sent | {"emails": "b@example.jp", "revision-1": revision(page, 1)},
        headers=HX,
    )
    assert again.status_code == 200
    with pytest.raises(Conflict):
        services.change(
            house.permit(house.teller, "customers:profile:change", subject), subject,
            written={"emails": "c@example.jp"}, revisions={Category.BASIC: 1}, source="form",
        )  # fmt: skip


@pytest.mark.requirement("C3")
def test_a_number_in_use_is_told_beside_it_and_nothing_typed_is_lost(house: House) -> None:
    subject, _other = house.customer("100-1"), house.customer("100-2")
    client = enter(house.teller)
    sent = {"branch": house.midoridai.code, "number": "100-2", "name": "今泉 佐和子", "kind": "person"}
    for address, status in (("/customers/new/", 409), (f"/customers/{subject}/change/", 409)):
        answer = client.post(address, sent, headers=HX)
        page = answer.content.decode()
        assert answer.status_code == status
        assert "この番号はすでに使用されています" in page
        assert "今泉 佐和子" in page


@pytest.mark.requirement("C8", "A1")
def test_parts_of_another_branch_look_like_none(house: House) -> None:
    there = house.customer("9", branch=house.wakaba)
    client = enter(house.teller)
    for path in ("", "change/"):
        hidden = client.get(f"/customers/{there}/{path}?part=contact", headers=HX)
        unknown = client.get(f"/customers/{house.teller.id}/{path}?part=contact", headers=HX)
        assert hidden.status_code == unknown.status_code == 404
        assert hidden.content == unknown.content


@pytest.mark.requirement("C8", "A1")
def test_a_part_that_is_masked_cannot_be_changed_through_the_form(house: House) -> None:
    subject = house.customer()
    client = enter(house.teller)
    assert 'name="segment"' not in client.get(f"/customers/{subject}/change/?part=derived", headers=HX).content.decode()
    client.post(f"/customers/{subject}/change/", {"part": "derived", "segment": "優良"}, headers=HX)
    permit = house.permit(house.sales, "customers:profile:read", house.customer("5", owner=house.sales))
    assert permit.opening(Category.DERIVED) == Opening.CLEAR
    manager = house.permit(house.manager, "customers:profile:read", subject)
    assert queries.profile(manager, subject).values["segment"].content == "相続準備"


@pytest.mark.requirement("C8", "T1")
def test_a_reveal_says_when_and_until_when(house: House) -> None:
    subject = house.customer()
    answer = enter(house.teller).post(f"/customers/{subject}/reveal/", {"field": "birth_date"}, headers=HX)
    body = answer.content.decode()
    assert "1951-05-14（昭和26年5月14日）" in body
    assert 'data-mask-after="300"' in body
    assert re.search(r"\d\d:\d\dに表示・記録済み", body)


@pytest.mark.requirement("K4")
def test_the_watermark_follows_the_policy(house: House) -> None:
    subject = house.customer()
    assert WATERMARK in house.permit(house.teller, "customers:profile:read", subject).obligations
    assert not house.permit(house.admin, "access:matrix:read").obligations
    page = enter(house.teller).get(f"/customers/{subject}/").content.decode()
    assert re.search(r"<text [^>]+>長谷川 由美・みどり台支店[^<]*・20\d\d-\d\d-\d\d \d\d:\d\d</text>", page)


@pytest.mark.requirement("C8", "T1")
def test_a_part_alone_records_only_its_category(house: House) -> None:
    subject = house.customer()
    enter(house.teller).get(f"/customers/{subject}/?part=contact", headers=HX)
    touched = last_events()[0].subjects
    assert touched == ((subject, "clear", 1 << Category.BASIC),)


@pytest.mark.requirement("C9")
def test_a_record_bears_its_star(house: House) -> None:
    subject = house.customer()
    client = enter(house.teller)
    assert 'aria-pressed="false" aria-label="お気に入り' in client.get(f"/customers/{subject}/").content.decode()
    client.post(f"/customers/{subject}/star/", {"on": "1"})
    assert 'aria-pressed="true" aria-label="お気に入り' in client.get(f"/customers/{subject}/").content.decode()
