"""Keys change beside the work: whoever is killed, whoever is first, every record still opens."""

import contextlib
import itertools
import json
import multiprocessing
import random
import threading
import time
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from django.db import connections

from tests.scale import scaled
from toride.base.errors import Conflict, Invalid
from toride.vault import bundles, keyring, kms, records, rotation, subjects
from toride.vault.aead import Unopenable
from toride.vault.commands import keys
from toride.vault.keyring import Kind
from toride.vault.keystore.models import Generation, State, SubjectKeys
from toride.vault.permit import Category
from toride.vault.records import Draft
from toride.vault.tests.permits import SATO, permit

pytestmark = [pytest.mark.usefixtures("stores"), pytest.mark.store, pytest.mark.requirement("K1")]
KILLS = scaled(10, 60)
FORK = multiprocessing.get_context("fork")


def people(count):
    made = subjects.create(count)
    records.write([Draft(subject=one, category=Category.BASIC, kind="person", data=SATO) for one in made])
    return made


def all_open(made):
    found = records.read(permit(), made, kinds=["person"])
    return all([record.values["name"].content for record in found[one]] == [SATO["name"]] for one in made)


def states(kind=Kind.SUBJECTS):
    return [row.state for row in keyring.generations(kind)]


def start(work):
    """A process of its own on the same stores, which sends what `work` yields."""
    connections.close_all()
    receiver, sender = FORK.Pipe(duplex=False)
    worker = FORK.Process(target=_work, args=(work, sender))
    worker.start()
    sender.close()
    return worker, receiver


def _work(work, sender):
    for sent in work():
        sender.send(sent)


def received(receiver):
    """All that a process sent until its end."""
    found = []
    with contextlib.suppress(EOFError):
        while True:
            found.append(receiver.recv())
    return found


def rotating(batch, times):
    def work():
        rotation.BATCH = batch  # of this process alone
        yield "ready"
        for _ in itertools.repeat(None) if times is None else range(times):
            yield rotation.rotate_subjects().number

    return work


def stepping(steps):
    """Rotates on and on, and says when so many statements have gone to the stores."""

    def work():
        rotation.BATCH = 5
        there = threading.Event()

        def go():
            left = itertools.count(steps, -1)
            with counting(lambda: next(left) or there.set()):
                while True:
                    rotation.rotate_subjects()

        threading.Thread(target=go, daemon=True).start()
        there.wait()
        yield "there"
        threading.Event().wait()

    return work


@contextlib.contextmanager
def counting(note):
    """Calls `note()` before each statement of this thread."""

    def step(execute, *given):
        note()
        return execute(*given)

    with connections["default"].execute_wrapper(step), connections["keys"].execute_wrapper(step):
        yield


def test_rotation_moves_everybody_and_destroys_the_former_root(monkeypatch):
    monkeypatch.setattr(rotation, "BATCH", 7)
    made = people(40)
    former = keyring.generations(Kind.SUBJECTS)[0]
    rotation.rotate_subjects()
    assert states() == [State.DESTROYED, State.ACTIVE]
    assert former.root_version not in kms.provider().versions()
    assert all_open(made)
    keyring.forget()
    assert all_open(made)
    assert set(SubjectKeys.objects.values_list("generation", flat=True)) == {former.number + 1}


