"""The staff file says who has left, who works elsewhere, whom nobody knows; it is read within limits and not kept."""

from datetime import timedelta

import pytest
from django.db import connection as store
from django.urls import reverse
from django.utils import timezone

from tests.kit import enter
from tests.people import House
from toride.access.reviews import staff_file
from toride.access.reviews.staff_file import Row
from toride.access.reviews.tests.acts import WORDS, compare, decide, item, opened
from toride.base.errors import Invalid

pytestmark = pytest.mark.requirement("A5")
FILE = """職員番号,氏名,所属,在籍区分,退職日
hasegawa,長谷川 由美,002,退職,2026-10-31
saeki,佐伯 悠真,若葉支店,在籍,
okubo,大久保 誠,みどり台支店,在籍,
ｓｈｏｊｉ,東海林 薫,003,在籍,
newcomer,新人 太郎,003,在籍,
gone,離職 花子,003,退職,
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_leavers_movers_and_strangers_are_found_and_counted(house: House, encoding: str) -> None:
    campaign = compare(house, opened(house, branches=["002", "003"]), FILE.replace("ｓｈｏｊｉ", "SHOJI"), encoding)
    assert {one: item(campaign, getattr(house, one)).findings for one in ("teller", "sales", "manager", "other_teller")} == {
        "teller": ["leaver"], "sales": ["mover"], "manager": [], "other_teller": []
    }  # fmt: skip
    told = {key: campaign.staff[key] for key in ("rows", "leaver", "mover", "stranger", "unknown")}
    assert told == {"rows": 6, "leaver": 1, "mover": 1, "stranger": 0, "unknown": 1}
    campaign = compare(house, campaign, "職員番号,所属\nsaeki,002\n")
    assert item(campaign, house.teller).findings == ["stranger"]
    assert item(campaign, house.sales).findings == []
    assert campaign.staff["stranger"] == 3


def test_what_is_decided_is_not_touched_by_a_later_file(house: House) -> None:
    campaign = opened(house)
    decide(house, house.manager, [item(campaign, house.teller)])
    compare(house, campaign, FILE)
    assert item(campaign, house.teller).findings == []
    assert item(campaign, house.sales).findings == ["mover"]
    decide(house, house.manager, [item(campaign, house.sales)], "keep", WORDS)


def test_the_file_is_kept_nowhere(house: House) -> None:
    compare(house, opened(house), FILE)
    with store.cursor() as cursor:
        held = ""
        for table in ("access_campaign", "access_item", "audit_outbox"):
            cursor.execute(f"SELECT * FROM {table}")
            held += repr([[bytes(one) if isinstance(one, memoryview) else one for one in row] for row in cursor])
    assert "newcomer" not in held
    assert "新人" not in held


def test_a_second_post_and_a_day_to_come_are_no_leaving(house: House) -> None:
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    rows = staff_file.read(
        f"職員番号,支店,退職日\nsaeki,001,2020/01/01\nsaeki,002,\nokubo,002,{tomorrow}\nkonno,,２０２６年１月５日\n".encode()
    )
    assert staff_file.judge(rows["saeki"], house.sales) == ""
    assert staff_file.judge(rows["okubo"], house.manager) == ""
    assert staff_file.judge(rows["konno"], house.steward) == "leaver"
    assert staff_file.judge(None, house.teller) == "stranger"


def test_every_place_of_a_row_must_fit(house: House) -> None:
    for places, wanted in (
        (["000"], ""),
        (["本部", "法人営業部"], ""),
        (["corporate"], ""),
        (["000", "data"], "mover"),
        ([], ""),
    ):
        assert staff_file.judge([Row(gone=False, places=places)], house.corporate) == wanted, places


@pytest.mark.parametrize("content", [
    b"", b"\n\n", b"\x00\x01", "職員番号,所属\n".encode(), b"PK\x03\x04\x00\x00", "職員番号,所属\na\0b,002\n".encode(),
    "氏名,所属\n長谷川,002\n".encode(), "職員番号,氏名\nhasegawa,x\n".encode(), "職員番号,職員番号,所属\na,b,c\n".encode(),
    '職員番号,所属\nhasegawa,"002\n'.encode(), "職員番号,退職日\nhasegawa,昨日\n".encode(),
    ("職員番号,所属\nhasegawa," + "x" * (staff_file.MOST_CELL + 1) + "\n").encode(),
    ("職員番号,所属" + ",x" * staff_file.MOST_COLUMNS + "\nhasegawa,002\n").encode(),
    ("職員番号,所属\n" + ("a" * 290 + ",1\n") * (staff_file.LARGEST // 290)).encode(), b"\xff\xfe\x00\x00" * 9,
    ("職員番号,所属\n" + "a,1\n" * (staff_file.MOST_ROWS + 1)).encode(),
])  # fmt: skip
def test_what_is_no_staff_file_is_refused_whole(content: bytes) -> None:
    with pytest.raises(Invalid):
        staff_file.read(content)


def test_a_file_as_large_as_may_be_is_read() -> None:
    rows = staff_file.read(("職員番号,所属\n" + "".join(f"a{at},1\n" for at in range(staff_file.MOST_ROWS))).encode())
    assert len(rows) == staff_file.MOST_ROWS


def test_formulas_and_markup_come_out_nowhere(house: House) -> None:
    campaign = opened(house)
    client, address = enter(house.admin), reverse("campaign", kwargs={"campaign": campaign.pk})
    sly = "職員番号,氏名,所属\nhasegawa,=cmd|' /C calc'!A0,002\n=1+1,<script>alert(1)</script>,003\n"
    assert client.put(address + "staff-file/", sly.encode()).status_code == 204
    page = client.get(address).content.decode()
    assert "=cmd" not in page
    assert "alert(1)" not in page
    told = client.put(address + "staff-file/", "職員番号,退職日\nhasegawa,<b>昨日</b>\n".encode())
    assert told.status_code == 422
    assert told.headers["Content-Type"].startswith("text/plain")
    assert "昨日" not in told.content.decode()
    assert client.put(address + "staff-file/", b"x" * (staff_file.LARGEST + 1)).status_code == 422
