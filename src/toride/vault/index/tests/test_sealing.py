"""At rest there is nothing to read, and nothing opens in another place."""

from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection

from toride.base import stores
from toride.vault import index
from toride.vault.aead import Unopenable
from toride.vault.index import All, database, process, sealing, segments
from toride.vault.index.columns import encode_row
from toride.vault.index.models import Delta, Segment
from toride.vault.index.tests import naive
from toride.vault.index.tests.conftest import hanako, ids

pytestmark = [pytest.mark.usefixtures("stores"), pytest.mark.store, pytest.mark.requirement("C9", "K1")]
PLANTED = "長宗我部盛親"


def data_files() -> list[Path]:
    if not stores.is_server():
        folder = Path(settings.HOME) / "data"
        return [path for path in folder.iterdir() if path.is_file()]
    from tests import settings as suite

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_relation_filepath('vault_delta')")
    suite.data_cluster.sql("CHECKPOINT")
    pg = suite.data_cluster.folder / "pg"
    return [path for part in ("base", "pg_wal") for path in (pg / part).rglob("*") if path.is_file()]


def test_files_of_the_store_show_no_value():
    index.put([(uuid4(), hanako(name=PLANTED, email=("morichika@example.com",), phone="0887123456"))])
    index.put((subject, hanako(name=PLANTED)) for subject in ids(100))
    index.compact()
    index.put([(uuid4(), hanako(name=PLANTED))])
    content = b"".join(path.read_bytes() for path in data_files())
    assert b"prefecture" in content
    for needle in (PLANTED.encode(), PLANTED.encode("utf-16-le"), b"morichika", b"0887123456"):
        assert needle not in content


def test_deltas_are_padded_and_as_long_for_a_short_name_as_for_a_long_one():
    for name in ("林", "長宗我部盛親" * 3, "林" * 20):
        index.put([(uuid4(), {"name": name})])
    index.remove(ids(1))
    index.put((subject, {"name": "林"}) for subject in ids(70))
    sizes = [len(blob) - 33 for blob in Delta.objects.order_by("seq").values_list("blob", flat=True)]
    assert all(size % sealing.DELTA_BLOCK == 0 for size in sizes)
    assert len(set(sizes[:4])) == 1


def test_segments_are_padded():
    index.put((subject, hanako()) for subject in ids(3))
    index.compact()
    sizes = {len(blob) - 33 for blob in Segment.objects.values_list("blob", flat=True)}
    assert sizes == {sealing.SEGMENT_BLOCK}


def open_again(permit):
    process.forget()
    return index.search(permit(), All()).total


def swap(one, other, *fields):
    values = {field: getattr(one, field) for field in fields}
    type(one).objects.filter(pk=other.pk).update(**values)


@pytest.fixture
def cut(monkeypatch):
    monkeypatch.setattr(segments, "SEGMENT_ROWS", 4)
    monkeypatch.setattr(segments, "SPLIT_ROWS", 4)
    index.put((subject, hanako(visits=number)) for number, subject in enumerate(ids(8)))
    index.compact()
    found = {(row.low, row.column): row for row in Segment.objects.all()}
    lows = sorted({low for low, _ in found})
    return [[found[low, column.name] for column in naive.SCHEMA.columns] for low in lows]


def test_segment_moved_to_another_column_or_segment_is_refused(permit, cut):
    first, second = cut[:2]
    assert open_again(permit) == 8
    for one, other in ((first[0], first[1]), (second[0], first[0]), (second[9], first[9])):
        for fields in (("blob",), ("blob", "version"), ("blob", "version", "epoch")):
            swap(one, other, *fields)
            with pytest.raises(Unopenable):
                open_again(permit)
            other.save()
    assert open_again(permit) == 8


def test_earlier_version_of_one_column_is_refused(permit, cut):
    old = cut[0][0]
    index.put([(old.low, hanako(visits=99))])
    index.compact()
    now = Segment.objects.get(low=old.low, column=old.column)
    assert open_again(permit) >= 8
    swap(old, now, "blob")
    with pytest.raises(Unopenable):
        open_again(permit)
    swap(old, now, "blob", "version")
    with pytest.raises(Unopenable):
        open_again(permit)


def test_cut_or_altered_segment_is_refused(permit, cut):
    row = cut[0][0]
    whole = bytes(row.blob)
    for blob in (whole[:-1], whole[:20], b"", whole[:50] + bytes([whole[50] ^ 1]) + whole[51:]):
        Segment.objects.filter(pk=row.pk).update(blob=blob)
        with pytest.raises(Unopenable):
            open_again(permit)


def test_delta_under_another_number_or_epoch_is_refused(permit):
    her, him = ids(2)
    index.put([(her, hanako())])
    index.put([(him, hanako())])
    first, second = Delta.objects.order_by("seq")
    Delta.objects.filter(pk=first.pk).update(blob=second.blob)
    with pytest.raises(Unopenable):
        open_again(permit)
    Delta.objects.filter(pk=first.pk).update(blob=first.blob, epoch=first.epoch + 1)
    with pytest.raises(Unopenable):
        open_again(permit)
    Delta.objects.filter(pk=first.pk).update(epoch=first.epoch)
    assert open_again(permit) == 2


def test_index_of_another_installation_is_refused(permit):
    index.put([(uuid4(), hanako())])
    state = database.state()
    assert state is not None
    content = sealing.dump_delta(naive.SCHEMA, {uuid4().bytes: encode_row(naive.SCHEMA, hanako(), b"")})
    with pytest.raises(Unopenable):
        sealing.open_(state.epoch, "segment", sealing.close(state.epoch, "delta", content, 1), 1)
