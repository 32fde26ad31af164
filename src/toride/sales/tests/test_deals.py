"""Deals are sealed, of customers in reach only, and a list, a panel, a form and an interface show no more than a permit."""

import re
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from tests.kit import events, told
from tests.people import House, become, signed_in
from toride.access import policy
from toride.base.errors import Conflict, Hidden, Invalid, Refused
from toride.customers.models import Customer
from toride.fields import kinds
from toride.lists.ask import Ask
from toride.sales import queries, services
from toride.sales.actions import Action
from toride.sales.deals import DEALS
from toride.sales.models import DEAL, Deal
from toride.vault.models import SealedRecord
from toride.vault.permit import Category, Mode, Opening
from toride.vault.values import Masked

pytestmark = [pytest.mark.requirement("A1", "C8"), pytest.mark.store]
LOAN = {"title": "住宅ローンの借り換え", "amount": "1,200万円", "expected": "令和9年3月1日", "note": "来月に再訪"}


def opened(house: House, subject: UUID, stage: str = "lead", **written: str) -> UUID:
    permit = house.permit(house.manager, Action.DEAL_OPEN, subject)
    return services.open_deal(permit, subject, written=LOAN | written, stage=stage)


@pytest.fixture
def emiko(house: House) -> UUID:
    return house.customer(owner=house.sales)


def test_what_a_deal_says_is_cleaned_and_sealed(house: House, emiko: UUID) -> None:
    deal = opened(house, emiko)
    line = queries.one(house.permit(house.sales, Action.DEAL_READ, emiko), emiko, deal)
    assert {name: value for name, value in line.held.written().items() if name != "note"} == {
        "title": "住宅ローンの借り換え", "amount": "12000000", "expected": "2027-03-01",
    }  # fmt: skip
    record = SealedRecord.objects.get(pk=deal)
    assert (record.subject_id, record.category, record.kind) == (emiko, Category.TRANSACTIONS, "deal")
    assert "住宅".encode() not in bytes(record.blob)
    assert not {field.name for field in Deal._meta.fields} & set(DEAL.named)


def test_nobody_sees_deals_of_a_customer_out_of_reach(house: House, emiko: UUID) -> None:
    away = opened(house, emiko)
    Customer.objects.filter(pk=emiko).update(branch=house.wakaba, owner=None)
    for person in (house.sales, house.manager):
        client = signed_in(person)
        for address in (
            f"/customers/{emiko}/deals/",
            f"/customers/{emiko}/deals/{away}/",
            f"/customers/{emiko}/deals/new/",
        ):
            known, unknown = client.get(address), client.get(address.replace(str(emiko), str(uuid4())))
            assert known.status_code == unknown.status_code == 404
            assert known.content == unknown.content
        assert "住宅ローン" not in client.get("/deals/").content.decode()
        assert DEALS.source.ask(house.permit(person, Action.DEAL_READ), Ask()).total == 0
    assert client.post(f"/customers/{emiko}/deals/{away}/move/", {"stage": "won"}).status_code == 404
    assert Deal.objects.get().stage == "lead"


def test_a_deal_opens_only_with_its_own_customer(house: House, emiko: UUID) -> None:
    deal, other = opened(house, emiko), house.customer("2", owner=house.sales)
    permit = house.permit(house.manager, Action.DEAL_CHANGE, other)
    for act in (
        lambda: queries.one(permit, other, deal),
        lambda: services.move(permit, other, deal=deal, stage="won"),
        lambda: services.change(permit, other, deal=deal, written={"title": "x"}, revision=None),
    ):
        with pytest.raises(Hidden):
            act()
    held = queries.one(house.permit(house.manager, Action.DEAL_READ, emiko), emiko, deal).held
    with pytest.raises(Hidden):
        kinds.change(permit, replace(held, subject=other), {"title": "x"}, revision=None, note={})
    assert (Deal.objects.get().stage, SealedRecord.objects.get(pk=deal).revision) == ("lead", 1)


