"""No page shows a customer without an event, whatever is sent."""

import re
from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from django.urls import get_resolver

from tests.attacks.events import of
from tests.kit import enter
from tests.people import House

pytestmark = pytest.mark.requirement("T1")

NAME = "惠美子"
HEADS = ({}, {"HX-Request": "true"})
ELSEWHERE = ("api/", "scim/", "static", "sign-", "ui/")
SENT = [
    None,
    {"part": "contact"},
    {"part": "person", "phones": "1"},
    {"field": "birth_date"},
    {"q": "齋藤"},
    {"name": ""},
]


def addresses(subject: UUID, patterns: list | None = None, before: str = "") -> Iterator[str]:
    for one in get_resolver().url_patterns if patterns is None else patterns:
        path = before + str(one.pattern)
        if hasattr(one, "url_patterns"):
            yield from addresses(subject, one.url_patterns, path)
        elif not path.startswith(ELSEWHERE) and "^" not in path and "end" not in path:
            filled = re.sub(r"<uuid:(\w+)>", lambda found: str(subject if found[1] == "subject" else uuid4()), path)
            yield "/" + re.sub(r"<\w+:\w+>", "x", filled)


def test_nobody_is_shown_unrecorded_and_nothing_breaks(house: House) -> None:
    subject = house.customer(owner=house.sales)
    client = enter(house.manager)
    client.raise_request_exception = False
    bad = []
    for address in addresses(subject):
        for head in HEADS:
            for sent in SENT[:: 1 if head else 3]:
                before = len(of(subject))
                answer = client.get(address, headers=head) if sent is None else client.post(address, sent, headers=head)
                shown = NAME in getattr(answer, "content", b"").decode(errors="replace")
                if answer.status_code >= 500 or (shown and len(of(subject)) == before):
                    bad.append((address, answer.status_code, sent, head))
    assert bad == []
