"""A written address as far as it was typed: prefecture, city, street, as questions to the index."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

from toride.fields import addresses, folding
from toride.vault.index.query import All, Contains, Either, Equals, Expr, Prefix

AREA = re.compile(r".+[都道府県市区町村郡]$")
CITY_PARTS = re.compile(r".+?[市郡](?=.)|.+")
LEADING = re.compile(r"^(?:日本国?[、,\s]*)?(?:〒?\s*\d{3}-?\d{4})?[\s、,]*")
SHORTEST = 2  # characters of a town without its city


def questions(text: str) -> Iterator[Expr]:
    """Every way to read `text` as an address or its beginning; none where it is no address."""
    rest = "".join(LEADING.sub("", unicodedata.normalize("NFKC", text)).split())
    prefecture = next((one for one in addresses.PREFECTURES if rest.startswith(one)), "")
    rest = rest.removeprefix(prefecture)
    within = (Equals("prefecture", prefecture),) if prefecture else ()
    if not rest:
        yield from within
        return
    if prefecture or AREA.fullmatch(rest):
        yield All(*within, Contains("city", folding.name(rest)))
    for size in _cities(rest):
        city = Contains("city", folding.name(rest[:size]))
        if prefecture or size < len(rest):
            yield All(*within, city, *_street(rest[size:]))
        else:
            yield All(*within, city)
    if not prefecture and _is_town(rest):
        yield from _street(rest)


def _street(text: str) -> list[Expr]:
    begun = folding.streets_begun(text)
    return [Either(*(Prefix("street", one) for one in begun))] if begun else []


def _is_town(text: str) -> bool:
    """A town and a figure, or what ends as a town does; a name alone is not asked of addresses."""
    return len(text) > SHORTEST and bool(re.search(r"[町丁通条番\d]", text[1:])) and bool(folding.KANJI.search(text))


def _cities(text: str) -> list[int]:
    """How long the beginnings of `text` are that name a city, ward, district or town of Japan."""
    names = _names()
    return [size for size in range(2, min(len(text), _longest()) + 1) if folding.name(text[:size]) in names]


@cache
def _names() -> frozenset[str]:
    found = set()
    for city in addresses.cities():
        parts = CITY_PARTS.findall(city)
        found |= {
            folding.name("".join(parts[at:end])) for at in range(len(parts)) for end in range(at + 1, len(parts) + 1)
        }
    return frozenset(found)


@cache
def _longest() -> int:
    return max(map(len, _names()))
