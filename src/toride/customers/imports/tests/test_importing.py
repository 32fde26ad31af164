"""A file becomes customers, once; what is wrong is rejected by row; a whole import can be taken back."""

from collections.abc import Callable

import pytest

from tests.people import House
from toride.base.errors import Refused
from toride.customers import queries
from toride.customers import services as records_of
from toride.customers.actions import Action
from toride.customers.imports import running, services
from toride.customers.imports.tests.wizard import dying
from toride.customers.models import Brought, Import
from toride.jobs import running as jobs
from toride.jobs.models import State
from toride.vault import files

pytestmark = pytest.mark.requirement("C7")
HEADER = "会員番号,姓,名,セイ,メイ,生年月日,電話番号,携帯電話,郵便番号,住所,メールアドレス,残高,備考1\n"
LINES = (
    'A-1,髙橋,健一,タカハシ,ケンイチ,S55.3.4,022-271-4410,０９０－１１１１－２２２２,981-0913,宮城県仙台市青葉区昭和町1-1,ken@example.jp,"1,200,000",x\n'
    "A-2,齋藤,惠美子,サイトウ,エミコ,昭和２６年５月１４日,,,9810913,宮城県仙台市青葉区昭和町**********,,,\n"
    "A-3,佐藤,次郎,サトウ,ジロウ,昭和64年1月8日,1234,,12,東京都大田区,broken@,abc,\n"
    ",名無し,,,,,,,,,,,\n"
    "A-2,齋藤,二回目,,,,,,,,,,\n"
    "A-4,㈱サトウ精機,,サトウセイキ,,,,,,,,,\n"
)
Bring = Callable[..., Import]


@pytest.fixture
def bring(house: House) -> Bring:
    def run(text: str, person: object = None, **arguments: object) -> Import:
        someone = person or house.steward
        kept = files.keep([text.encode("cp932")], most=10**8)
        job = jobs.queue(running.KIND, person=someone.id, purpose="data-care", arguments={"mapping": None, **arguments})
        source = Import.objects.create(job=job, person=someone.id, branch=house.midoridai, file=kept)
        claimed = jobs.claim("here", job.pk)
        jobs.perform(claimed, "here")
        source.refresh_from_db()
        return source

    return run


def search(house: House, text: str) -> list[queries.Profile]:
    return list(queries.search(house.permit(house.steward, Action.SEARCH), queries.Ask(text=text)).items)


def test_a_real_offices_file(house: House, bring: Bring) -> None:
    source = bring(HEADER + LINES)
    assert source.job.state == State.DONE
    assert source.counts == {"created": 3, "changed": 0, "unchanged": 0, "rejected": 3, "held": 0, "warnings": 1}
    assert (source.encoding, source.delimiter) == ("cp932", ",")
    [ken] = search(house, "たかはし")
    assert ken.name.content == "髙橋 健一"
    assert ken.kana.content == "タカハシ ケンイチ"
    assert ken.birth_date.content == "1980-03-04"
    assert ken.phones.content == ["022-271-4410", "090-1111-2222"]
    assert (ken.prefecture.content, ken.city.content, ken.street.content) == ("宮城県", "仙台市青葉区", "昭和町1-1")
    assert search(house, "サトウ精機")[0].values["kind"].content == "organisation"


def test_a_second_run_changes_nothing(house: House, bring: Bring) -> None:
    bring(HEADER + LINES)
    again = bring(HEADER + LINES)
    assert again.counts == {"created": 0, "changed": 0, "unchanged": 3, "rejected": 3, "held": 0, "warnings": 1}


def test_rejected_rows_name_reasons_and_are_sealed(house: House, bring: Bring) -> None:
    source = bring(HEADER + LINES)
    rows = services.rejected(house.permit(house.steward, Action.IMPORT_READ), source)
    assert [number for number, _cells, _problems in rows] == [4, 5, 6]
    assert set(rows[0][2]) == {"birth_date", "phones", "postcode", "emails", "value"}
    assert set(rows[1][2]) == {"number"}
    assert rows[2][2] == {"number": "stands twice in the file"}
    assert rows[0][1][1] == "佐藤"
    from toride.customers.models import Rejected

    assert not any("佐藤".encode() in bytes(blob) for blob in Rejected.objects.values_list("blob", flat=True))


