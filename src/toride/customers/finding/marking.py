"""Where a value as written holds what was searched for, through every fold; marks exist only in a template."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import jaconv

from toride.base.html import escaped
from toride.fields import folding
from toride.vault.index.query import Between, Contains, Equals, Expr, Leaf, Prefix, Suffix, leaves
from toride.vault.values import Opened, Value

VOICED = "ﾞﾟ\u3099\u309a"
PART = re.compile(r"\S+")
LETTERS = 16_384  # letters, whosever; no names
Span = tuple[int, int]


class Marked(Opened):
    """An opened text with the parts that answer the search; outside a template dots, as any value."""

    __slots__ = ("spans",)

    def __init__(self, content: str, spans: Sequence[Span]) -> None:
        super().__init__(content)
        self.spans = spans

    def __html__(self) -> str:
        made, at = [], 0
        for start, end in self.spans:
            made += [escaped(self.content[at:start]), "<mark>", escaped(self.content[start:end]), "</mark>"]
            at = end
        return "".join([*made, escaped(self.content[at:])])


@dataclass(frozen=True, slots=True)
class Traced:
    """A folded text; `places` says for each character from where to where it stood in the original."""

    text: str
    places: tuple[Span, ...]

    @classmethod
    def of(cls, original: str, fold: Callable[[str], str]) -> "Traced":
        """`fold` of each letter with its marks."""
        made: list[str] = []
        places: list[Span] = []
        for start, end in _letters(original):
            folded = fold(original[start:end])
            made.append(folded)
            places += [(start, end)] * len(folded)
        return cls("".join(made), tuple(places))

    def changed(self, text: str) -> "Traced":
        """Another text of the same length, character by character."""
        return Traced(text, self.places)

    def put(self, short: str, full: str) -> "Traced":
        """Each `short` as `full`, which stands where all of `short` stood."""
        found = self
        at = found.text.find(short)
        while at >= 0:
            end = at + len(short)
            place = (found.places[at][0], found.places[end - 1][1])
            places = found.places[:at] + (place,) * len(full) + found.places[end:]
            found = Traced(found.text[:at] + full + found.text[end:], places)
            at = found.text.find(short, at + len(full))
        return found

    def absorbing(self, pattern: re.Pattern[str]) -> "Traced":
        """Without what the pattern matches; the character before stands for it, too."""
        gone = {at for match in pattern.finditer(self.text) for at in range(*match.span())}
        if not gone:
            return self
        found: list[tuple[str, Span]] = []
        for at, (one, place) in enumerate(zip(self.text, self.places, strict=True)):
            if at not in gone:
                found.append((one, place))
            elif found:
                found[-1] = (found[-1][0], (found[-1][1][0], place[1]))
        return Traced("".join(one for one, _ in found), tuple(place for _, place in found))

    def span(self, start: int, end: int) -> Span:
        """Where characters of the folded text stood."""
        return self.places[start][0], self.places[end - 1][1]


def _letters(text: str) -> list[Span]:
    """Where each letter stands, its marks with it."""
    starts = [at for at, one in enumerate(text) if not (at and (one in VOICED or unicodedata.combining(one)))]
    return list(zip(starts, [*starts[1:], len(text)], strict=False))


@lru_cache(maxsize=LETTERS)
def _plain_letter(letter: str) -> str:
    seen = "".join(one for one in unicodedata.normalize("NFKC", letter).lower() if not folding.is_unseen(one))
    return folding.SPACE.sub("", "".join(str(jaconv.hira2kata(folding.unaccented(one))) for one in seen))


@lru_cache(maxsize=LETTERS)
def _digit(letter: str) -> str:
    return folding.digits(letter)


@lru_cache(maxsize=LETTERS)
def _number_letter(letter: str) -> str:
    return folding.plain_number(letter)


def plain(text: str) -> Traced:
    """As `folding.plain`."""
    found = Traced.of(text, _plain_letter)
    if "(" in found.text:
        for short, full in folding.COMPANY:
            found = found.put(short, full)
    return found


def name(text: str) -> Traced:
    """As `folding.name`."""
    found = plain(text)
    return found.changed(folding.unvaried(found.text))


def kana(text: str) -> Traced:
    """As `folding.kana`."""
    found = plain(text)
    return found.changed(found.text.translate(folding.KANA_STRICT))


def loose(text: str) -> Traced:
    """As `folding.loose`; a long vowel belongs to the kana before it."""
    found = kana(text)
    for written, said in folding.FOREIGN:
        found = found.put(written, said)
    return found.changed(found.text.translate(folding.KANA_LOOSE)).absorbing(folding.LONG)


def loose_by_word(text: str) -> Traced:
    """As `folding.loose_by_word`."""
    words = [(found.start(), loose(found[0])) for found in PART.finditer(text)]
    places = tuple((start + at, end + at) for at, word in words for start, end in word.places)
    return Traced("".join(word.text for _at, word in words), places)


def number(text: str) -> Traced:
    """As `folding.plain_number`."""
    return Traced.of(text, _number_letter)


def digits(text: str) -> Traced:
    """As `folding.digits`."""
    return Traced.of(text, _digit)


def itself(text: str) -> Traced:
    """As `str.lower`."""
    return Traced.of(text, str.lower)


def domain(text: str) -> Traced:
    """As `folding.domain`."""
    at = max(text.rfind("@"), 0)
    found = itself(text[at:])
    return Traced(found.text, tuple((start + at, end + at) for start, end in found.places))


def unchanged(text: str) -> Traced:
    """As it is."""
    return Traced.of(text, str)


# Column of the index → how a value was folded into it, each way with how this module follows it.
FOLDS: dict[str, tuple[tuple[Callable[[str], str], Callable[[str], Traced]], ...]] = {
    "name": ((folding.name, name), (folding.plain, plain)),
    "kana": ((folding.kana, kana),),
    "loose": ((folding.loose, loose), (folding.loose_by_word, loose_by_word)),
    "number": ((folding.plain_number, number),),
    "phone": ((folding.phone_digits, digits),),
    "postcode": ((folding.digits, digits),),
    "city": ((folding.name, name),),
    "email": ((str.lower, itself), (folding.domain, domain)),
    "prefecture": ((str, unchanged),),
}
# Field → the columns that it is searched by.
SEARCHED = {
    "name": ("name",), "contact_person": ("name",), "kana": ("kana", "loose"), "number": ("number",),
    "phones": ("phone",), "emails": ("email",), "postcode": ("postcode",), "prefecture": ("prefecture",),
    "city": ("city",), "birth_date": ("birth_date",),
}  # fmt: skip


_NAMED = {"name", "kana"}


class Marker:
    """Marks values by one question: only its columns, and so only what the permit opens."""

    def __init__(self, question: Expr) -> None:
        self.asked: dict[str, list[Leaf]] = {}
        for leaf in leaves(question):
            self.asked.setdefault(leaf.column, []).append(leaf)
        self.fields = {field for field, columns in SEARCHED.items() if self.asked.keys() & columns}

    def mark(self, field: str, value: Value) -> Value:
        """The value with its hits marked, or as it is."""
        if field not in self.fields:
            return value
        if isinstance(value, Opened) and isinstance(value.content, str) and (spans := self.spans(field, value.content)):
            return Marked(value.content, spans)
        return value

    def hits(self, field: str, value: Value) -> list[Value]:
        """Those of one or several values that hold a hit, marked."""
        if field not in self.fields or not isinstance(value, Opened) or not value.content:
            return []
        several = value.content if isinstance(value.content, list | tuple) else [value.content]
        found = [self.mark(field, Opened(one)) for one in several]
        return [one for one in found if isinstance(one, Marked)]

    def named(self, written: Value, reading: Value) -> tuple[Value, Value]:
        """Name and reading; where a whole part of one is hit, the same part of the other is, too."""
        if self.fields.isdisjoint(_NAMED):
            return written, reading
        if not (isinstance(written, Opened) and isinstance(reading, Opened)):
            return self.mark("name", written), self.mark("kana", reading)
        texts = str(written.content or ""), str(reading.content or "")
        spans = self.spans("name", texts[0]), self.spans("kana", texts[1])
        if not any(spans):
            return written, reading
        parts = [[match.span() for match in PART.finditer(text)] for text in texts]
        if len(parts[0]) == len(parts[1]):
            spans = (
                _joined([*spans[0], *_same(spans[1], parts[1], parts[0])]),
                _joined([*spans[1], *_same(spans[0], parts[0], parts[1])]),
            )
        marked = [Marked(text, found) if found else None for text, found in zip(texts, spans, strict=True)]
        return marked[0] or written, marked[1] or reading

    def spans(self, field: str, text: str) -> list[Span]:
        """From where to where the text answers, in order, without overlaps."""
        if field not in self.fields:
            return []
        found: list[Span] = []
        for column in SEARCHED[field]:
            asked = self.asked.get(column)
            if not asked or not text:
                continue
            if column == "birth_date":
                found += [(0, len(text)) for leaf in asked if _is_day(leaf, text)]
                continue
            for fold, trace in FOLDS[column]:
                folded = fold(text)
                answering = [leaf for leaf in asked if _holds(leaf, folded)]
                if answering and (traced := trace(text)).text == folded:  # what cannot be followed is not marked
                    found += [span for leaf in answering for span in _within(leaf, traced)]
        return _joined(found)


def _holds(leaf: Leaf, folded: str) -> bool:
    match leaf:
        case Contains(text=text):
            return text in folded
        case Prefix(text=text):
            return folded.startswith(text)
        case Suffix(digits=text):
            return folded.endswith(text)
        case Equals(value=value):
            return bool(folded == value)
    return False


def _within(leaf: Leaf, traced: Traced) -> Iterable[Span]:
    """Where a leaf that holds is found."""
    match leaf:
        case Contains(text=text):
            at = traced.text.find(text)
            while at >= 0:
                yield traced.span(at, at + len(text))
                at = traced.text.find(text, at + len(text))
        case Prefix(text=text):
            yield traced.span(0, len(text))
        case Suffix(digits=text):
            yield traced.span(len(traced.text) - len(text), len(traced.text))
        case Equals():
            yield traced.span(0, len(traced.text))


def _is_day(leaf: Any, text: str) -> bool:
    match leaf:
        case Equals(value=date() as day):
            return day.isoformat() == text
        case Between(low=date() as low, high=date() as high):
            return low.isoformat() <= text <= high.isoformat()
    return False


def _same(hit: Sequence[Span], parts: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """The parts of the other text whose counterparts are wholly hit."""
    return [
        other
        for (start, end), other in zip(parts, others, strict=True)
        if any(begin <= start and end <= finish for begin, finish in hit)
    ]


def _joined(spans: Iterable[Span]) -> list[Span]:
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found