def test_rotation_killed_at_any_moment_is_finished_later(monkeypatch):
    monkeypatch.setattr(rotation, "BATCH", 5)
    made = people(120)
    chance = random.Random(20261121)
    usual = []
    with counting(lambda: usual.append(1)):
        rotation.rotate_subjects()
    for _ in range(KILLS):
        worker, receiver = start(stepping(chance.randrange(len(usual) * 3 // 2)))
        assert receiver.recv() == "there"
        worker.kill()
        worker.join()
        keyring.forget()
        assert all_open(made)
    rotation.rotate_subjects()
    keyring.forget()
    assert all_open(made)
    assert len(states()) > KILLS / 10
    assert set(states()[:-1]) == {State.DESTROYED}
    living = {row.root_version for row in keyring.generations() if row.state != State.DESTROYED}
    dead = {row.root_version for row in keyring.generations() if row.state == State.DESTROYED}
    assert living <= kms.provider().versions()
    assert not dead & kms.provider().versions()


def test_customers_that_come_and_go_during_rotations_keep_their_keys():
    made = people(50)

    def coming():
        for _ in range(60):
            yield subjects.create(3)

    workers = [start(work) for work in (rotating(5, 6), rotating(3, 6), coming)]
    while any(worker.is_alive() for worker, _ in workers):
        assert all_open(made)
    new = [subject for group in received(workers[2][1]) for subject in group]
    assert [worker.exitcode for worker, _ in workers] == [0, 0, 0]
    assert len(new) == 180
    assert len(states()) == 13
    assert states().count(State.ACTIVE) == 1
    keyring.forget()
    assert len(bundles.load(new)) == 180
    assert all_open(made)


def test_processes_that_start_together_make_one_first_generation():
    def first():
        yield keyring.current(Kind.INDEX).secret

    for _ in range(10):
        Generation.objects.all().delete()
        workers = [start(first) for _ in range(3)]
        secrets = {secret for _, receiver in workers for secret in received(receiver)}
        assert len(secrets) == 1
        assert states(Kind.INDEX) == [State.ACTIVE]


def test_rewrap_gives_new_roots_to_the_same_secrets():
    made = people(3)
    before = {row.number: row.root_version for row in keyring.generations()}
    index = keyring.current(Kind.INDEX)
    assert CliRunner().invoke(keys, ["rewrap"], catch_exceptions=False).output == "2世代のルート鍵を更新しました\n"
    after = kms.provider().versions()
    assert not set(before.values()) & after
    assert {row.root_version for row in keyring.generations()} <= after
    keyring.forget()
    assert keyring.current(Kind.INDEX) == index
    assert all_open(made)


def test_rewrap_that_died_before_destroying_is_finished_later():
    row = keyring.prepare(Kind.FILES)
    keyring.activate(row)
    former, root = row.root_version, kms.provider().create()
    plain = kms.provider().unwrap(former, bytes(row.wrapped), Kind.FILES, row.number)
    row.root_version, row.former_root = root, former
    row.wrapped = kms.provider().wrap(root, plain, Kind.FILES, row.number)
    row.save()
    keyring.rewrap(Kind.FILES)
    assert not {former, root} & kms.provider().versions()
    assert keyring.current(Kind.FILES).secret == plain


def test_generation_in_use_is_not_destroyed_by_command():
    people(1)
    used = keyring.current(Kind.SUBJECTS).number
    for arguments, error in (
        ([f"subjects:{used}", "--confirm", f"subjects:{used}"], Conflict),
        ([f"subjects:{used + 7}", "--confirm", f"subjects:{used + 7}"], Conflict),
        ([f"subjects:{used}", "--confirm", "yes"], Invalid),
        (["everything", "--confirm", "everything"], Invalid),
    ):
        assert isinstance(CliRunner().invoke(keys, ["destroy", *arguments]).exception, error)
    keyring.create(Kind.SUBJECTS)
    with pytest.raises(Conflict, match="still holds"):
        rotation.end(Kind.SUBJECTS, used)
    assert states() == [State.RETIRING, State.ACTIVE]


def test_command_rotates_the_index_too():
    made = people(2)
    epoch = keyring.current(Kind.INDEX)
    assert CliRunner().invoke(keys, ["rotate"], catch_exceptions=False).exit_code == 0
    with pytest.raises(Unopenable):
        keyring.secret(Kind.INDEX, epoch.number)
    assert keyring.current(Kind.INDEX).number > epoch.number
    assert all_open(made)


def test_command_shows_rotates_and_destroys():
    made = people(2)
    first = keyring.current(Kind.FILES).number
    keyring.create(Kind.FILES)
    run = CliRunner()
    assert run.invoke(keys, ["destroy", f"files:{first}", "--confirm", f"files:{first}"]).exit_code == 0
    with pytest.raises(Unopenable):
        keyring.secret(Kind.FILES, first)
    assert run.invoke(keys, ["rotate", "--kind", "subjects"]).exit_code == 0
    shown = json.loads(run.invoke(keys, ["status", "--json"]).output)
    assert [
        (row["generation"].partition(":")[0], row["state"], row["root"], row["subjects"])
        for row in shown["generations"]
    ] == [
        ("files", "destroyed", False, 0),
        ("files", "active", True, 0),
        ("subjects", "destroyed", False, 0),
        ("subjects", "active", True, 2),
    ]
    assert "\tあり\t2\n" in run.invoke(keys, ["status"]).output
    assert all_open(made)


def test_lock_is_given_up_after_its_time_and_freed_by_death(monkeypatch):
    from toride.vault.keystore import lock

    waited = []
    clock = SimpleNamespace(monotonic=lambda: sum(waited), sleep=waited.append)

    def holding():
        with keyring.exclusive(Kind.FILES):
            yield "held"
            time.sleep(3_600)

    holder, receiver = start(holding)
    assert receiver.recv() == "held"
    with monkeypatch.context() as patch:
        patch.setattr(lock, "time", clock)
        with pytest.raises(Conflict):
            keyring.create(Kind.FILES)
    assert lock.WAIT_SECONDS <= sum(waited) <= lock.WAIT_SECONDS + 2 * lock.PAUSE_SECONDS
    holder.kill()
    holder.join()
    assert keyring.create(Kind.FILES).number
