"""Saved views, stars and the last opened: sealed, one's own, and never a way around a permit."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from tests.kit import body, enter, posted
from tests.people import House
from toride.base import clock
from toride.base.errors import Conflict, Hidden, Invalid, Refused
from toride.customers.finding import stars
from toride.customers.finding.tests.pages import (
    Setting,
    kept,
    saved_view,
    shared_view,
    starred,
)
from toride.customers.models import Star
from toride.lists import saved, services
from toride.lists.models import FirstView, SavedView
from toride.vault.permit import Mode

pytestmark = pytest.mark.requirement("C9")
WORDS = Setting(text="齋藤", filters={"status": "active", "city": "青葉区"}, columns=("number", "area"), size=100)


def test_a_view_opens_as_it_was_saved(house: House) -> None:
    house.customer()
    house.customer("2", name="佐藤 花子", kana="サトウ ハナコ")
    client = enter(house.teller)
    answer = posted(
        client,
        "/customers/views/",
        name="青葉区の齋藤さま",
        q="齋藤",
        status="active",
        city="青葉区",
        col=["number", "area"],
        size="100",
    )
    address = answer.headers["HX-Redirect"]
    page = body(client.get(address))
    assert "青葉区の齋藤さま" in page
    assert "<mark>齋藤</mark>" in page
    assert "佐藤 花子" not in page
    assert 'data-k="status"' not in page
    assert 'data-dialog="saveview">一覧として保存' not in page
    row = SavedView.objects.get()
    found = saved.view(house.permit(house.teller, "customers:list:search"), house.teller, row.pk)
    assert found.setting == WORDS


def test_words_and_name_are_sealed_at_rest_and_absent_from_the_event(house: House) -> None:
    permit = house.permit(house.teller, "customers:view:save")
    made = services.save(permit, name="齋藤さまの一覧", setting=WORDS)
    row = SavedView.objects.get(pk=made)
    for text in ("齋藤", "青葉区", "一覧"):
        assert text.encode() not in bytes(row.blob)
    from toride.audit.models import Outbox

    events = b"".join(bytes(one) for one in Outbox.objects.values_list("bytes", flat=True))
    assert str(made).encode() in events
    for text in ("齋藤", "青葉区"):
        assert text.encode() not in events
    SavedView.objects.filter(pk=made).update(id=made)
    other = saved_view(house, house.teller)
    SavedView.objects.filter(pk=other).update(blob=row.blob)
    from toride.vault.aead import Unopenable

    with pytest.raises(Unopenable):
        saved.view(house.permit(house.teller, "customers:list:search"), house.teller, other)


def test_anothers_private_view_looks_like_none(house: House) -> None:
    theirs = saved_view(house, house.manager, "支店長の一覧", text="齋藤")
    client = enter(house.teller)
    unknown = uuid4()
    for name in ("customers_view", "customers_view_remove", "customers_view_restore", "customers_view_share"):
        method = client.get if name == "customers_view" else client.post
        first, second = (method(reverse(name, kwargs={"view": one})) for one in (theirs, unknown))
        assert first.status_code == second.status_code == (404 if name != "customers_view_share" else 403)
        assert first.content == second.content
        assert dict(first.headers) == dict(second.headers)
    for address, sent in (
        ("/customers/views/", {"over": theirs, "name": "x"}),
        ("/customers/", {"view": theirs}),
        ("/customers/views/first/", {"view": theirs}),
    ):
        mine, nobody = (posted(client, address, **{**sent, next(iter(sent)): one}) for one in (theirs, unknown))
        assert mine.status_code == nobody.status_code == 404
        assert mine.content == nobody.content
    assert "支店長の一覧" not in body(client.get("/customers/"))
    permit = house.permit(house.manager, "customers:list:search")
    assert saved.view(permit, house.manager, theirs).name == "支店長の一覧"


def test_sharing_needs_the_right_and_reaches_as_far_as_the_duty(house: House) -> None:
    mine = saved_view(house, house.teller)
    assert posted(enter(house.teller), f"/customers/views/{mine}/share/", reach="branch").status_code == 403
    assert SavedView.objects.get(pk=mine).reach == "own"
    theirs = saved_view(house, house.manager)
    answer = posted(enter(house.manager), f"/customers/views/{theirs}/share/", reach="all")
    assert answer.status_code == 403
    assert SavedView.objects.get(pk=theirs).reach == "own"
    assert posted(enter(house.manager), f"/customers/views/{theirs}/share/", reach="branch").status_code == 200
    assert posted(enter(house.manager), f"/customers/views/{theirs}/share/", reach="moon").status_code == 422
    permit = house.permit(house.manager, "customers:view:share")
    with pytest.raises(Refused):
        services.share(permit, view=theirs, reach="branch", branch="003", name="x", setting=Setting())
    with pytest.raises(Hidden):
        services.share(
            house.permit(house.steward, "customers:view:share"),
            view=theirs,
            reach="all",
            branch=None,
            name="x",
            setting=Setting(),
        )


def test_a_shared_view_is_seen_by_those_it_reaches_and_changed_by_its_owner_only(house: House) -> None:
    branch = shared_view(house, house.manager, "branch", "みどり台の一覧")
    everyone = shared_view(house, house.steward, "all", "全店の一覧")
    here, there = body(enter(house.teller).get("/customers/")), body(enter(house.other_teller).get("/customers/"))
    assert "みどり台の一覧" in here
    assert "みどり台の一覧" not in there
    assert "全店の一覧" in here
    assert "全店の一覧" in there
    assert enter(house.other_teller).get(f"/customers/views/{branch}/").status_code == 404
    for view in (branch, everyone):
        assert posted(enter(house.teller), "/customers/views/", over=view, name="奪う").status_code == 404
        assert posted(enter(house.teller), f"/customers/views/{view}/remove/").status_code == 404
    assert posted(enter(house.manager), "/customers/views/", over=branch, name="権限なしの変更").status_code == 403
    posted(enter(house.manager), f"/customers/views/{branch}/share/", over=branch, reach="own", name="自分のみ")
    assert enter(house.teller).get(f"/customers/views/{branch}/").status_code == 404


def test_a_shared_view_shows_each_what_their_own_permit_opens(house: House) -> None:
    house.customer("1", value=34_120_000)
    house.customer("2", name="林 大樹", kana="ハヤシ ダイキ", branch=house.wakaba)
    view = shared_view(house, house.steward, "all", "全員", columns=("number", "value", "birth_date"))
    steward, teller = (body(enter(one).get(f"/customers/views/{view}/")) for one in (house.steward, house.teller))
    assert "林 大樹" in steward
    assert "林 大樹" not in teller
    assert 'data-k="value"' not in steward
    assert 'data-k="value"' in teller
    assert "1951-05-14" in steward
    assert "1951-05-14" not in teller


def test_a_shared_filter_on_a_closed_column_is_refused_with_words(house: House) -> None:
    house.customer()
    view = shared_view(house, house.steward, "all", "誕生日", filters={"birth_date": "5-14"})
    assert "惠美子" in body(enter(house.steward).get(f"/customers/views/{view}/"))
    answer = enter(house.teller).get(f"/customers/views/{view}/")
    assert answer.status_code == 403
    assert "惠美子" not in body(answer)
    from django.utils.translation import override

    from toride.access.responses import REASONS

    with override("en"):
        assert str(REASONS["closed-column"]) in body(
            enter(house.teller).get(f"/customers/views/{view}/", headers={"accept-language": "en"})
        )


def test_a_view_is_renamed_changed_removed_and_brought_back(house: House) -> None:
    client = enter(house.teller)
    view = saved_view(house, house.teller, "旧", text="齋藤")
    posted(client, "/customers/views/", over=view, name="新", q="佐藤")
    found = saved.view(house.permit(house.teller, "customers:list:search"), house.teller, view)
    assert (found.name, found.setting.text) == ("新", "佐藤")
    answer = posted(client, f"/customers/views/{view}/remove/")
    gone = body(client.get(answer.headers["HX-Redirect"]))
    assert f"/customers/views/{view}/restore/" in gone
    assert client.get(f"/customers/views/{view}/").status_code == 404
    assert posted(client, f"/customers/views/{view}/restore/").status_code == 200
    assert client.get(f"/customers/views/{view}/").status_code == 200
    posted(client, f"/customers/views/{view}/remove/")
    SavedView.objects.filter(pk=view).update(removed=clock.now() - services.UNDO - timedelta(seconds=1))
    assert posted(client, f"/customers/views/{view}/restore/").status_code == 404
    saved_view(house, house.teller, "次")
    assert not SavedView.objects.filter(pk=view).exists()


def test_the_list_begins_with_the_view_that_was_chosen(house: House) -> None:
    house.customer()
    house.customer("2", name="佐藤 花子", kana="サトウ ハナコ")
    client = enter(house.teller)
    view = saved_view(house, house.teller, "佐藤さま", text="佐藤")
    posted(client, "/customers/views/first/", view=view)
    page = body(client.get("/customers/"))
    assert "<mark>佐藤</mark>" in page
    assert "惠美子" not in page
    assert "惠美子" in body(client.get("/customers/?all=1"))
    posted(client, f"/customers/views/{view}/remove/")
    assert "惠美子" in body(client.get("/customers/"))
    posted(client, "/customers/views/first/", view="")
    assert not FirstView.objects.exists()


def test_limits_of_views_names_and_stars(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MOST_VIEWS", 2)
    monkeypatch.setattr(stars, "MOST_STARS", 1)
    saved_view(house, house.teller, "い" * services.NAME_LENGTH)
    for name in ("", "  ", "い" * (services.NAME_LENGTH + 1), "\u0007"):
        with pytest.raises(Invalid):
            saved_view(house, house.teller, name)
    saved_view(house, house.teller)
    with pytest.raises(Conflict):
        saved_view(house, house.teller)
    saved_view(house, house.manager)
    one, other = house.customer("1"), house.customer("2")
    starred(house, house.teller, one)
    starred(house, house.teller, one)
    with pytest.raises(Conflict):
        starred(house, house.teller, other)
    assert Star.objects.count() == 1


def test_what_a_view_no_longer_knows_is_left_out() -> None:
    stored = {
        "text": "あ" * 999,
        "filters": {"evil": "1", "status": ""},
        "sort": "secret",
        "columns": ["number", "x"],
        "size": 10_000,
    }
    found = kept(stored)
    assert found == Setting(text="あ" * 200, columns=("number",))
    assert kept(WORDS.stored()) == WORDS


def test_a_star_of_a_customer_out_of_scope_looks_like_one_of_nobody(house: House) -> None:
    away = house.customer(branch=house.wakaba)
    client = enter(house.teller)
    for on in ("1", "0"):
        first, second = (posted(client, f"/customers/{one}/star/", on=on) for one in (away, uuid4()))
        assert first.status_code == second.status_code == 404
        assert first.content == second.content
        assert dict(first.headers) == dict(second.headers)
    assert not Star.objects.exists()
    assert posted(enter(house.marketing), f"/customers/{away}/star/", on="1").status_code == 403


def test_stars_are_ones_own(house: House) -> None:
    emiko = house.customer()
    answer = posted(enter(house.teller), f"/customers/{emiko}/star/", on="1")
    assert (answer.status_code, answer.content) == (204, b"")
    assert "惠美子" not in body(enter(house.manager).get("/customers/?star=1")).split("<tbody>")[-1]
    assert stars.stars(house.manager.pk) == []
    assert stars.stars(house.teller.pk) == [emiko]
    posted(enter(house.teller), f"/customers/{emiko}/star/", on="0")
    assert stars.stars(house.teller.pk) == []


def test_peek_of_another_branch_looks_like_one_of_nobody(house: House) -> None:
    away = house.customer(branch=house.wakaba)
    client = enter(house.teller)
    first, second = (posted(client, f"/customers/{one}/peek/") for one in (away, uuid4()))
    assert first.status_code == second.status_code == 404
    assert first.content == second.content
    assert dict(first.headers) == dict(second.headers)


def test_peek_opens_three_categories_and_says_so(house: House) -> None:
    emiko = house.customer()
    page = body(posted(enter(house.manager), f"/customers/{emiko}/peek/"))
    assert "090-3471-8826" in page
    assert "34,120,000" in page
    for closed in ("膝を痛めている", "相続準備", "夫と長女"):
        assert closed not in page
    from toride.audit.events import decode
    from toride.audit.models import Inbox

    event = decode(bytes(Inbox.objects.order_by("-id")[0].bytes))[0]
    assert event.action == "customers:profile:peek"
    assert event.subjects == ((emiko, Mode.CLEAR, 0b1110),)
    masked = body(posted(enter(house.teller), f"/customers/{emiko}/peek/"))
    assert "1951" not in masked
    steward = body(posted(enter(house.steward), f"/customers/{emiko}/peek/"))
    assert "34,120,000" not in steward


def test_the_palette_is_no_oracle(house: House) -> None:
    house.customer("0299-1", name="林 大樹", kana="ハヤシ ダイキ", branch=house.wakaba, birth_date="1999-12-31")
    client = enter(house.teller)
    for theirs, nobodys in (("林", "沓掛"), ("1999-12-31", "1999-12-30"), ("0299-1", "0299-2")):
        pages = {
            re.sub(r'name="act" value="[^"]+"', "", body(posted(client, "/customers/find/", q=text)).replace(text, ""))
            for text in (theirs, nobodys)
        }
        assert len(pages) == 1
    assert posted(enter(house.auditor), "/customers/find/", q="林").status_code == 403
    assert posted(enter(house.marketing), "/customers/find/", q="林").status_code == 403
    assert "林" in body(posted(enter(house.other_teller), "/customers/find/", q="はやし"))
    assert posted(client, "/customers/find/", q="林", branch="003", status="active").status_code == 200
