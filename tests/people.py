"""People with duties and branches, and customers that could leak."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.test import Client

from toride.access import integrity
from toride.access.approvals import requests
from toride.access.decide import decide
from toride.access.models import Branch, Department, Person, SignInRules, Visit
from toride.access.people import registry
from toride.access.signin.sessions import digest
from toride.base import clock
from toride.customers import bulk
from toride.customers.bulk import New
from toride.customers.models import Customer
from toride.vault.permit import Door, Permit

DOOR = Door("web", "192.0.2.7", "session", "test")


class House:
    """An institution of two branches: 長谷川 (teller) and 佐伯 (sales) at みどり台, 東海林 (teller) at 若葉."""

    def __init__(self) -> None:
        self.midoridai = Branch.objects.create(code="002", name="みどり台支店")
        self.wakaba = Branch.objects.create(code="003", name="若葉支店")
        self.head = Branch.objects.create(code="000", name="本部")
        self.corporate_department = Department.objects.create(code="corporate", name="法人営業部")
        self.teller = self.person("hasegawa", "長谷川 由美", "teller", self.midoridai)
        self.other_teller = self.person("shoji", "東海林 薫", "teller", self.wakaba)
        self.sales = self.person("saeki", "佐伯 悠真", "sales", self.midoridai, rank=3)
        self.manager = self.person("okubo", "大久保 誠", "manager", self.midoridai, rank=6)
        self.operator = self.person("onodera", "小野寺 さくら", "operator", self.head)
        self.marketing = self.person("saegusa", "三枝 千尋", "marketing", self.head)
        self.steward = self.person("konno", "今野 直樹", "steward", self.head, rank=4)
        self.dpo = self.person("ujiie", "氏家 真理", "dpo", self.head, rank=6)
        self.auditor = self.person("udagawa", "宇田川 哲", "auditor", self.head, rank=5)
        self.admin = self.person("hayasaka", "早坂 健", "admin", self.head, rank=4)
        self.corporate = registry.add(
            "abe", "阿部 翔太", roles=["corporate"], branch=self.head, department=self.corporate_department, rank=3
        )

    def person(self, username: str, name: str, role: str, branch: Branch, rank: int = 2) -> Person:
        return registry.add(username, name, roles=[role], branch=branch, rank=rank)

    def customer(self, number: str = "0213-338104", *, branch: Branch | None = None, owner: Person | None = None,
                 **values: Any) -> UUID:  # fmt: skip
        """One customer; what is not given is 齋藤 惠美子's."""
        stored = {**EMIKO, "number": number, **values}
        made = New((branch or self.midoridai).code, owner.id if owner else None, stored)
        return bulk.add([made], origin={"source": "test", "by": "", "at": ""})[0]

    def hand_over(self, subject: UUID, owner: Person) -> None:
        """Somebody else is in charge of this customer now."""
        Customer.objects.filter(subject=subject).update(owner=owner.id)

    def agree(self, person: Person | None = None) -> None:
        """A second person, the data protection officer where none is named, approves the newest open request."""
        person = person or self.dpo
        asked = requests.waiting(person)
        found = requests.request(
            self.permit(person, "access:approval:decide"), max(asked, key=lambda one: one.created).pk, person
        )
        with transaction.atomic():
            requests.approve(
                self.permit(person, "access:approval:decide"), found.row.pk, digest=found.digest,
                count=str(found.row.count),
            )  # fmt: skip

    def permit(self, person: Person, action: str, subject: UUID | None = None, purpose: str | None = None) -> Permit:
        return decide(person, action, door=DOOR, purpose=purpose, subject=subject)


def signed_in(person: Person) -> Client:
    """A browser in which this person has signed in a moment ago."""
    client, moment = Client(), clock.now()
    client.force_login(person)
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    Visit.objects.create(person=person, session=digest(key), born=moment, seen=moment)
    session = client.session
    session["born"] = session["seen"] = moment.timestamp()
    session.save()
    return client


def set_rules(content: str) -> None:
    """These rules of sign-in are in the store now, sealed as the service seals them."""
    kept = {"content": content, "changed": clock.now(), "seal": integrity.of_rules(content)}
    SignInRules.objects.update_or_create(pk=1, defaults=kept)


def become(person: Person, **change: Any) -> None:
    """Somebody's duties, rank or branch are others in the store now, sealed as services seal them."""
    Person.objects.filter(pk=person.pk).update(**change)
    Person.objects.filter(pk=person.pk).update(seal=integrity.of_place(Person.objects.get(pk=person.pk)))


EMIKO: Mapping[str, Any] = {
    "kind": "person",
    "name": "齋藤 惠美子",
    "kana": "サイトウ エミコ",
    "gender": "female",
    "birth_date": "1951-05-14",
    "phones": ["090-3471-8826", "022-271-4410"],
    "emails": ["emiko.saito@example.jp"],
    "postcode": "981-0913",
    "prefecture": "宮城県",
    "city": "仙台市青葉区",
    "street": "昭和町3-14-2 若葉ガーデンコート603",
    "status": "active",
    "since": "2009-04-01",
    "value": 34_120_000,
    "holdings": ["普通預金", "定期預金"],
    "last_contact": "2026-11-17",
    "note": "平日の午前、電話は10時以降。",
    "segment": "相続準備",
    "score": 71,
    "health": "膝を痛めている。",
    "family": "夫と長女と同居。",
}
