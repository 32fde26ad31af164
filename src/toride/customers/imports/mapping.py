"""Which column of a file is which field: by its heading, else by what stands in it."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from toride.base.errors import Invalid
from toride.customers import addresses, barred, fields, folding
from toride.customers.barred import Kind
from toride.customers.fields import FIELDS

SPECIAL = ("family", "given", "family_kana", "given_kana", "address", "address2")
TARGETS = (*(name for name, spec in FIELDS.items() if spec.typed), *SPECIAL)
MANY = frozenset({"phones", "emails"})
SAMPLE = 200
SURE = 0.8
HEADINGS: dict[str, str] = {
    heading: target
    for target, headings in {
        "number": "顧客番号 顧客id 顧客no 顧客コード お客さま番号 お客様番号 会員番号 会員id cif cif番号 customer_id customerid customer_no "
        "customer_number customernumber number id 番号",
        "name": "氏名 名前 お名前 顧客名 お客さま名 お客様名 氏名漢字 漢字氏名 会社名 法人名 customer_name customername name fullname full_name",
        "kana": "氏名カナ カナ氏名 フリガナ ふりがな カナ かな 氏名かな 顧客名カナ 名前カナ シメイカナ シメイ 氏名フリガナ ヨミガナ 読みがな name_kana kana reading furigana",
        "family": "姓 氏 苗字 名字 姓漢字 last_name lastname family_name surname sei",
        "given": "名 名漢字 first_name firstname given_name mei",
        "family_kana": "セイ 姓カナ 姓かな 姓フリガナ last_name_kana sei_kana family_name_kana",
        "given_kana": "メイ 名カナ 名かな 名フリガナ first_name_kana mei_kana given_name_kana",
        "kind": "種別 個人法人区分 個人法人 kind type 人格区分",
        "contact_person": "担当者 担当者名 代表者 代表者名 contact_person",
        "gender": "性別 gender sex",
        "birth_date": "生年月日 誕生日 birth_day birthday birth_date birthdate date_of_birth dob",
        "phones": "電話 電話番号 携帯 携帯電話 携帯番号 自宅電話 tel phone phone_number mobile telephone",
        "emails": "メール メールアドレス eメール email e-mail mail mail_address email_address",
        "postcode": "郵便番号 〒 postal_cd postal_code postalcode postcode zip zip_code zipcode",
        "prefecture": "都道府県 県 prefecture pref state",
        "city": "市区町村 市町村 city",
        "street": "町名番地 町名・番地 番地 町域 street 町名",
        "address": "住所 現住所 自宅住所 住所1 address address1",
        "address2": "住所2 建物 建物名 マンション名 address2 building",
        "status": "状態 取引状態 ステータス status",
        "since": "取引開始日 口座開設日 入会日 登録日 申込日 application_date opened registered_on since",
        "value": "預かり資産 預り資産 残高 預金残高 資産 balance assets value",
        "holdings": "保有商品 契約商品 商品 products holdings",
        "last_contact": "最終接触日 最後の接点 最終来店日 last_contact",
        "note": "備考 メモ note notes remarks memo",
        "segment": "セグメント 顧客区分 segment",
    }.items()
    for heading in headings.split()
}


TAKEN_OUT = {
    Kind.INDIVIDUAL: _(
        "Column %(column)s looks like Individual Numbers (My Number), which must not be kept here. Do not bring it in."
    ),
    Kind.CARD: _("Column %(column)s looks like card numbers, which must not be kept here. Do not bring it in."),
}


@dataclass(frozen=True, slots=True)
class Columns:
    """`targets`: for each column a field, a special target, or None; `header`: the first row is headings."""

    targets: tuple[str | None, ...]
    header: bool


def propose(rows: Sequence[Sequence[str]]) -> Columns:
    """As `guess`. Raises Invalid where number or name are not found."""
    mapping = guess(rows)
    check(mapping)
    return mapping


def guess(rows: Sequence[Sequence[str]], *, header: bool | None = None) -> Columns:
    """The mapping for a file that begins with `rows`, as far as it is found; `header` None finds out."""
    first = rows[0]
    by_heading = [_by_heading(plain_heading(cell)) for cell in first]
    if header is None:
        header = sum(1 for target in by_heading if target) >= max(1, min(2, len(first)))
    sample = rows[1 : SAMPLE + 1] if header else rows[:SAMPLE]
    left = barred_columns(rows, header=header)
    taken: set[str] = set()
    targets: list[str | None] = []
    for column, heading in enumerate(first):
        found = by_heading[column] if header else None
        named = header and bool(plain_heading(heading))
        if found is None and not named:
            found = _by_content([row[column] for row in sample if column < len(row)])
        if column in left or (found in taken and found not in MANY):
            found = None
        if found:
            taken.add(found)
        targets.append(found)
    return Columns(tuple(targets), header)


def _by_heading(heading: str) -> str | None:
    """電話2 is a 電話; 住所2 is listed, for it is something else."""
    return HEADINGS.get(heading) or HEADINGS.get(heading.rstrip("0123456789"))


def given(rows: Sequence[Sequence[str]], chosen: Mapping[str, str | None]) -> Columns:
    """A mapping by hand: heading (or column number from 1) → field. Raises Invalid for what is unknown."""
    first = [cell.strip() for cell in rows[0]]
    wanted: dict[int, str] = {}
    header = any(name in first for name in chosen)
    for name, target in chosen.items():
        if name in first:
            column = first.index(name)
        elif name.isdigit() and 1 <= int(name) <= len(first):
            column = int(name) - 1
        else:
            raise Invalid(f"The mapping names a column that the file does not have: {name}")
        if target is None:
            continue
        if target not in TARGETS:
            raise Invalid(f"The mapping names a field that does not exist: {target}. Fields: {', '.join(TARGETS)}")
        wanted[column] = target
    mapping = Columns(tuple(wanted.get(column) for column in range(len(first))), header)
    check(mapping)
    must_be_allowed(mapping, rows)
    return mapping


def barred_columns(rows: Sequence[Sequence[str]], *, header: bool) -> dict[int, Kind]:
    """Columns, from 0, that look like Individual Numbers or card numbers: none of them may become a field."""
    body = rows[1:] if header else rows
    found: dict[int, Kind] = {}
    for at in range(max(map(len, rows), default=0)):
        heading = rows[0][at] if header and at < len(rows[0]) else ""
        if kind := barred.column((row[at] for row in body if at < len(row)), heading):
            found[at] = kind
    return found


def must_be_allowed(mapping: Columns, rows: Sequence[Sequence[str]]) -> None:
    """Raises Invalid where a column that looks like barred numbers would become a field."""
    for at, kind in barred_columns(rows, header=mapping.header).items():
        if at < len(mapping.targets) and mapping.targets[at]:
            with translation.override("en"):  # what a job keeps is said in English; `wording` says it to a person
                raise Invalid(str(TAKEN_OUT[kind]) % {"column": at + 1})


def lacking(targets: Sequence[str | None]) -> list[str]:
    """What a customer needs and no column holds."""
    found = set(targets)
    return [name for name, choices in (("number", {"number"}), ("name", {"name", "family"})) if not found & choices]


def twice(targets: Sequence[str | None]) -> list[int]:
    """Columns, from 0, whose target another column has before them, though it takes one."""
    return [at for at, name in enumerate(targets) if name and name not in MANY and name in targets[:at]]


def check(mapping: Columns) -> None:
    """A customer needs a number and a name."""
    missing = lacking(mapping.targets)
    if "number" in missing:
        raise Invalid('No column holds the customer number. Name it: --mapping FILE with {"heading": "number"}.')
    if missing:
        raise Invalid('No column holds the name. Name it: --mapping FILE with {"heading": "name"}.')


def plain_heading(cell: str) -> str:
    """A heading as it is compared: half width, lower case, without spaces and brackets."""
    return re.sub(r"[\s()（）【】\[\]]+", "", unicodedata.normalize("NFKC", cell)).lower()


def _by_content(values: Sequence[str]) -> str | None:
    """The field whose form most of the values have."""
    filled = [value for value in values if value.strip()]
    if not filled:
        return None
    for target, test in TESTS:
        if sum(map(test, filled)) >= SURE * len(filled):
            return target
    return None


def _cleans(clean: Callable[[str], Any]) -> Callable[[str], bool]:
    def test(value: str) -> bool:
        try:
            clean(value)
        except Invalid:
            return False
        return True

    return test


TESTS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("emails", _cleans(fields.email)),
    ("postcode", lambda value: "-" in value and _cleans(fields.postcode)(value)),
    ("gender", lambda value: value.strip() in fields.GENDERS),
    ("birth_date", _cleans(fields.birth_date)),
    ("prefecture", lambda value: value.strip() in addresses.PREFECTURES),
    ("address", lambda value: value.startswith(tuple(addresses.PREFECTURES))),
    ("phones", lambda value: value.strip().startswith(("0", "+")) and _cleans(fields.phone)(value)),
    ("kana", folding.is_kana),
    ("number", lambda value: bool(re.fullmatch(r"[A-Z]{0,3}[0-9-]{5,20}", value.strip()))),
    ("name", lambda value: bool(re.fullmatch(r"[\u3040-\u30ff\u3400-\u9fff々 \u3000]{2,20}", value.strip()))),
)