def test_a_page_opens_and_tells_of_its_own_deals_only(house: House, emiko: UUID) -> None:
    deals = [opened(house, emiko, stage, title=f"件名{stage}") for stage in ("lead", "won", "lost")]
    permit = house.permit(house.manager, Action.DEAL_READ)
    found = DEALS.source.ask(permit, Ask(filters={"stage": "won"}))
    assert [one.deal.pk for one in found.items] == deals[1:2]
    assert permit.ledger.touches == {(emiko, Mode.CLEAR): 1 << Category.TRANSACTIONS | 1 << Category.BASIC}
    page = signed_in(house.manager).post("/deals/", {"stage": "won"}).content.decode()
    assert "件名won" in page
    assert "件名lead" not in page
    (event,) = events()
    assert (event.action, {one for one, _mode, _mask in event.subjects}) == (Action.DEAL_READ, {emiko})


def test_who_may_not_see_a_field_sees_dots_in_every_place(house: House, emiko: UUID) -> None:
    deal = opened(house, emiko)
    services.change(
        house.permit(house.manager, Action.DEAL_CHANGE, emiko), emiko, deal=deal, written={"amount": "9"}, revision=1
    )
    permit = house.permit(house.manager, Action.DEAL_READ, emiko)
    masked = replace(permit, fields={DEAL.needs("amount")[0]: Opening.MASKED})
    held = queries.one(masked, emiko, deal).held
    assert isinstance(held["amount"], Masked)
    assert "amount" not in held.written()
    assert held.shape(masked)["withheld"]["amount"]["how"] == "masked"
    ((_field, old, new),) = kinds.history(masked, held)[0].fields
    assert isinstance(old, Masked)
    assert isinstance(new, Masked)
    assert "amount" not in {one.name for one in DEALS.columns if not one.reason(masked)}
    with pytest.raises(Refused):
        kinds.change(masked, held, {"amount": "1"}, revision=None, note={})


def test_a_duty_without_deals_is_refused_and_a_record_shows_no_panel(house: House, emiko: UUID) -> None:
    opened(house, emiko)
    client = signed_in(house.teller)
    for address in ("/deals/", f"/customers/{emiko}/deals/", f"/customers/{emiko}/deals/new/"):
        assert client.get(address).status_code == 403
    assert "/deals/" not in client.get(f"/customers/{emiko}/").content.decode()
    become(house.teller, roles=["teller", "sales"])  # whose sales reach only what is their own
    assert f"/customers/{emiko}/deals/" not in client.get(f"/customers/{emiko}/?for=service").content.decode()
    record = signed_in(house.sales).get(f"/customers/{emiko}/").content.decode()
    assert f'hx-get="/customers/{emiko}/deals/?for=sales"' in record
    assert "住宅ローン" in signed_in(house.sales).get(f"/customers/{emiko}/deals/").content.decode()


