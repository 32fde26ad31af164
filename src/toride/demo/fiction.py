"""Customers who do not exist: names by chance, real towns, phone numbers and mail addresses that nobody can have."""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from toride.demo import names
from toride.fields.addresses import towns

PREFECTURE = "宮城県"
TODAY = date(2026, 11, 1)
BRANCH_AREAS = ("001", "002", "003", "004", "005", "006", "007", "008")
PRODUCTS = (
    "普通預金",
    "定期預金",
    "積立定期",
    "住宅ローン",
    "年金受取",
    "火災保険",
    "投資信託",
    "カードローン",
    "貸金庫",
)
CONTACTS = (
    "窓口で住所変更の届出を受け付け", "満期のご案内をお電話", "資産運用のご相談にご来店", "定期預金の預け替えをご希望",
    "年金の受け取り口座についてお問い合わせ", "住宅ローンの繰り上げ返済のご相談", "インターネットバンキングの操作をご説明",
    "相続のお手続きについてご相談", "通帳の再発行を受け付け", "ご家族の進学資金のご相談",
)  # fmt: skip
NOTES = (
    "平日の午前、電話は10時以降をご希望。",
    "書面でのご案内をお好みです。",
    "ご来店は車。駐車場のご案内が必要。",
    "投資信託は「今は考えていない」とのこと。",
    "",
)
SEGMENTS = ("堅実", "資産形成", "退職準備", "相続準備", "事業主")
HEALTH = (
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "膝を痛めており、階段のない出入り口をご案内。",
    "聞こえにくいため、筆談をご希望。",
)


@dataclass(frozen=True, slots=True)
class Fictional:
    """One customer: branch, and stored values by field name."""

    branch: str
    values: dict[str, Any]


def customers(count: int, chance: random.Random) -> Iterator[Fictional]:
    """`count` customers, always the same for the same seed."""
    surnames, weights = _weighted(names.SURNAMES)
    women, women_born = _weighted(names.WOMEN)
    men, men_born = _weighted(names.MEN)
    places = towns(PREFECTURE)
    for index in range(count):
        branch = BRANCH_AREAS[chance.randrange(len(BRANCH_AREAS))]
        number = f"{branch[1:]}{chance.randrange(10, 99)}-{100000 + index:06}"
        common = {"number": number, **_place(chance, places), **_money(chance), **_behaviour(chance)}
        if chance.random() < 0.06:
            yield Fictional(branch, {**common, **_company(chance)})
            continue
        family, family_kana = chance.choices(surnames, weights)[0]
        female = chance.random() < 0.53
        given, born = (women, women_born) if female else (men, men_born)
        pick = chance.randrange(len(given))
        year = min(2006, max(1928, born[pick] + chance.randint(-9, 9)))
        yield Fictional(
            branch,
            {
                **common,
                "kind": "person",
                "name": f"{family} {given[pick][0]}",
                "kana": f"{family_kana} {given[pick][1]}",
                "gender": "female" if female else "male",
                "birth_date": (date(year, 1, 1) + timedelta(chance.randrange(365))).isoformat(),
                "phones": _phones(chance),
                "emails": [f"{family_mail(family_kana)}{index}@example.jp"] if chance.random() < 0.6 else [],
                "health": chance.choice(HEALTH) or None,
                "family": None,
            },
        )


def family_mail(kana: str) -> str:
    """A surname in letters."""
    import jaconv

    return str(jaconv.kana2alphabet(jaconv.kata2hira(kana))).replace("'", "")


def _weighted(text: str) -> tuple[list[tuple[str, str]], list[int]]:
    found = []
    for word in text.split():
        match = re.fullmatch(r"(.+?)([ァ-ヺー]+)(\d+)", word)
        if match is None:
            raise ValueError(word)
        found.append(match.groups())
    return [(name, kana) for name, kana, _ in found], [int(weight) for *_, weight in found]


def _place(chance: random.Random, places: list[tuple[str, str, str]]) -> dict[str, Any]:
    code, city, town = places[chance.randrange(len(places))]
    block = f"{chance.randint(1, 6)}-{chance.randint(1, 28)}-{chance.randint(1, 20)}"
    building = f" {chance.choice(('コーポ', 'メゾン', 'ハイツ', 'ガーデン'))}{town[:3]}{chance.randint(1, 9)}0{chance.randint(1, 8)}"
    street = f"{town}{block}" + (building if chance.random() < 0.35 else "")
    return {"postcode": f"{code[:3]}-{code[3:]}", "prefecture": PREFECTURE, "city": city, "street": street}


def _phones(chance: random.Random) -> list[str]:
    """Numbers after 0, or after 1 in an area, are never assigned: nobody can be called by mistake (電気通信番号規則)."""
    mobile = f"0{chance.choice((7, 9))}0-0{chance.randrange(1000):03}-{chance.randrange(10000):04}"
    home = f"022-1{chance.randrange(100):02}-{chance.randrange(10000):04}"
    return [mobile, home] if chance.random() < 0.4 else [mobile]


def _money(chance: random.Random) -> dict[str, Any]:
    value = int(min(3e8, chance.lognormvariate(14.3, 1.5))) // 1000 * 1000
    held = chance.sample(PRODUCTS[1:], chance.randint(0, 3))
    return {
        "since": (TODAY - timedelta(chance.randrange(200, 14_000))).isoformat(),
        "value": value,
        "holdings": ["普通預金", *held],
        "segment": chance.choice(SEGMENTS),
        "score": chance.randrange(20, 100),
        "status": chance.choices(("active", "dormant", "closed"), (90, 7, 3))[0],
    }


def _behaviour(chance: random.Random) -> dict[str, Any]:
    days = sorted(chance.sample(range(1, 900), chance.randint(2, 9)))
    contacts = [[(TODAY - timedelta(day)).isoformat(), chance.choice(CONTACTS)] for day in days]
    return {"last_contact": contacts[0][0], "contacts": contacts, "note": chance.choice(NOTES) or None}


def _company(chance: random.Random) -> dict[str, Any]:
    core = chance.choice(names.COMPANIES)
    surname = chance.choice(names.SURNAMES.split())
    return {
        "kind": "organisation",
        "name": chance.choice(names.FORMS).format(core),
        "kana": names.READINGS[core],
        "contact_person": re.sub(r"[ァ-ヺー]+\d+$", "", surname),
        "gender": None,
        "birth_date": None,
        "phones": [f"022-1{chance.randrange(100):02}-{chance.randrange(10000):04}"],
        "emails": [],
    }
