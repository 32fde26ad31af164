"""Weeks of work in the demonstration: records read, requests that wait, an emergency and a review, an import with errors."""

import contextlib
import io
import random
import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from toride import audit
from toride.access.actions import Action as Access
from toride.access.decide import decide
from toride.access.exceptions import emergencies, temporary
from toride.access.facts import Facts
from toride.access.models import Person
from toride.access.people import role_changes
from toride.access.reviews import services as reviews
from toride.base import clock
from toride.base.errors import TorideError
from toride.base.ids import ordered_id
from toride.customers import queries
from toride.customers.actions import Action
from toride.customers.handing import services as handing
from toride.customers.models import Customer
from toride.vault.permit import Actor, Category, Door, Permit

LEAST = 1_000  # customers; a smaller demonstration is one for a test
DAYS = 14
READERS = {"teller": 3, "sales": 2, "manager": 1, "operator": 4, "steward": 2}  # records that each reads on a day
BRANCH = "002"
FILE = """顧客番号,氏名,フリガナ,生年月日,電話番号,メール,郵便番号,住所
0290-900001,菅野 みつ,カンノ ミツ,昭和22年5月3日,022-123-4501,,980-0811,宮城県仙台市青葉区一番町1-2-3
0290-900002,目黒 修,メグロ オサム,1971/11/8,０９０－０１２３－４５６７,meguro.o@example.jp,981-3133,宮城県仙台市泉区泉中央2-4-1
0290-900003,小室 麻里,コムロ マリ,平成31年5月1日,090-0234-567,komuro@example,980-0014,宮城県仙台市青葉区本町3-3-1
0290-900004,,アベ ケン,1980-02-30,090-0345-6789,abe.ken@example.jp,9800811,宮城県仙台市青葉区一番町9-9
0290-900005,株式会社七夕フーズ,タナバタフーズ,,022-123-4505,info@tanabata.example.jp,983-0852,宮城県仙台市宮城野区榴岡1-1-1
"""


def build(chance: random.Random, customers: Sequence[UUID]) -> None:
    """What nine duties find on a morning: nobody's page is empty."""
    if len(customers) < LEAST:
        return
    places = {one.subject_id: one for one in Customer.objects.filter(subject__in=customers)}
    _readings(chance, places)
    ours = sorted(subject for subject, place in places.items() if place.branch_id == BRANCH)
    _emergency(ours[3])
    _requests(ours, places)
    reviews.open_campaign(_permit("admin", Access.CAMPAIGN_OPEN), branches=[BRANCH])
    _import()


def _readings(chance: random.Random, places: dict[UUID, Customer]) -> None:
    """Records read on the last working days, each under a permit of its own; some find that they may not."""
    people = {name: Person.objects.get(username=name) for name in READERS}
    reach = {name: [one for one, place in places.items() if _within(person, place)] for name, person in people.items()}
    for day in range(DAYS, 0, -1):
        with clock.earlier(timedelta(days=day)):
            if clock.today().weekday() > 4:
                continue
            for name, count in READERS.items():
                for subject in chance.sample(reach[name], min(count, len(reach[name]))):
                    _read(people[name], subject)
    strange = next(one for one, place in places.items() if place.branch_id != BRANCH)
    with clock.earlier(timedelta(days=2)):
        _read(people["teller"], strange)


def _within(person: Person, place: Customer) -> bool:
    if "sales" in person.roles:
        return place.owner_id == person.pk
    return person.branch_id == place.branch_id or not {"teller", "manager"} & set(person.roles)


def _read(person: Person, subject: UUID) -> None:
    door = _door()
    try:
        permit = decide(person, Action.PROFILE_READ, door=door, subject=subject)
    except TorideError:
        audit.refuse(_actor(person), door, Action.PROFILE_READ, reason="scope", subject=subject)
        return
    queries.profile(permit, subject)
    audit.commit(permit)


def _permit(username: str, action: str, subject: UUID | None = None) -> Permit:
    return decide(Person.objects.get(username=username), action, door=_door(), subject=subject)


def _actor(person: Person) -> Actor:
    return Actor(person.pk, person.username, person.name)


def _door() -> Door:
    return Door("web", "192.0.2.21", request=ordered_id().hex)


def _emergency(subject: UUID) -> None:
    """Yesterday at the counter: ended by itself, waits for its review."""
    with clock.earlier(timedelta(days=1)):
        emergencies.break_glass(
            _permit("teller", Access.GLASS_BREAK, subject), subject, kind="life", categories=[Category.SENSITIVE],
            minutes=15, reason="店頭で体調を崩されたため、持病の有無を確認しました。",
        )  # fmt: skip


def _requests(ours: Sequence[UUID], places: dict[UUID, Customer]) -> None:
    """Three that wait: other duties, sensitive information of one customer, many customers for a colleague."""
    colleague = Person.objects.get(username="staff02")
    role_changes.change(
        _permit("admin", Access.PERSON_CHANGE), colleague.pk, roles=["sales", "teller"], rank=colleague.rank,
        branch=colleague.branch_id or "", reason="窓口の応援に入るため、窓口の職務を追加します。",
    )  # fmt: skip
    temporary.ask(
        _permit("teller", Access.TEMPORARY_ASK, ours[5]), ours[5], categories=[Category.SENSITIVE], days=7,
        reason="介護を要するお客さまのご来店に備え、ご家族の状況を確認します。",
    )  # fmt: skip
    mine = [one for one in ours if places[one].owner_id == Person.objects.get(username="sales").pk]
    handing.hand_over(
        _permit("manager", Action.CHARGE_MOVE), chosen=mine[:40], to=Facts(BRANCH, colleague.pk),
        reason="担当地区の見直しにより、みどり台の担当を分けます。",
    )  # fmt: skip


def _import() -> None:
    """A small file with a few rows that were not in order."""
    from toride.customers.imports.commands import import_file

    with tempfile.TemporaryDirectory(prefix="toride-") as folder, contextlib.ExitStack() as quiet:
        quiet.enter_context(contextlib.redirect_stdout(io.StringIO()))
        quiet.enter_context(contextlib.redirect_stderr(io.StringIO()))
        file = Path(folder) / "来店受付.csv"
        file.write_text(FILE, encoding="cp932")
        import_file.main(
            [str(file), "--as", "steward", "--purpose", "data-care", "--branch", BRANCH], standalone_mode=False
        )
