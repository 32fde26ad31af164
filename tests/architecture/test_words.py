"""One word each, in both languages: what docs/concepts.md says not to say does not come back."""

import re

import polib
import pytest

from tests import translations

pytestmark = pytest.mark.requirement("T1")
CONCEPTS = translations.ROOT / "docs" / "concepts.md"
JA = re.compile(
    r"否認|印を付け|定時の印|できごと|(^|[^承確])認基盤ID|方針|緊急に開|緊急の閲覧|緊急開示|点検|接点|経過を|行動と|属性付与|封じ|封印|"
    r"守り$|要りま|要らな|が要る|お書き|書いてください|ひとりでに|打つそば|当たる方|見直し|判定する権限|写す$|写しを|立場を選|この機械|機械の|"
    r"あなたのお名前|利用目的|はじめのページ|うまくいきません|お試し版|別に封|伏せ|開けません|終わらせ|決まり$|職階\d+以上で就く|案からなくす"
)
EN = re.compile(
    r"\b(dut(y|ies)|[Ss]omebody|[Nn]obody (may|signs|is searched|else could)|anew|[Ww]hoever|[Tt]ake up|[Ll]eave it\b|gives? out|"
    r"stands?|the house|is it you|in clear|as dots|so many|comes in|lets? you in|what came of|[Gg]uard\b|rules of sign-in|handing over|"
    r"hand (customers )?over|emergenc(y|ies) (to|by|here)|set apart|sealed|ask anew|go on\b|mark of|the pulse|proof as a file)\b"
)


def told() -> list[tuple[str, str, str]]:
    """Text, translation and where it is used."""
    places: dict[str, list[str]] = {}
    for text, place in (*translations._templates(), *translations._modules()):
        places.setdefault(text, []).append(place)
    entries = polib.pofile(str(translations.CATALOGUE))
    return [(entry.msgid, entry.msgstr, place) for entry in entries for place in places.get(entry.msgid, [])[:1]]


def test_the_japanese_is_a_banks() -> None:
    every = told()
    assert len(every) > 1_000
    assert [(ja, place) for _en, ja, place in every if JA.search(ja)] == []


def test_the_english_is_plain() -> None:
    plain = [(re.sub(r"%\(\w+\)[sd]", "", en), place) for en, _ja, place in told()]
    assert [(en, place) for en, place in plain if EN.search(en)] == []


def test_the_glossary_names_each_thing_once_and_says_what_not() -> None:
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in CONCEPTS.read_text(encoding="utf-8").splitlines()
        if line.startswith("|")
    ][2:]
    assert all(len(row) == 4 for row in rows)
    terms = [row[0] for row in rows]
    assert len(set(terms)) == len(terms)
    for term, ja, instead, _meaning in rows:
        assert ja, term
        assert term not in re.split(r"[,，、]\s*", instead), term
