"""What the trail's key attests is found when it is altered, and never passes for a head of the tree."""

import pytest

from toride.audit import checkpoints
from toride.audit.verifier.toride_verify import Head, Unusable
from toride.base.errors import Invalid

pytestmark = pytest.mark.requirement("A5")
TEXT = "Toride access review v1\n{}\n"


def test_what_was_attested_is_read_back_and_nothing_else():
    note = checkpoints.attest(TEXT)
    assert checkpoints.attested(note) == TEXT
    assert checkpoints.attested(note.replace("{}", '{"removed":9}')) is None
    assert checkpoints.attested(note.replace("\n\n", "\n")) is None
    assert checkpoints.attested(note[:-8] + "AAAAAAA\n") is None
    assert checkpoints.attested(TEXT) is None
    assert checkpoints.attested("") is None
    other = checkpoints.Key("other", b"k" * 32)
    assert checkpoints.attested(note, other) is None


def test_no_head_can_be_attested_and_nothing_attested_is_a_head():
    own = checkpoints.key()
    with pytest.raises(Invalid):
        checkpoints.attest(f"{own.name}\n7\n{'A' * 43}=\n")
    with pytest.raises(Invalid):
        checkpoints.attest("two\n\nparts\n")
    with pytest.raises(Unusable):
        Head.read(checkpoints.attest(TEXT))
    sly = Head.read(checkpoints.attest(f"another\n7\n{'A' * 43}=\n"))
    assert not sly.signed_by(own)
