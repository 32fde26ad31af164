"""Another person's record is never written over: not by a number that is nearly theirs, not by a row that is not theirs."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.kit import enter
from tests.people import House
from toride.base.errors import Doubtful, Taken
from toride.customers import claims, numbers, queries, resemblance
from toride.customers import services as records_of
from toride.customers.actions import Action
from toride.customers.imports import running, services
from toride.customers.imports.tests.wizard import Wizard
from toride.customers.models import Brought, Customer, Import
from toride.jobs import running as jobs
from toride.vault import files
from toride.vault.index import lookup

pytestmark = pytest.mark.requirement("C3", "C7")
Bring = Callable[..., Import]
PEOPLE = "顧客番号,氏名,カナ,生年月日,電話番号\n"
HANAKO = "佐藤 花子,サトウ ハナコ,1980-03-04,022-265-1111"
TARO = "鈴木 太郎,スズキ タロウ,1975-06-07,022-265-2222"
NUMBERS = st.text("0aA1.-_ZＡ１", min_size=1, max_size=6).filter(lambda text: text[0] not in ".-_")


@pytest.fixture
def bring(house: House) -> Bring:
    def run(text: str, **choices: Any) -> Import:
        kept = files.keep([text.encode()], most=10**8)
        job = jobs.queue(running.KIND, person=house.steward.id, purpose="data-care", arguments={"mapping": None})
        source = Import.objects.create(
            job=job, person=house.steward.id, branch=house.midoridai, file=kept, choices=choices
        )
        jobs.perform(jobs.claim("here", job.pk), "here")
        source.refresh_from_db()
        return source

    return run


def named(house: House, subject: object) -> tuple[str, str]:
    found = queries.profile(house.permit(house.steward, Action.PROFILE_READ, subject), subject)
    return found.number.content, found.name.content


def counts(source: Import) -> tuple[int, int, int, int]:
    return tuple(source.counts[name] for name in ("created", "changed", "rejected", "held"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(NUMBERS, NUMBERS)
def test_importing_one_number_never_changes_another(house: House, bring: Bring, first: str, second: str) -> None:
    if numbers.exact(first) == numbers.exact(second):
        return
    made = bring(f"顧客番号,氏名\n{first},佐藤 花子\n")
    before = {one: named(house, one.subject_id) for one in Brought.objects.filter(source=made)}
    source = bring(f"顧客番号,氏名\n{second},鈴木 太郎\n")
    assert source.counts["changed"] == 0
    assert {one: named(house, one.subject_id) for one in Brought.objects.filter(source=made)} == before
    for one in (source, made):
        running.undo(one, lambda: house.permit(house.steward, Action.IMPORT_UNDO))


@pytest.mark.parametrize(
    ("standing", "written"),
    [("A-1", "A1"), ("a-1", "A-1"), ("0035g00000XyzAb", "0035g00000XyzaB"), ("73001", "73001.0"), ("0004321", "4321"),
     ("1234", "001234"), ("12_3", "12.3"), ("1.0", "10"), ("A.1", "A_1")],
)  # fmt: skip
def test_nearly_the_same_number_is_held_and_may_stand_beside_it(
    house: House, bring: Bring, standing: str, written: str
) -> None:
    bring(f"{PEOPLE}{standing},{HANAKO}\n")
    if numbers.near(standing) != numbers.near(written):
        assert counts(bring(f"{PEOPLE}{written},{TARO}\n")) == (1, 0, 0, 0)
        return
    source = bring(f"{PEOPLE}{written},{TARO}\n")
    assert counts(source) == (0, 0, 0, 1)
    [(_row, cells, why)] = services.rejected(house.permit(house.steward, Action.IMPORT_READ), source)
    assert cells[0] == written
    assert why == {"number": "nearly the same number as a customer"}
    assert counts(bring(f"{PEOPLE}{written},{TARO}\n", taken=["near"])) == (1, 0, 0, 0)
    both = [named(house, one.subject_id) for one in Brought.objects.order_by("pk")]
    assert both == [(standing, "佐藤 花子"), (written, "鈴木 太郎")]
    again = bring(f"{PEOPLE}{standing},{HANAKO}\n{written},{TARO}\n", taken=["near"])
    assert counts(again) == (0, 0, 0, 0)


def test_nearly_the_same_numbers_within_a_file_are_told_by_row(house: House, bring: Bring) -> None:
    source = bring(f"{PEOPLE}A-1,{HANAKO}\na1,{TARO}\nA-1,{TARO}\n")
    assert counts(source) == (1, 0, 1, 1)
    rows = services.rejected(house.permit(house.steward, Action.IMPORT_READ), source)
    assert rows[0][2] == {"number": "nearly the same number as row 2 of this file"}
    assert rows[1][2] == {"number": "stands twice in the file"}


def test_a_number_that_looks_like_a_decimal_is_held(house: House, bring: Bring) -> None:
    source = bring(f"{PEOPLE}73003.0,{HANAKO}\n73004,{TARO}\n")
    assert counts(source) == (1, 0, 0, 1)
    [(row, _cells, why)] = services.rejected(house.permit(house.steward, Action.IMPORT_READ), source)
    assert (row, "decimal" in why["number"]) == (2, True)


def test_a_number_near_one_out_of_reach_says_nothing_of_it(house: House) -> None:
    from toride.customers.imports.cleaning import Row
    from toride.customers.imports.tests.wizard import narrow

    house.customer("A-1", branch=house.wakaba)
    permit = narrow(house.permit(house.steward, Action.FILE_IMPORT))
    rows = [Row(2, {"number": "A1", "name": "鈴木 太郎"})]
    source = Import(branch=house.midoridai, person=house.steward.id)
    found, near = services.foresee(permit, source, rows)
    assert (found.created, found.held, near, rows[0].held) == (1, 0, {}, {})


OTHERS = (
    TARO,
    "鈴木 太郎,スズキ タロウ,1975-06-07,",
    "鈴木 太郎,スズキ タロウ,,022-265-2222",
    "鈴木 太郎,,1975-06-07,022-265-2222",
    "鈴木 太郎,,,",
    "佐藤 太郎,サトウ タロウ,1975-06-07,022-265-1111",
    "㈱砦商事,トリデショウジ,,022-265-3333",
)
SAME = (
    HANAKO,
    "佐藤 華子,サトウ ハナコ,,",
    "田中 花子,タナカ ハナコ,1980-03-04,090-1111-2222",
    "佐藤 花子,,1980-03-05,022-265-9999",
    "鈴木 花子,,,022-265-1111",
    "佐藤 はなこ,,,",
    "齋藤 花,サトウ ハナコ,1980-03-04,",
)


@pytest.mark.parametrize("row", OTHERS)
def test_a_row_that_would_make_another_person_is_held(house: House, bring: Bring, row: str) -> None:
    bring(f"{PEOPLE}A-1,{HANAKO}\n")
    source = bring(f"{PEOPLE}A-1,{row}\n")
    assert counts(source) == (0, 0, 0, 1), row
    assert named(house, Customer.objects.get().subject_id) == ("A-1", "佐藤 花子")
    assert counts(bring(f"{PEOPLE}A-1,{row}\n", taken=["another"])) == (0, 1, 0, 0)


def test_a_row_of_the_same_person_is_not(bring: Bring) -> None:
    for at, row in enumerate(SAME):
        bring(f"{PEOPLE}B-{at},{HANAKO}\n")
        assert counts(bring(f"{PEOPLE}B-{at},{row}\n"))[3] == 0, row


def test_the_page_tells_what_is_held_and_whom_it_is_near(house: House, steward: Wizard) -> None:
    house.customer("A-1")
    source = steward.check(steward.begin(f"{PEOPLE}a1,{TARO}\nA-1,{TARO}\n"))
    assert (source.trial.result["held"], source.trial.result["changed"]) == (2, 0)
    page = steward.text("check", source, "?kind=held")
    assert "ほぼ同じ番号" in page
    assert "別人の情報で上書き" in page
    assert "齋藤 惠美子" in page


TYPED = {"name": "鈴木 太郎", "kana": "スズキ タロウ", "birth_date": "1975-06-07", "phones": "022-265-2222"}


def test_a_change_by_hand_that_makes_another_person_must_be_confirmed(house: House) -> None:
    subject = house.customer("A-1")
    permit = house.permit(house.steward, Action.PROFILE_CHANGE, subject)
    with pytest.raises(Doubtful):
        records_of.change(permit, subject, written=TYPED, revisions={}, source="form")
    assert named(house, subject) == ("A-1", "齋藤 惠美子")
    for one in ({"name": "鈴木 太郎"}, {"phones": "022-265-2222"}, {"name": "鈴木 惠美子", "phones": "022-265-2223",
                "birth_date": "1951-05-14"}):  # fmt: skip
        records_of.change(permit, subject, written=one, revisions={}, source="form")
    records_of.change(permit, subject, written=TYPED, revisions={}, source="form", confirmed=True)
    assert named(house, subject) == ("A-1", "鈴木 太郎")


def test_the_form_asks_and_keeps_what_was_typed(house: House) -> None:
    subject = house.customer("A-1")
    client = enter(house.steward)
    answer = client.post(f"/customers/{subject}/change/", TYPED)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "別人の情報になります" in page
    assert 'name="confirmed"' in page
    assert "鈴木 太郎" in page
    assert client.post(f"/customers/{subject}/change/", TYPED | {"confirmed": "1"}).status_code in (200, 302)
    assert named(house, subject) == ("A-1", "鈴木 太郎")


def test_registering_takes_the_number_as_written(house: House) -> None:
    permit = house.permit(house.steward, Action.PROFILE_CREATE)

    def register(number: str) -> object:
        written = {"number": number, "name": "佐藤"}
        return records_of.register(permit, branch="002", owner=None, written=written, source="form", number_meant=True)

    first = register("A-1")
    for near in ("a-1", "A1", "ＡＢ１", "00A1"):
        assert register(near) != first
    for same in ("A-1", "Ａ－１", " A-1 "):
        with pytest.raises(Taken):
            register(same)
    assert queries.subject_of("A-1") == first


def test_numbers_that_an_earlier_version_took_down_folded_are_known(house: House, bring: Bring) -> None:
    subject = house.customer("a-1")
    claims.release(subject)
    lookup.claim(numbers.NUMBER, "A1", subject)
    assert claims.owners(["a-1", "A1", "A-1"]) == {"a-1": subject, "A1": subject} or claims.owners(["a-1"]) == {
        "a-1": subject
    }
    assert claims.alike(["A-1"]) == {"A-1": subject}
    source = bring(f"{PEOPLE}a-1,齋藤 惠美子,,,022-265-7777\n")
    assert counts(source) == (0, 1, 0, 0)
    with pytest.raises(Taken):
        records_of.register(
            house.permit(house.steward, Action.PROFILE_CREATE), branch="002", owner=None,
            written={"number": "a-1", "name": "佐藤"}, source="form",
        )  # fmt: skip


@given(
    st.dictionaries(st.sampled_from(["name", "kana", "birth_date"]), st.sampled_from(["佐藤", "スズキ", "1980-03-04"]))
)
def test_nobody_is_another_than_they_are(values: dict[str, str]) -> None:
    assert not resemblance.is_another(values, values)
    assert not resemblance.becomes_another(values, values)


def test_after_a_restore_numbers_are_claimed_anew_and_near_ones_stand_beside_each_other(house: House) -> None:
    from toride.vault.index import restoring
    from toride.vault.index.database import run

    known = {number: house.customer(number) for number in ("A-1", "a1", "0012", "12")}
    run("DELETE FROM vault_lookuptoken")
    assert claims.owners(known) == {}
    restoring._claim_anew(numbers.NUMBER, numbers.EXACTLY, lookup.claim_many)
    restoring._claim_anew(numbers.NEAR, numbers.NEARLY, lookup.claim_free)
    assert claims.owners(known) == known
    assert claims.alike(["A1"])["A1"] in known.values()
    assert claims.alike(["00012"])["00012"] in {known["0012"], known["12"]}
