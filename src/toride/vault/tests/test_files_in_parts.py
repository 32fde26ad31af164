"""A file that arrives in parts is sealed as it comes, goes on after a break, and is whole or not there."""

import pytest
from django.conf import settings

from toride.base.errors import Conflict, Invalid
from toride.base.ids import ordered_id
from toride.vault import files, streams

pytestmark = [pytest.mark.requirement("C7"), pytest.mark.django_db(databases="__all__")]
NAME = "齋藤 惠美子".encode()


def test_parts_become_one_file_and_nothing_stands_in_clear(monkeypatch):
    monkeypatch.setattr(files, "PART", 2 * streams.PIECE)
    whole = NAME * (5 * streams.PIECE // len(NAME)) + b"x" * 777
    file, offset = ordered_id(), 0
    while offset < len(whole):
        assert files.stands(file) == offset
        offset = files.extend(file, offset, whole[offset : offset + files.PART], size=len(whole))
    assert files.stands(file) is None
    assert b"".join(files.content(file)) == whole
    folder = settings.HOME / "data" / "files"
    assert not any(NAME in path.read_bytes() for path in folder.iterdir())
    files.drop(file)
    assert not list(folder.glob(f"{file}*"))


def test_a_part_that_was_cut_short_is_sealed_anew(monkeypatch):
    monkeypatch.setattr(files, "PART", 2 * streams.PIECE)
    whole = bytes(range(256)) * (3 * streams.PIECE // 256)
    file = ordered_id()
    files.extend(file, 0, whole[: files.PART], size=len(whole))
    partial = settings.HOME / "data" / "files" / f"{file}.part"
    partial.write_bytes(partial.read_bytes()[:-5])
    assert files.stands(file) == streams.PIECE
    with pytest.raises(Conflict) as found:
        files.extend(file, files.PART, whole[files.PART :], size=len(whole))
    assert found.value.facts == {"stands": streams.PIECE}
    files.extend(file, streams.PIECE, whole[streams.PIECE :], size=len(whole))
    assert b"".join(files.content(file)) == whole


@pytest.mark.parametrize(("offset", "length", "size"), [(0, 0, 10), (0, 11, 10), (0, 5, 10), (0, streams.PIECE, 10**9)])
def test_a_part_of_another_length_is_refused(offset, length, size):
    file = ordered_id()
    with pytest.raises(Invalid):
        files.extend(file, offset, b"x" * length, size=size)
    assert files.stands(file) == 0


def test_what_is_whole_takes_no_more():
    file = ordered_id()
    files.extend(file, 0, b"abc", size=3)
    with pytest.raises(Conflict):
        files.extend(file, 0, b"abc", size=3)
    assert b"".join(files.content(file)) == b"abc"


def test_pieces_of_another_file_do_not_open(monkeypatch):
    from toride.vault.aead import Unopenable

    one, other = ordered_id(), ordered_id()
    files.extend(one, 0, b"abc", size=3)
    files.extend(other, 0, b"abd", size=3)
    folder = settings.HOME / "data" / "files"
    (folder / f"{one}.sealed").write_bytes((folder / f"{other}.sealed").read_bytes())
    with pytest.raises(Unopenable):
        list(files.content(one))
