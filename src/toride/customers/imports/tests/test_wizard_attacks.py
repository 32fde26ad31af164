"""What must not happen with a file: seen by others, written in clear, run twice, made to harm."""

import tempfile
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files import temp as django_temp
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import translation

from tests.people import House, become
from toride.base.errors import Hidden, Refused
from toride.customers.actions import Action
from toride.customers.imports import drafts, reading, wording
from toride.customers.imports.tests.wizard import Wizard, again, at, events, narrow, work
from toride.customers.imports.tests.workbooks import cells, sheet_xml, workbook
from toride.customers.models import Customer, Finding, Import
from toride.jobs.models import State
from toride.vault import files

pytestmark = pytest.mark.requirement("C7")
STEPS = ("file", "columns", "check", "run")
NAME = "齋藤 惠美子"
BOMB = workbook(sheet_xml(cells("1")), **{"xl/media/bomb.bin": b"\0" * 80_000_000})


def test_pages_of_imports_open_to_whom_the_roles_say(house: House, steward: Wizard) -> None:
    draft, done = steward.begin(), steward.run(steward.check(steward.begin()))
    for role in ("teller", "sales", "manager", "operator", "marketing", "auditor", "admin", "corporate"):
        client = Wizard(getattr(house, role)).client
        for path in ["/imports/", "/imports/new/", at("result", done), *(at(step, draft) for step in STEPS)]:
            assert client.get(path).status_code == 403, (role, path)
        for step in ("cancel", "resume", "undo", "discard", "rejected"):
            assert client.post(at(step, draft)).status_code == 403, (role, step)
    dpo = Wizard(house.dpo).client
    assert dpo.get(at("result", done)).status_code == 200
    assert dpo.get(at("result", draft)).status_code == 404
    assert str(draft.pk) not in dpo.get("/imports/").content.decode()
    for step in STEPS:
        assert dpo.get(at(step, draft)).status_code == 403
    assert dpo.post(at("rejected", done)).status_code == 403
    assert dpo.post(at("undo", done)).status_code == 403


def test_a_reader_sees_only_what_the_duty_opens_of_rejected_rows(house: House, steward: Wizard) -> None:
    done = steward.run(steward.check(steward.begin()))
    assert "見込み額" in steward.text("result", done)
    page = Wizard(house.dpo).text("result", done)
    assert "昭和64年1月8日" in page
    assert "見込み額" not in page
    assert "•••••" in page


def test_another_branchs_import_looks_like_none(house: House, steward: Wizard) -> None:
    source = steward.begin(branch="003")
    for action in (Action.FILE_IMPORT, Action.IMPORT_READ, Action.REJECTED_DOWNLOAD, Action.IMPORT_UNDO):
        with pytest.raises(Hidden):
            drafts.find(narrow(house.permit(house.steward, action)), source.pk)
    assert drafts.find(narrow(house.permit(house.steward, Action.FILE_IMPORT), "003"), source.pk) == source
    with pytest.raises(Refused):
        drafts.begin(
            narrow(house.permit(house.steward, Action.FILE_IMPORT)), branch="003", name="a.csv", origin="", size=9
        )
    assert Import.objects.count() == 1


def test_a_permit_that_only_reads_changes_nothing(house: House, steward: Wizard) -> None:
    source = steward.begin()
    permit = house.permit(house.steward, Action.IMPORT_READ)
    for attempt in (
        lambda: drafts.begin(permit, branch="002", name="a.csv", origin="", size=9),
        lambda: drafts.start_check(permit, source=source),
        lambda: drafts.start(permit, source=source, leave_out=False),
        lambda: drafts.start_undo(permit, source=source),
        lambda: drafts.discard(permit, source=source),
    ):
        with pytest.raises(Refused):
            attempt()


