"""The pages of two-person acts: who reaches which address, and what a form says and does."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from tests.kit import enter, seen
from tests.people import House
from toride.access.models import Approval, Person
from toride.access.tests.approvals import asked

pytestmark = pytest.mark.requirement("A4")
HTMX = {"HX-Request": "true"}


def post(client: Client, name: str, row: Approval, **sent: str) -> object:
    return client.post(reverse(name, kwargs={"number": row.pk}), sent, headers=HTMX)


def test_from_asking_to_doing_on_pages(house: House) -> None:
    admin, dpo = enter(house.admin), enter(house.dpo)
    address = reverse("person_change", kwargs={"person": house.teller.pk})
    assert (
        f'href="{address}" aria-label="職務の変更: 長谷川 由美">職務の変更</a>'
        in admin.get("/people/").content.decode()
    )
    form = {"roles": ["sales"], "rank": "3", "branch": "003", "reason": "異動の発令がありました。"}
    begun = admin.get(address).content.decode()
    assert "所属店</label>" in begun
    unknown = admin.post(address, form | {"branch": "9"}, headers=HTMX).content.decode()
    assert "所属店を選択してください" in unknown
    answer = admin.post(address, form, headers=HTMX)
    row = Approval.objects.get()
    assert answer.headers["HX-Redirect"] == reverse("approval", kwargs={"number": row.pk})
    assert '<span class="count">1</span>' in dpo.get("/").content.decode()
    assert "<b>承認待ちの申請</b>" in dpo.get("/").content.decode()
    page = dpo.get(answer.headers["HX-Redirect"]).content.decode()
    for text in (
        "長谷川 由美",
        "異動の発令がありました。",
        "窓口",
        "早坂 健",
        "所属店",
        "決裁の期限",
        "（期限後は自動的に却下）",
    ):
        assert text in page
    assert "取引店" not in begun + unknown + page
    assert page.split("<main")[1].count("異動の発令がありました。") == 1
    digest = seen(house, house.dpo, row).digest
    wrong = post(dpo, "approval_decide", row, decision="approve", digest=digest, count="3")
    assert wrong.status_code == 422
    assert "上に表示されている数と一致しません" in wrong.content.decode()
    assert post(dpo, "approval_decide", row, decision="approve", digest=digest, count="1").status_code == 200
    house.teller.refresh_from_db()
    assert house.teller.roles == ["sales"]
    assert '<span class="count">' not in dpo.get("/").content.decode()
    assert "承認・実施済み" in admin.get("/approvals/").content.decode()


def test_a_held_request_waits_for_its_asker(house: House) -> None:
    row, admin, dpo = asked(house), enter(house.admin), enter(house.dpo)
    assert post(dpo, "approval_decide", row, decision="hold", words="発令日は？").status_code == 200
    assert '<span class="count">1</span>' in admin.get("/").content.decode()
    held = dpo.get(reverse("approval", kwargs={"number": row.pk})).content.decode()
    assert 'value="approve"' not in held
    mine = admin.get(reverse("approval", kwargs={"number": row.pk})).content.decode()
    assert 'name="words"' in mine
    assert 'name="withdraw"' in mine
    late = post(dpo, "approval_decide", row, decision="approve", digest=seen(house, house.dpo, row).digest, count="1")
    assert late.status_code == 409
    assert post(admin, "approval_answer", row, words="う").status_code == 422
    assert post(admin, "approval_answer", row, words="十一月二十日です").status_code == 200
    assert 'value="approve"' in dpo.get(reverse("approval", kwargs={"number": row.pk})).content.decode()


def test_a_bad_wish_keeps_what_was_typed(house: House) -> None:
    address = reverse("person_change", kwargs={"person": house.teller.pk})
    form = {"roles": ["admin", "auditor"], "rank": "7", "branch": "003", "reason": "兼務のため、お願いします。"}
    answer = enter(house.admin).post(address, form, headers=HTMX)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "次の職務は兼務できません" in page
    assert "兼務のため、お願いします。" in page
    assert not Approval.objects.exists()


def test_an_unknown_or_ended_person_is_not_found(house: House) -> None:
    client = enter(house.admin)
    Person.objects.filter(pk=house.teller.pk).update(is_active=False)
    for one in (house.teller.pk, uuid4()):
        assert client.get(reverse("person_change", kwargs={"person": one})).status_code == 404


def test_a_form_from_elsewhere_is_refused(house: House) -> None:
    row = asked(house)
    client = Client(enforce_csrf_checks=True)
    client.cookies = enter(house.dpo).cookies
    for name in ("approval_decide", "approval_answer"):
        assert client.post(reverse(name, kwargs={"number": row.pk}), {"decision": "refuse"}).status_code == 403
    assert Approval.objects.get().state == "waiting"


def test_refusals_are_events(house: House) -> None:
    from toride.audit.events import decode
    from toride.audit.models import Inbox

    row = asked(house)
    post(enter(house.dpo), "approval_decide", row, decision="approve", digest="0", count="1")
    last = decode(bytes(Inbox.objects.order_by("-pk").values_list("bytes", flat=True)[0]))[0]
    assert (last.action, last.outcome) == ("access:approval:decide", "failed")
