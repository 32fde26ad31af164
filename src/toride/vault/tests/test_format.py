"""A blob opens with its key, in its place, unaltered, or not at all."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toride.vault import aead
from toride.vault.aead import Unopenable, derive, hmac128, key_id, pack, pad, random_key, seal, unpad, unseal

pytestmark = pytest.mark.requirement("K1")
KEY = bytes(range(32))
parts = st.lists(st.one_of(st.binary(), st.text(), st.integers(-(2**63), 2**63 - 1), st.uuids()), max_size=5)


def typed(sequence):
    return [(type(part), part) for part in sequence]


@given(parts, parts)
def test_different_contexts_never_pack_alike(one, other):
    assert (pack(*one) == pack(*other)) == (typed(one) == typed(other))


@given(st.lists(st.binary(max_size=6), min_size=2, max_size=4), st.integers(0, 24))
def test_context_split_elsewhere_packs_otherwise(pieces, cut):
    joined = b"".join(pieces)
    assert pieces == [joined[:cut], joined[cut:]] or pack(*pieces) != pack(joined[:cut], joined[cut:])


@given(st.binary(), parts, st.integers(0, 2**32 - 1))
def test_sealed_opens_in_its_place(plain, context, number):
    blob = seal(KEY, plain, *context, key_id=number)
    assert key_id(blob) == number
    assert len(blob) == len(plain) + aead.OVERHEAD
    assert unseal(KEY, blob, *context) == plain


def test_any_flipped_bit_and_any_shorter_blob_is_refused():
    blob = seal(KEY, "佐藤 鷲太郎".encode(), "place", key_id=7)
    for at in range(len(blob) * 8):
        altered = bytearray(blob)
        altered[at // 8] ^= 1 << at % 8
        with pytest.raises(Unopenable):
            unseal(KEY, bytes(altered), "place")
    for length in range(len(blob)):
        with pytest.raises(Unopenable):
            unseal(KEY, blob[:length], "place")
    with pytest.raises(Unopenable):
        unseal(KEY, blob + b"\x00", "place")


def test_other_key_and_other_context_are_refused():
    blob = seal(KEY, b"x", "a", 1, key_id=1)
    for key, context in (
        (random_key(), ("a", 1)),
        (KEY, ("a", 2)),
        (KEY, ("a",)),
        (KEY, ("a", 1, "")),
        (KEY, (b"a", 1)),
    ):
        with pytest.raises(Unopenable) as refused:
            unseal(key, blob, *context)
        assert str(refused.value) == str(Unopenable())


def test_equal_texts_look_different_each_time():
    blobs = {seal(KEY, b"same", "place") for _ in range(100)}
    assert len({blob[5:17] for blob in blobs}) == 100


@given(st.binary(max_size=300))
def test_padding_hides_length_and_comes_off(data):
    padded = pad(data)
    assert len(padded) % aead.BLOCK == 0
    assert 1 <= len(padded) - len(data) <= aead.BLOCK
    assert unpad(padded) == data


def test_padding_that_is_none_is_refused():
    for data in (b"", bytes(64), b"text"):
        with pytest.raises(Unopenable):
            unpad(data)


def test_labels_separate_keys_and_tokens():
    assert derive(KEY, "tokens") != derive(KEY, "hash") != KEY
    assert derive(KEY, "tokens") == derive(KEY, "tokens")
    key, number = derive(KEY, "tokens"), UUID(int=5)
    assert len(hmac128(key, "customer-number", "0012345")) == 16
    assert hmac128(key, "ab", "c") != hmac128(key, "a", "bc")
    assert hmac128(key, number) == hmac128(key, number) != hmac128(key, uuid4())


def test_derivation_is_rfc_5869():
    """RFC 5869 with SHA-256, empty salt, computed by hand from its two steps."""
    import hashlib
    import hmac

    extracted = hmac.digest(bytes(32), KEY, hashlib.sha256)
    assert derive(KEY, "tokens") == hmac.digest(extracted, b"toride:tokens\x01", hashlib.sha256)
