"""Customer numbers: which are the same (as written), and which are nearly so (to be asked about, never taken)."""

import re
import unicodedata

from toride.fields import folding

NUMBER = "number"  # kinds of unique values
NEAR = "number.near"
EXACTLY, NEARLY = "number exactly", "number nearly"  # beside the columns of a projected row
_DECIMAL = re.compile(r"([0-9]+)\.0+")


def exact(written: str) -> str:
    """What a number is: half width, trimmed; case, separators and leading zeros are part of it."""
    return unicodedata.normalize("NFKC", written).strip()


def near(number: str) -> str:
    """What numbers have in common that differ by case, separators, leading zeros or the .0 of a decimal only."""
    decimal = _DECIMAL.fullmatch(number)
    folded = folding.plain_number(decimal[1] if decimal else number)
    return folded.lstrip("0") or "0"


def is_decimal(number: str) -> bool:
    """73001.0, as programs write what they took for a decimal."""
    return bool(_DECIMAL.fullmatch(number))


def neighbours(number: str) -> set[str]:
    """Under which values a number that is nearly this one may stand as a unique value."""
    return {near(number), folding.plain_number(number)} - {number}


def projected(number: str) -> dict[str, str | None]:
    """What a projected row holds beside its columns, so that unique values can be claimed anew from the records."""
    return {EXACTLY: exact(number) or None, NEARLY: near(number) if number and near(number) != number else None}
