"""The steps of an import in the browser: each for whom it is, each in its order, nothing in clear, nothing twice."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.people import House
from toride.access.tests.test_matrix import enter
from toride.customers.actions import Action
from toride.customers.imports import checking, drafts, findings, running, undoing
from toride.customers.models import Customer, Finding, Import, Rejected
from toride.jobs import running as jobs
from toride.jobs.models import State
from toride.vault import files

pytestmark = pytest.mark.requirement("C7")
HANDLERS = (checking, running, undoing)
TEXT = (
    "顧客番号,氏名,カナ,生年月日,電話番号,メール,備考\n"
    "A-1,髙橋 健一,ﾀｶﾊｼ ｹﾝｲﾁ,S55.3.4,０９０－１１１１－２２２２,ken@example.jp,\n"
    "A-2,齋藤 惠美子,サイトウ エミコ,昭和２６年５月１４日,,,\n"
    "A-3,佐藤 次郎,サトウ ジロウ,昭和64年1月8日,1234,,x\n"
    ",名無し,,,,,\n"
    "A-5,=HYPERLINK(1),,,1,,\n"
    "A-6,髙橋 健一,タカハシ ケンイチ,1980-03-04,,,\n"
)


class Steward:
    """The wizard as its pages are used."""

    def __init__(self, person: object) -> None:
        self.client: Client = enter(person)

    def begin(self, text: str | bytes = TEXT, *, name: str = "名簿.csv", **more: object) -> Import:
        content = text.encode("cp932") if isinstance(text, str) else text
        sent = {"branch": "002", "name": name, "size": len(content), "origin": "勘定系"} | more
        answer = self.client.post("/imports/new/", sent)
        assert answer.status_code == 200, answer.content.decode()
        plan = answer.json()
        for offset in range(0, len(content), plan["part"]):
            answer = self.put(plan["put"], offset, content[offset : offset + plan["part"]])
            assert answer.status_code == 200, answer.content.decode()
        return Import.objects.latest("created")

    def put(self, address: str, offset: int, part: bytes):
        headers = {"X-Offset": str(offset)}
        return self.client.put(address, part, content_type="application/octet-stream", headers=headers)

    def columns(self, source: Import, **sent: object):
        source.refresh_from_db()
        kept = {f"column-{at}": one or "" for at, one in enumerate(source.targets)}
        kept |= {"encoding": source.encoding, "delimiter": source.delimiter, "header": "1" if source.header else "0"}
        return self.client.post(self.at("columns", source), kept | sent, headers={"HX-Request": "true"})

    def at(self, step: str, source: Import) -> str:
        return reverse(f"import_{step}", kwargs={"number": source.pk})

    def check(self, source: Import) -> Import:
        assert self.columns(source, go="check").headers["HX-Redirect"] == self.at("check", source)
        return self.work(source)

    def run(self, source: Import, leave: str = "0") -> Import:
        assert self.client.post(self.at("run", source), {"leave": leave}).status_code == 302
        return self.work(source)

    def work(self, source: Import) -> Import:
        while job := jobs.claim("here"):
            jobs.perform(job, "here")
        return Import.objects.select_related("job", "trial", "taking_back").get(pk=source.pk)

    def text(self, step: str, source: Import, query: str = "") -> str:
        answer = self.client.get(self.at(step, source) + query)
        assert answer.status_code == 200, answer
        return answer.content.decode()


@pytest.fixture
def steward(house: House) -> Steward:
    return Steward(house.steward)


def test_a_file_goes_through_all_steps_and_back(house: House, steward: Steward) -> None:
    house.customer("0213-338104")
    source = steward.begin()
    assert source.targets == ["number", "name", "kana", "birth_date", "phones", "emails", "note"]
    assert source.encoding == "cp932"
    page = steward.text("columns", source)
    assert "ﾀｶﾊｼ ｹﾝｲﾁ" in page
    assert "タカハシ ケンイチ" in page
    assert "1980-03-04" in page
    source = steward.check(source)
    assert source.trial.state == State.DONE, source.trial.error
    found = source.trial.result
    assert (found["created"], found["rejected"], found["duplicates"]) == (3, 3, 2)
    page = steward.text("check", source)
    assert "昭和64年1月8日" in page
    assert "齋藤" in page  # the customer who is likely the same
    source = steward.run(source, leave="1")
    assert source.job.state == State.DONE, source.job.error
    assert source.counts == {"created": 1, "changed": 0, "unchanged": 0, "rejected": 5, "warnings": 0}
    page = steward.text("result", source)
    assert "昭和64年1月8日" in page
    assert steward.client.post(steward.at("undo", source)).status_code == 302
    source = steward.work(source)
    assert source.taking_back.state == State.DONE, source.taking_back.error
    assert source.undone
    assert Customer.objects.filter(hidden=None).count() == 1
    assert "名簿.csv" in steward.client.get("/imports/").content.decode()