def test_what_changed_is_told_and_an_empty_cell_clears_nothing(house: House, bring: Bring) -> None:
    bring("顧客番号,氏名,メール\nA-1,佐藤 花子,hana@example.jp\nA-2,鈴木 一郎,\n")
    source = bring("顧客番号,氏名,メール\nA-1,佐藤 花子,\nA-2,鈴木 次郎,jiro@example.jp\n")
    assert source.counts["changed"] == 1
    assert source.counts["unchanged"] == 1
    assert search(house, "A-1")[0].emails.content == ["hana@example.jp"]


def test_undo_takes_everything_back_and_lists_conflicts(house: House, bring: Bring) -> None:
    bring("顧客番号,氏名,市区町村\nA-1,佐藤 花子,石巻市\nA-2,鈴木 一郎,名取市\n")
    source = bring("顧客番号,氏名,市区町村\nA-1,佐藤 華子,石巻市\nA-2,鈴木 次郎,塩竈市\nB-1,林 大樹,\nB-2,森 葵,\n")
    [ichiro] = search(house, "A-2")
    permit = house.permit(house.steward, Action.PROFILE_CHANGE, ichiro.subject)
    records_of.change(permit, ichiro.subject, written={"name": "鈴木 三郎"}, revisions={}, source="form")
    [mori] = search(house, "B-2")
    permit = house.permit(house.steward, Action.PROFILE_CHANGE, mori.subject)
    records_of.change(permit, mori.subject, written={"city": "石巻市"}, revisions={}, source="form")

    back, conflicts = running.undo(source, lambda: house.permit(house.steward, Action.IMPORT_UNDO))
    assert dict(conflicts) == {ichiro.subject: "name", mori.subject: "changed since"}
    assert back == 3
    assert search(house, "A-1")[0].name.content == "佐藤 花子"
    [ichiro] = search(house, "A-2")
    assert (ichiro.name.content, ichiro.city.content) == ("鈴木 三郎", "名取市")
    assert search(house, "林 大樹") == []
    assert search(house, "森 葵")
    assert running.undo(source, lambda: house.permit(house.steward, Action.IMPORT_UNDO))[0] == 0


def test_an_undone_number_is_free_and_keys_die_after_thirty_days(house: House, bring: Bring) -> None:
    from datetime import timedelta

    from toride.base import clock
    from toride.vault import subjects

    source = bring("顧客番号,氏名\nA-1,佐藤 花子\n")
    subject = Brought.objects.get(source=source).subject_id
    running.undo(source, lambda: house.permit(house.steward, Action.IMPORT_UNDO))
    assert bring("顧客番号,氏名\nA-1,別人 花子\n").counts["created"] == 1
    assert services.purge() == 0
    Import.objects.filter(pk=source.pk).update(undone=clock.now() - timedelta(days=31))
    assert services.purge() == 1
    assert not subjects.exists(subject)
    assert services.purge() == 0


def test_a_row_of_another_branch_is_only_not_available(house: House, bring: Bring) -> None:
    from toride.access.roles import SHIPPED

    assert "customers:file:import" in SHIPPED["steward"].grants[2].actions
    house.customer("A-1", branch=house.wakaba)
    permit = house.permit(house.steward, Action.FILE_IMPORT)
    narrow = permit.__class__(**{name: getattr(permit, name) for name in permit.__dataclass_fields__ if name != "rows"},
                              rows=permit.rows.__class__(branches=frozenset({"002"})))  # fmt: skip
    from toride.customers.imports.cleaning import Row

    rows = [Row(1, {"number": "A-1", "name": "佐藤"})]
    source = Import(branch=house.midoridai, person=house.steward.id)
    assert services.foresee(narrow, source, rows)[0].rejected == 1
    assert rows[0].problems == {"number": "is not available"}
    assert source.pk