def test_the_form_says_what_to_mend_and_keeps_what_was_typed(house: House, emiko: UUID) -> None:
    client, address = signed_in(house.sales), f"/customers/{emiko}/deals/new/"
    answer = client.post(address, LOAN | {"title": "", "amount": "たくさん"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.count('aria-invalid="true"') == 2
    assert "来月に再訪" in page
    assert not Deal.objects.exists()
    made = client.post(address, LOAN)["Location"]
    assert client.get(made).status_code == 200
    move = made.partition("?")[0] + "move/"
    assert client.post(move, {"stage": "moon"}).status_code == 422
    assert client.post(move, {"stage": "proposal"}).status_code == 302
    assert Deal.objects.get().stage == "proposal"


def test_a_change_meanwhile_is_told_and_each_change_has_its_history(house: House, emiko: UUID) -> None:
    deal = opened(house, emiko)
    permit = house.permit(house.sales, Action.DEAL_CHANGE, emiko)
    assert services.change(permit, emiko, deal=deal, written={**LOAN, "title": "新しい件名"}, revision=1) == ["title"]
    for revision in (1, 0, 7):
        with pytest.raises(Conflict):
            services.change(permit, emiko, deal=deal, written={"title": "別の件名"}, revision=revision)
    with pytest.raises(Invalid):
        services.change(permit, emiko, deal=deal, written={"title": " "}, revision=2)
    other = opened(house, emiko, title="もうひとつ")
    held = queries.one(house.permit(house.sales, Action.DEAL_READ, emiko), emiko, deal).held
    ((field, old, new),) = kinds.history(permit, held)[0].fields
    assert (field.name, old.content, new.content) == ("title", "住宅ローンの借り換え", "新しい件名")
    assert kinds.history(permit, queries.one(permit, emiko, other).held) == []


def test_views_of_deals_and_of_customers_are_apart(house: House, emiko: UUID) -> None:
    opened(house, emiko, "won")
    client = signed_in(house.sales)
    saved = client.post(
        "/deals/views/", {"name": "成約の一覧", "stage": "won", "first": "1"}, headers={"HX-Request": "1"}
    )
    address = saved["HX-Redirect"]
    view = re.fullmatch(r"/deals/views/([0-9a-f-]+)/", address)[1]
    for page in (client.get(address), client.get("/deals/")):
        assert 'data-name="stage" data-value="won" aria-pressed="true"' in page.content.decode()
    assert 'aria-pressed="true"' not in client.get("/customers/").content.decode()
    assert address in client.get("/customers/").content.decode()
    for other in (f"/customers/views/{view}/", f"/customers/views/{view}/remove/", f"/customers/views/{view}/share/"):
        assert client.get(other).status_code in (403, 404, 405)
        assert client.post(other).status_code in (403, 404)


def test_a_page_of_many_asks_as_many_queries_as_of_one(house: House, emiko: UUID) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for _number in range(2):
        opened(house, emiko)
        opened(house, house.customer(uuid4().hex[:12], owner=house.sales))
        permit = house.permit(house.sales, Action.DEAL_READ)
        with CaptureQueriesContext(connection) as asked:
            DEALS.source.ask(permit, Ask())
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_form_that_comes_back_with_the_deal_in_it_tells_of_that(house: House, emiko: UUID) -> None:
    deal = opened(house, emiko)
    client = signed_in(house.sales)
    answer = client.post(f"/customers/{emiko}/deals/{deal}/change/", {"title": "別の件名", "revision": "7"})
    assert answer.status_code == 409
    assert "別の件名" in answer.content.decode()
    noted = [(one.outcome, one.subjects) for one in told(Action.DEAL_CHANGE)]
    assert ("ok", ((emiko, Mode.CLEAR, 1 << Category.BASIC | 1 << Category.TRANSACTIONS),)) in noted
    assert [outcome for outcome, _subjects in noted].count("failed") == 1


@pytest.mark.requirement("A2")
def test_a_rule_of_the_policy_hides_the_amount_of_deals_and_of_nothing_else(
    house: House, emiko: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    deal = opened(house, emiko)
    content = policy.shipped_content()
    for action in ("sales:deal:read", "customers:profile:read"):
        for rule in content["sales"][action]:
            rule["fields"] |= {"2.deal.amount": int(Opening.MASKED), "2.title": int(Opening.MASKED)}
    ours = policy.compiled(content, "v1-test")
    monkeypatch.setattr(policy, "current", lambda: ours)
    client = signed_in(house.sales)
    for address in ("/deals/", "/deals/board/", f"/customers/{emiko}/deals/", f"/customers/{emiko}/deals/{deal}/"):
        page = client.get(address).content.decode()
        assert "住宅ローンの借り換え" in page, address
        assert "12,000,000" not in page, address
    assert "34,120,000" in client.get(f"/customers/{emiko}/").content.decode()
