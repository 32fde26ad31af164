"""The wizard as its pages are used, and what the trail keeps of it."""

import dataclasses
import itertools

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from tests.kit import enter
from toride.audit.events import Event, decode
from toride.customers.imports import checking, running, undoing
from toride.customers.models import Import
from toride.jobs import running as jobs
from toride.vault.permit import Permit, Rows

HANDLERS = (checking, running, undoing)
TEXT = (
    "顧客番号,氏名,カナ,生年月日,電話番号,メール,残高,備考\n"
    "A-1,髙橋 健一,ﾀｶﾊｼ ｹﾝｲﾁ,S55.3.4,０９０－１１１１－２２２２,ken@example.jp,,\n"
    "A-2,齋藤 惠美子,サイトウ エミコ,昭和２６年５月１４日,,,,\n"
    "A-3,佐藤 次郎,サトウ ジロウ,昭和64年1月8日,1234,,見込み額,x\n"
    ",名無し,,,,,,\n"
    "A-5,=HYPERLINK(1),,,1,,,\n"
    "A-6,髙橋 健一,タカハシ ケンイチ,1980-03-04,,,,\n"
)


def dying(monkeypatch: pytest.MonkeyPatch, place: object, name: str, *, at: int) -> None:
    """The function fails when it is called for the `at`th time, as after a kill, and works before and after that."""
    real, calls = getattr(place, name), itertools.count(1)

    def dies(*arguments: object, **options: object) -> object:
        if next(calls) == at:
            raise RuntimeError
        return real(*arguments, **options)

    monkeypatch.setattr(place, name, dies)


class Wizard:
    """One person's pages."""

    def __init__(self, person: object) -> None:
        self.client: Client = enter(person)

    def plan(self, size: int, **more: object):
        sent = {"branch": "002", "name": "名簿.csv", "size": size, "origin": "勘定系 夜間出力"} | more
        return self.client.post("/imports/new/", sent)

    def begin(self, text: str | bytes = TEXT, **more: object) -> Import:
        content = text.encode("cp932") if isinstance(text, str) else text
        answer = self.plan(len(content), **more)
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
        return self.client.post(at("columns", source), kept | sent, headers={"HX-Request": "true"})

    def check(self, source: Import) -> Import:
        assert self.columns(source, go="check").headers["HX-Redirect"] == at("check", source)
        return work(source)

    def run(self, source: Import, leave: str = "0") -> Import:
        assert self.client.post(at("run", source), {"leave": leave}).status_code == 302
        return work(source)

    def post(self, step: str, source: Import):
        return self.client.post(at(step, source))

    def text(self, step: str, source: Import, query: str = "", language: str = "ja") -> str:
        answer = self.client.get(at(step, source) + query, headers={"Accept-Language": language})
        assert answer.status_code == 200, answer
        return answer.content.decode()


def at(step: str, source: Import) -> str:
    return reverse(f"import_{step}", kwargs={"number": source.pk})


def work(source: Import) -> Import:
    """A worker does what waits."""
    while job := jobs.claim("here"):
        jobs.perform(job, "here")
    return again(source)


def again(source: Import) -> Import:
    return Import.objects.select_related("job", "trial", "taking_back", "branch").get(pk=source.pk)


def narrow(permit: Permit, branch: str = "002") -> Permit:
    """The same leave, for one branch only."""
    return dataclasses.replace(permit, rows=Rows(branches=frozenset({branch})))


def events() -> list[Event]:
    """What waits for its place in the trail, or stands there."""
    found: list[Event] = []
    for alias, table in (("default", "audit_outbox"), ("audit", "audit_inbox")):
        with connections[alias].cursor() as cursor:
            cursor.execute(f"SELECT bytes FROM {table} ORDER BY id")
            found += [decode(bytes(data))[0] for (data,) in cursor.fetchall()]
    return found