def test_resume_goes_on_after_the_checkpoint(house: House, bring: Bring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "BATCH", 2)
    text = "顧客番号,氏名\n" + "".join(f"A-{n},佐藤 {n}\n" for n in range(7))
    dying(monkeypatch, services, "bring", at=3)
    source = bring(text)
    assert source.job.state == State.FAILED
    assert source.counts["created"] == 4
    jobs.resume(source.job.pk)
    jobs.perform(jobs.claim("there", source.job.pk), "there")
    source.refresh_from_db()
    assert source.job.state == State.DONE
    assert source.counts == {"created": 7, "changed": 0, "unchanged": 0, "rejected": 0, "held": 0, "warnings": 0}


def test_a_disabled_persons_import_stops_at_the_next_batch(
    house: House, bring: Bring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "BATCH", 1)
    real = services.reject

    def disable(*arguments: object) -> None:
        type(house.steward).objects.filter(pk=house.steward.pk).update(is_active=False)
        real(*arguments)

    monkeypatch.setattr(services, "reject", disable)
    source = bring("顧客番号,氏名\nA-1,佐藤\nA-2,鈴木\n")
    assert source.job.state == State.FAILED
    assert source.counts["created"] == 1
    assert source.job.error.startswith("Refused")


def test_who_may_not_import_is_refused(house: House, bring: Bring) -> None:
    for person in (house.teller, house.manager, house.admin, house.auditor, house.dpo):
        with pytest.raises(Refused):
            house.permit(person, Action.FILE_IMPORT)


@pytest.mark.parametrize("text", ["氏名,電話\n佐藤,090\n", "番号\n1\n", "a,b\n1,2\n"])
def test_a_file_without_number_or_name_says_what_to_do(house: House, bring: Bring, text: str) -> None:
    source = bring(text)
    assert source.job.state == State.FAILED
    assert "--mapping" in source.job.error


def test_columns_by_content_where_there_are_no_headings(house: House, bring: Bring) -> None:
    lines = "".join(
        f"C{n:07},佐藤 花子,サトウ ハナコ,1980-03-0{n % 9 + 1},090-1234-56{n:02},981-0913\n" for n in range(20)
    )
    refused = bring(lines)
    assert refused.job.state == State.FAILED
    assert "--accept-guess" in refused.job.error
    source = bring(lines, accept=True)
    assert source.targets == ["number", "name", "kana", None, "phones", "postcode"]
    assert not source.header
    assert source.counts["created"] == 20


def test_mapping_by_hand(house: House, bring: Bring) -> None:
    source = bring("x,y,z\nA-1,佐藤 花子,石巻市\n", mapping={"x": "number", "y": "name", "z": None})
    assert source.targets == ["number", "name", None]
    assert source.counts["created"] == 1


def test_kept_files_are_sealed_and_cannot_be_cut_or_reordered(house: House) -> None:
    from django.conf import settings

    from toride.vault.aead import Unopenable

    content = b"\xe9\xbd\x8b\xe8\x97\xa4" * 600_000
    file = files.keep([content[:5], content[5:]], most=10**8)
    path = settings.HOME / "data" / "files" / f"{file}.sealed"
    sealed = path.read_bytes()
    assert b"\xe9\xbd\x8b\xe8\x97\xa4" not in sealed
    assert b"".join(files.content(file)) == content
    first = 4 + int.from_bytes(sealed[:4])
    for broken in (
        sealed[:first],
        sealed[first:],
        sealed[:-1],
        sealed[first : 2 * first] + sealed[:first] + sealed[2 * first :],
    ):
        path.write_bytes(broken)
        with pytest.raises((Unopenable, OSError)):
            list(files.content(file))
    files.drop(file)
    with pytest.raises(OverflowError):
        files.keep([b"x" * 11], most=10)
    assert not list(path.parent.glob("*.part"))
