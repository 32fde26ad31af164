"""Fields are cleaned fast, and exactly as the libraries would."""

import random
from re import _parser

import phonenumbers
import pytest
from email_validator import EmailNotValidError, validate_email
from phonenumbers import PhoneMetadata

from toride.base.errors import Invalid
from toride.customers import fields
from toride.fields import folding, types

CHANCE = random.Random(5)


def by_library(written: str) -> str:
    parsed = phonenumbers.parse(written, "JP")
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL))


@pytest.mark.requirement("C7")
def test_every_block_of_mobile_numbers_is_written_as_by_the_library() -> None:
    for prefix in ("070", "080", "090"):
        for block in range(0, 10_000, 7):
            written = f"{prefix}{block:04}{CHANCE.randrange(10_000):04}"
            assert types.phone(written) == by_library(written)


@pytest.mark.requirement("C7")
def test_landlines_of_every_area_are_written_as_by_the_library() -> None:
    mobile = {f"{kind}0" for kind in (7, 8, 9)}
    for area in (one for one in range(1_100, 10_000) if str(one)[:2] not in mobile):
        written = f"0{area}{CHANCE.randrange(100_000):05}"
        if folding.digits(by_library(written)) != written:
            with pytest.raises(Invalid):
                types.phone(written)
            continue
        assert types.phone(written) == types.phone(f"{written[:4]}-{written[4:]}") == by_library(written)


def test_no_format_of_the_library_looks_at_more_leading_digits_than_are_kept() -> None:
    metadata = PhoneMetadata.metadata_for_region("JP", None)
    widths = [_parser.parse(one.leading_digits_pattern[-1]).getwidth()[1] for one in metadata.number_format]
    assert max(widths) <= fields.LEADING - 1


@pytest.mark.parametrize(
    "written",
    ["emiko.saito@Example.jp", "e+tag@sub.example.co.jp", "e..s@example.jp", ".e@example.jp", "e@localhost",
     "e@日本語.jp", "e@-a.jp", "e s@example.jp", '"e s"@example.jp', f"{'e' * 65}@example.jp", f"e@{'a' * 64}.jp",
     f"e@{'.'.join(['a' * 60] * 4)}.jp", "惠美子@example.jp", "e@example", "@example.jp", "e@", "e@b@example.jp"],
)  # fmt: skip
@pytest.mark.requirement("C7")
def test_a_mail_address_is_what_the_library_says(written: str) -> None:
    try:
        expected = validate_email(written, check_deliverability=False).normalized
    except EmailNotValidError:
        with pytest.raises(Invalid):
            types.email(written)
    else:
        assert types.email(written) == expected


@pytest.mark.parametrize("hidden", ["\x00", "\x1f", "\ue000", "\ud800", "\u0378"])
@pytest.mark.requirement("C7")
def test_a_character_that_cannot_be_shown_is_refused(hidden: str) -> None:
    with pytest.raises(Invalid):
        fields.line(f"齋{hidden}藤")


@pytest.mark.parametrize("joiner", ["\u200d", "\U000e0100", "\u3000"])
def test_variation_selectors_and_joiners_stay(joiner: str) -> None:
    assert fields.line(f"葛{joiner}城").startswith("葛")


def test_a_company_is_known_by_its_form() -> None:
    assert folding.is_company("（株）みどり食品")
    assert folding.is_company("宮城県農業協同組合")
    assert not folding.is_company("組合 太郎")
