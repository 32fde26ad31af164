"""Pages of reviews: each for the duties that have it, whole from start to signature."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from tests.kit import enter
from tests.people import House, become
from toride.access.actions import Action
from toride.access.models import Person
from toride.access.reviews import queries
from toride.access.reviews.models import Campaign, Item
from toride.access.reviews.tests.acts import close, decide, item, opened
from toride.base import clock

pytestmark = pytest.mark.requirement("A5")
HTMX = {"HX-Request": "true"}
DECIDE = ("manager", "dpo", "admin")
READ = ("dpo", "auditor", "admin")


def test_another_reviewers_grant_looks_as_if_it_were_not_there(house: House) -> None:
    campaign = opened(house)
    other = house.person("ono", "小野 光", "manager", house.wakaba, rank=6)
    manager = enter(other)
    theirs = item(campaign, house.teller)
    page = manager.get(reverse("grants")).content.decode()
    assert "長谷川" not in page
    found, unknown = (
        manager.post(reverse("grants_decide"), {"items": [pk], "decision": "keep"}, headers=HTMX)
        for pk in (theirs.pk, uuid4())
    )
    assert (found.status_code, unknown.status_code) == (404, 404)
    assert found.content == unknown.content
    assert Item.objects.get(pk=theirs.pk).state == "open"


def test_from_opening_to_signature_on_pages(house: House) -> None:
    admin, manager, officer = enter(house.admin), enter(house.manager), enter(house.dpo)
    become(house.teller, roles=["teller", "marketing"])
    form = {"branches": ["002"], "days": "０", "unused": "90", "dormant": "60", "reviewer": ""}
    assert admin.post(reverse("campaign_new"), form).status_code == 422
    answer = admin.post(reverse("campaign_new"), form | {"days": "１４"})
    campaign = Campaign.objects.get()
    address = reverse("campaign", kwargs={"campaign": campaign.pk})
    assert answer.headers["Location"] == address
    assert "<b>確認待ちの権限</b>" in manager.get("/").content.decode()
    page = manager.get(reverse("grants")).content.decode()
    assert "長谷川 由美" in page
    assert "東海林" not in page

    def post(client, decision, items, **more):
        sent = {"decision": decision, "items": [one.pk for one in items], **more}
        return client.post(reverse("grants_decide"), sent, headers=HTMX)

    wrong, right, seller = (
        item(campaign, house.teller, "marketing"), item(campaign, house.teller, "teller"), item(campaign, house.sales)
    )  # fmt: skip
    shown = post(manager, "remove", [wrong])
    assert shown.status_code == 200
    assert "1件を今すぐ解除" in shown.content.decode()
    assert Item.objects.get(pk=wrong.pk).state == "open"
    post(manager, "remove", [wrong], sure="1")
    house.teller.refresh_from_db()
    assert house.teller.roles == ["teller"]
    post(manager, "keep", [right])
    assert post(manager, "ask", [seller], sure="1", words="なぜ").status_code == 422
    post(manager, "ask", [seller], sure="1", words="渉外の担当を続けますか。")
    assert "権限についての質問" in enter(house.sales).get("/").content.decode()
    asked = enter(house.sales).get(reverse("questions")).content.decode()
    assert "渉外の担当を続けますか。" in asked
    enter(house.sales).post(reverse("question_answer", kwargs={"item": seller.pk}), {"words": "はい、続けます。"})
    assert "はい、続けます。" in manager.get(reverse("grants")).content.decode()
    post(manager, "keep", [seller])
    post(officer, "keep", [item(campaign, house.manager)])
    assert "終了して署名する" in admin.get(address).content.decode()
    admin.post(reverse("campaign_close", kwargs={"campaign": campaign.pk}))
    page = enter(house.auditor).get(address).content.decode()
    assert "署名済み" in page
    file = enter(house.auditor).get(reverse("campaign_result", kwargs={"campaign": campaign.pk}))
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert "渉外の担当" not in file.content.decode()
    assert "署名済み" in enter(house.auditor).get(reverse("campaigns")).content.decode()


def test_an_altered_result_is_said_to_be_altered(house: House) -> None:
    campaign = opened(house, branches=["003"])
    decide(house, house.dpo, [item(campaign, house.other_teller)])
    result = close(house, campaign).result
    Campaign.objects.update(result=result.replace('"removed":0', '"removed":1'))
    auditor = enter(house.auditor)
    page = auditor.get(reverse("campaign", kwargs={"campaign": campaign.pk})).content.decode()
    assert "データベース上で改変されています" in page
    assert "署名済み" not in page
    assert "改変あり" in auditor.get(reverse("campaigns")).content.decode()


def test_many_people_come_in_pages_and_by_finding(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "PAGE", 2)
    people = [house.person(f"p{at}", f"職員{at}号", "teller", house.midoridai) for at in range(3)]
    Person.objects.filter(pk=people[2].pk).update(created=clock.now() - timedelta(days=400))
    opened(house, branches=["002"])
    permit = house.permit(house.manager, Action.CAMPAIGN_DECIDE)
    pages = [queries.mine(permit, page=number) for number in (1, 2, 3, 99, -1)]
    assert [len(page.groups) for page in pages] == [2, 2, 1, 1, 2]
    assert [page.more for page in pages] == [True, True, False, False, True]
    assert len({group.person for page in pages[:3] for group in page.groups}) == 5
    assert (pages[2].counts[""], pages[2].counts["unused"]) == (5, 1)
    (only,) = queries.mine(permit, "unused").groups
    assert only.person == people[2]
    client = enter(house.manager)
    assert "職員2号" in client.get(reverse("grants") + "?finding=unused&page=7").content.decode()
    Item.objects.filter(person=people[2]).update(used=clock.now() - timedelta(days=120, hours=1))
    assert "（120日前）" in client.get(reverse("grants") + "?finding=unused").content.decode()
    assert "職員2号" not in client.get(reverse("grants") + "?finding=leaver").content.decode()
    assert client.get(reverse("grants") + "?finding=%00&page=x").status_code == 200
