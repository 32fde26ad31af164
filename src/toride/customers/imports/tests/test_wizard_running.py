"""Imports that queue, stop, go on and are taken back: nothing is lost and nothing comes twice."""

import pytest

from tests.people import House
from toride.customers import services as records_of
from toride.customers.actions import Action
from toride.customers.imports import findings, progress, running
from toride.customers.imports import services as import_services
from toride.customers.imports.tests.wizard import Wizard, again, at, dying, work
from toride.customers.models import Customer, Finding
from toride.jobs import running as jobs
from toride.jobs.models import Job, State

pytestmark = pytest.mark.requirement("C7")


def test_an_import_stops_goes_on_and_says_where_it_is(
    house: House, steward: Wizard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "BATCH", 2)
    text = "顧客番号,氏名\n" + "".join(f"B-{n},佐藤 {n}\n" for n in range(6))
    source = steward.check(steward.begin(text))
    assert steward.client.post(at("run", source), {"leave": "0"}).status_code == 302
    real = import_services.bring

    def stop(*arguments: object, **options: object) -> object:
        found = real(*arguments, **options)
        if Customer.objects.count() == 4:
            steward.post("cancel", source)
        return found

    monkeypatch.setattr(import_services, "bring", stop)
    source = work(source)
    assert source.job.state == State.CANCELLED
    stands = Customer.objects.count()
    assert 0 < stands < 6
    page = steward.text("result", source)
    assert "行目まで取り込みました" in page
    assert "続きから再開する" in page
    monkeypatch.setattr(import_services, "bring", real)
    assert steward.post("resume", source).status_code == 302
    source = work(source)
    assert source.job.state == State.DONE
    assert source.counts["created"] == 6
    assert Customer.objects.count() == 6
    assert steward.post("resume", source).status_code == 409


def test_a_stopped_import_is_taken_back(steward: Wizard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "BATCH", 2)
    source = steward.check(steward.begin("顧客番号,氏名\n" + "".join(f"B-{n},佐藤 {n}\n" for n in range(6))))
    steward.client.post(at("run", source), {"leave": "0"})
    real = import_services.bring

    def fail(*arguments: object, **options: object) -> object:
        if Customer.objects.count() == 4:
            raise RuntimeError("佐藤")
        return real(*arguments, **options)

    monkeypatch.setattr(import_services, "bring", fail)
    source = work(source)
    assert source.job.state == State.FAILED
    assert "佐藤" not in source.job.error
    assert "システムの都合で停止しました" in steward.text("result", source)
    steward.post("undo", source)
    source = work(source)
    assert source.undone
    assert Customer.objects.filter(hidden=None).count() == 0
    assert steward.post("resume", source).status_code == 409
    assert steward.post("undo", source).status_code == 409


def test_taking_back_goes_on_after_a_kill_and_tells_each_conflict_once(
    house: House, steward: Wizard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_services, "UNDO_BATCH", 2)
    source = steward.run(
        steward.check(steward.begin("顧客番号,氏名\n" + "".join(f"B-{n},佐藤 {n}\n" for n in range(6))))
    )
    changed = Customer.objects.order_by("pk").first().pk
    permit = house.permit(house.steward, Action.PROFILE_CHANGE, changed)
    records_of.change(permit, changed, written={"city": "石巻市"}, revisions={}, source="form")
    dying(monkeypatch, import_services, "take_back", at=2)
    steward.post("undo", source)
    source = work(source)
    assert source.taking_back.state == State.FAILED
    assert not source.undone
    assert "取り消しが途中で停止しました" in steward.text("result", source)
    assert steward.post("undo", source).status_code == 302
    source = work(source)
    assert source.undone
    assert source.taking_back.result == {"restored": 5, "conflicts": 1}
    assert Finding.objects.filter(source=source, kind=findings.CONFLICT).count() == 1
    page = steward.text("result", source)
    assert "取り込み後に変更されたため、元に戻さなかったもの" in page
    assert f"/customers/{changed}/" in page


def test_several_imports_queue_and_the_page_says_which_place(steward: Wizard) -> None:
    sources = [steward.check(steward.begin(f"顧客番号,氏名\nB-{n},佐藤 {n}\n")) for n in range(3)]
    for source in sources:
        steward.client.post(at("run", source), {"leave": "0"})
    assert [progress.of(again(source).job).ahead for source in sources] == [0, 1, 2]
    assert "前に2件あります" in steward.text("going", sources[2])
    assert "前に2件" in steward.client.get("/imports/").content.decode()
    work(sources[0])
    assert {again(source).job.state for source in sources} == {State.DONE}
    assert steward.client.get(at("going", sources[0])).headers["HX-Refresh"] == "true"


def test_progress_says_rate_and_time_left() -> None:
    from datetime import timedelta

    from toride.base import clock

    job = Job(state=State.RUNNING, done=3_000, before=1_000, total=9_000, started=clock.now() - timedelta(seconds=10))
    found = progress.of(job)
    assert found.percent == 33
    assert 190 <= found.rate <= 200
    assert 29 <= found.left <= 32
    assert progress.of(Job(state=State.RUNNING, done=5, started=clock.now())).rate is None


def test_a_check_that_is_killed_begins_anew_and_doubles_nothing(
    house: House, steward: Wizard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "BATCH", 2)
    source = steward.begin("顧客番号,氏名,電話\n" + "".join(f"B-{n},佐藤 {n},12\n" for n in range(6)))
    dying(monkeypatch, findings, "keep", at=3)
    source = steward.check(source)
    assert source.trial.state == State.FAILED
    assert Finding.objects.count() == 4
    jobs.resume(source.trial.pk)
    source = work(source)
    assert source.trial.state == State.DONE
    assert Finding.objects.count() == 6
