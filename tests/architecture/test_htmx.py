"""What asks by htmx says itself where the answer goes: else it lands where a form around it says, and the form is gone."""

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.requirement("C8")
SOURCE = Path(__file__).resolve().parents[2] / "src" / "toride"
JINJA = re.compile(r"\{[{%#].*?[}%#]\}", re.DOTALL)
ASKS = re.compile(r"<[a-z][^<>]*\bhx-(?:get|post|put|patch|delete)=[^<>]*>")


def unaimed(text: str) -> list[str]:
    """Elements that ask, and neither name a target nor take nothing of the answer."""
    plain = JINJA.sub(lambda found: re.sub(r"[<>]", "_", found[0]), text)
    return [found[0] for found in ASKS.finditer(plain) if not re.search(r'hx-target=|hx-swap="none"', found[0])]


def test_whatever_asks_says_where_the_answer_goes() -> None:
    found = {str(path.relative_to(SOURCE)): unaimed(path.read_text()) for path in sorted(SOURCE.rglob("*.html"))}
    assert {name: elements for name, elements in found.items() if elements} == {}


def test_one_that_does_not_is_found() -> None:
    inner = '<div hx-post="{{ url("x") if a > b else "" }}" hx-trigger="change"></div>'
    assert unaimed(f'<form hx-post="/" hx-target="this">{inner}</form>') != []
    assert unaimed('<button hx-post="/" hx-swap="none"></button>') == []