def test_nothing_of_a_file_stands_in_clear(steward: Wizard, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    rows = "".join(f"B-{n},{NAME},S55.3.4,12\n" for n in range(6_000))
    content = ("顧客番号,氏名,生年月日,電話\n" + rows).encode()
    source = steward.begin(content, name=f"{NAME}様.csv", origin=f"{NAME}様から")
    steward.run(steward.check(source), leave="1")
    assert not list(tmp_path.rglob("*"))
    needles = [NAME.encode(coding) for coding in ("utf-8", "cp932", "utf-16-le")] + [NAME.encode("unicode_escape")]
    for path in (settings.HOME / "data" / "files").iterdir():
        assert not any(needle in path.read_bytes() for needle in needles), path
    tables = ("customers_import", "customers_finding", "customers_savedmapping", "customers_rejected", "jobs_job")
    for table in tables:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {table} LIMIT 1000")
            for row in cursor.fetchall():
                for cell in row:
                    kept = bytes(cell) if isinstance(cell, (bytes, memoryview)) else str(cell).encode()
                    assert not any(needle in kept for needle in needles), table
    assert NAME not in str(events())


def test_a_file_in_a_form_is_never_written_to_a_disk(
    steward: Wizard, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    written: list[object] = []
    real = django_temp.NamedTemporaryFile
    monkeypatch.setattr(django_temp, "NamedTemporaryFile", lambda **how: (written.append(how), real(**how))[1])
    sent = {"branch": "002", "name": "a.csv", "size": 9, "x": SimpleUploadedFile("a.csv", NAME.encode() * 300_000)}
    assert steward.client.post("/imports/new/", sent).status_code == 200
    assert not written
    assert not list(tmp_path.rglob("*"))


def test_a_file_that_nobody_may_send_is_not_read(house: House, steward: Wizard) -> None:
    source = steward.begin()
    answer = steward.plan(9)
    address = answer.json()["put"]
    teller = Wizard(house.teller)
    assert teller.put(address, 0, b"x" * 9).status_code == 403
    assert Client().put(address, b"x" * 9).status_code == 302
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = steward.client.cookies
    assert strict.put(address, b"x" * 9, headers={"X-Offset": "0"}).status_code == 403
    newest = Import.objects.latest("created")
    assert newest.pk != source.pk
    assert files.stands(newest.file) == 0


def test_limits_of_a_file_are_kept(steward: Wizard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "IMPORT_MAX_BYTES", 2 * 1_048_576)
    assert steward.plan(2 * 1_048_576).status_code == 200
    for size, words in ((2 * 1_048_576 + 1, "2MBを超えています"), (0, "空です"), (-5, "空です")):
        answer = steward.plan(size)
        assert answer.status_code == 422
        assert words in answer.content.decode()
    assert "Excel" in steward.plan(9, name="x.exe").content.decode()
    assert steward.plan(9, origin="あ" * 101).status_code == 422
    assert steward.plan(9, branch="999").status_code == 422
    address = steward.plan(9).json()["put"]
    assert steward.put(address, 0, b"x" * 10).status_code == 422
    assert steward.put(address, 0, b"x" * 8).status_code == 422
    assert steward.put(address, 4, b"x" * 5).json() == {"stands": 0}
    assert steward.put(address, 0, b"x" * 9).status_code == 200
    assert steward.put(address, 0, b"y" * 9).status_code == 409
    assert Import.objects.count() == 2


def test_a_step_that_is_played_again_does_nothing_twice(steward: Wizard) -> None:
    source = steward.run(steward.check(steward.begin("顧客番号,氏名\nB-1,佐藤\n")))
    job = source.job_id
    assert steward.client.post(at("run", source), {"leave": "0"}).status_code == 409
    assert steward.columns(source, **{"column-0": ""}).status_code == 409
    assert steward.client.post(at("file", source), {"branch": "002", "name": "a.csv", "size": 9}).status_code == 409
    assert steward.put(at("file", source), 0, b"x" * 9).status_code == 409
    assert steward.post("discard", source).status_code == 409
    assert steward.post("check", source).status_code == 409
    source = again(source)
    assert (source.job_id, source.targets) == (job, ["number", "name"])
    assert Customer.objects.count() == 1


def test_two_who_start_at_once_start_one(house: House, steward: Wizard) -> None:
    from toride.base.errors import Conflict

    source = steward.check(steward.begin("顧客番号,氏名\nB-1,佐藤\n"))
    one, other = again(source), again(source)
    drafts.start(house.permit(house.steward, Action.FILE_IMPORT), source=one, leave_out=False)
    with pytest.raises(Conflict):
        drafts.start(house.permit(house.steward, Action.FILE_IMPORT), source=other, leave_out=False)


@pytest.mark.parametrize(
    "sent",
    [{"column-1": "subject"}, {"column-1": "contacts"}, {"column-1": "__class__"}, {"delimiter": "\\"}],
)
def test_a_forged_target_is_refused_and_nothing_changes(steward: Wizard, sent: dict[str, str]) -> None:
    source = steward.begin()
    targets = source.targets
    assert steward.columns(source, **sent).status_code == 422
    assert again(source).targets == targets


def test_an_encoding_of_ones_own_is_no_way_in(steward: Wizard) -> None:
    source = steward.begin()
    answer = steward.columns(source, encoding="zlib_codec")
    assert answer.status_code == 422
    assert again(source).encoding == "cp932"


@pytest.mark.parametrize(
    ("content", "japanese", "english"),
    [
        (BOMB, "不自然に大きい", "unpacked"),
        (
            (",".join(map(str, range(10_000))) + "\n").encode(),
            "列が10000あります。読めるのは500列まで",
            "10000 columns",
        ),
        ("番号,氏名\n1,".encode() + b"\xff\x81\x00\xfe\x80\x8f\n" * 9, "", ""),
        ('番号,"氏名\n1,佐藤\n2,鈴木\n'.encode(), "閉じられていないか", "mark is not closed"),
        (b"PK\x03\x04" + b"broken" * 99, "Excelのブック", "not a readable Excel"),
        (workbook(sheet_xml("<row><c><f>HYPERLINK(1)</f><v>1</v></c></row>")), "数式があります", "formulas"),
        ("番号,氏名\n1,佐\x00藤\n".encode(), "NULバイト", "NUL"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "古いExcel形式", "old Excel"),
        (("番号,氏名\n1," + "あ" * 20_000 + "\n").encode(), "10000字を超える", "longer than 10000"),
    ],
    ids=["bomb", "columns", "encoding", "quotes", "broken", "formulas", "nul", "old", "cell"],
)
def test_a_file_that_would_harm_is_told_on_the_page(
    steward: Wizard, content: bytes, japanese: str, english: str
) -> None:
    source = steward.begin(content, name="a.xlsx")
    page = steward.text("columns", source)
    assert 'role="alert"' in page
    assert japanese in page
    steward.client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert english in steward.text("columns", source)
    assert steward.columns(source, go="check").status_code in (200, 422)
    assert again(source).trial is None


def test_bytes_that_break_late_fail_the_check_in_words(steward: Wizard) -> None:
    content = ("顧客番号,氏名\n" + "".join(f"B-{n},佐藤\n" for n in range(60_000))).encode() + b"B-x,\xff\xfe\n"
    source = steward.check(steward.begin(content))
    assert source.trial.state == State.FAILED
    page = steward.text("check", source)
    assert "utf-8として読めません" in page
    assert "再確認" in page
    assert Customer.objects.count() == 0


def test_a_wrong_encoding_is_told_and_can_be_mended(steward: Wizard) -> None:
    source = steward.begin("顧客番号,氏名\nB-1,髙橋 健一\n")
    answer = steward.columns(source, encoding="utf-8")
    assert "別の文字コードを選ぶか" in answer.content.decode()
    answer = steward.columns(source, encoding="cp932")
    assert "髙橋 健一" in answer.content.decode()
    assert again(source).targets == ["number", "name"]


def test_a_person_who_lost_the_duty_checks_nothing_more(house: House, steward: Wizard) -> None:
    source = steward.begin()
    steward.columns(source, go="check")
    become(house.steward, roles=["teller"])
    source = work(source)
    assert source.trial.state == State.FAILED
    assert not Finding.objects.exists()
    assert wording.failure(
        source.trial.error
    ) == "職務の範囲に含まれません。必要な場合は、管理者に相談してください。" or (
        "職務" in wording.failure(source.trial.error)
    )


def test_what_a_job_keeps_is_english_whatever_the_language_of_the_worker(steward: Wizard) -> None:
    with translation.override("ja"):
        source = steward.check(steward.begin())
    assert "enter a date such as" in str(source.trial.result["columns"])
    reasons = Finding.objects.values_list("reason", flat=True)
    assert "this has 4 digits; mobile numbers have 11, others 10" in reasons
    japanese = steward.text("check", source)
    assert "4桁です" in japanese
    steward.client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    english = steward.text("check", source)
    assert "enter a date such as" in english
    assert "4桁です" not in english


def test_every_sentence_of_the_reader_is_said_in_japanese() -> None:
    facts = {
        "encoding": "cp932",
        "byte": 7,
        "line": 3,
        "row": 9,
        "cell": 10_000,
        "count": 600,
        "limit": 500,
        "status": -9,
    }
    with translation.override("ja"):
        for code, sentence in reading.WORDS.items():
            said = wording.tell(sentence.format(**facts))
            assert any("ぁ" <= one <= "ん" for one in said), (code, said)


def test_previews_and_findings_are_readings_in_the_trail(steward: Wizard) -> None:
    source = steward.check(steward.begin())
    before = len(events())
    steward.text("columns", source)
    steward.text("check", source)
    found = events()[before:]
    kept = [one.facts for one in events() if one.facts.get("import") == str(source.pk)]
    assert {"import": str(source.pk), "previewed": 7} in kept
    assert any(facts.get("findings") for facts in kept)
    assert len(found) == 2


def test_the_demonstrations_warning_stands_on_the_upload_step(steward: Wizard) -> None:
    template = Path(drafts.__file__).parents[1] / "templates" / "customers" / "import_steps.html"
    assert "Use fictitious files only." in template.read_text()
    assert "デモ環境です" not in steward.client.get("/imports/new/").content.decode()


def test_a_draft_of_500_columns_is_kept(steward: Wizard) -> None:
    header = ",".join(["顧客番号", "氏名", *(f"c{n}" for n in range(498))])
    source = steward.begin(f"{header}\n" + ",".join(["B-1", "佐藤", *("x" for _ in range(498))]) + "\n")
    assert len(source.targets) == 500
    assert steward.check(source).trial.result["created"] == 1
