"""The tree is that of RFC 6962, whole and in tiles, and its proofs say the same to everybody."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toride.audit import tree
from toride.audit.verifier.toride_verify import EMPTY, Range, extends, includes, leaf_hash, path_of, root_of

# The leaves, roots and paths of the certificate-transparency reference implementation.
LEAVES = [
    bytes.fromhex(one)
    for one in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
A, B, C = (
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
)
D, E = (
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
)
F = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
INCLUSION = {
    (0, 1): [], (0, 8): [A, B, C], (5, 8): [D, E, ROOTS[3]], (2, 3): [ROOTS[1]], (1, 5): [ROOTS[0], B, D],
}  # fmt: skip
CONSISTENCY = {(1, 1): [], (1, 8): [A, B, C], (6, 8): [F, E, ROOTS[3]], (2, 5): [B, D]}


class Grown:
    """A tree of these leaf hashes, kept as tiles."""

    def __init__(self, leaves: list[bytes], resumed: int | None = None) -> None:
        self.tiles: dict[tuple[int, int], bytes] = {}
        self.edge = tree.Edge(0, self.tile)
        for at, leaf in enumerate(leaves):
            if at == resumed:
                self.keep()
                self.edge = tree.Edge(at, self.tile)
            self.edge.append(leaf)
        self.keep()

    def keep(self) -> None:
        self.tiles |= {(level, n): data for level, n, data in self.edge.changed()}

    def tile(self, level: int, n: int) -> bytes:
        return self.tiles.get((level, n), b"")


def naive_root(hashes):
    """RFC 6962, 2.1, word for word."""
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return sha256(b"\x01" + naive_root(hashes[:k]) + naive_root(hashes[k:])).digest()


def naive_path(m, hashes):
    if len(hashes) == 1:
        return []
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    if m < k:
        return [*naive_path(m, hashes[:k]), naive_root(hashes[k:])]
    return [*naive_path(m - k, hashes[k:]), naive_root(hashes[:k])]


def naive_consistency(m, hashes, whole=True):
    if m == len(hashes):
        return [] if whole else [naive_root(hashes)]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    if m <= k:
        return [*naive_consistency(m, hashes[:k], whole), naive_root(hashes[k:])]
    return [*naive_consistency(m - k, hashes[k:], False), naive_root(hashes[:k])]


def numbered(count: int) -> list[bytes]:
    return [sha256(at.to_bytes(4)).digest() for at in range(count)]


@pytest.mark.requirement("T2")
def test_root_of_nothing_is_the_hash_of_nothing():
    assert EMPTY.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert Range().root() == tree.Edge(0, lambda *_: b"").root() == EMPTY


@pytest.mark.requirement("T2")
@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_the_known_ones(size):
    leaves = [leaf_hash(one) for one in LEAVES[:size]]
    assert root_of(leaves).hex() == ROOTS[size - 1]
    assert Grown(leaves).edge.root().hex() == ROOTS[size - 1]


@pytest.mark.requirement("T2")
def test_proofs_are_the_known_ones():
    leaves = [leaf_hash(one) for one in LEAVES]
    tile = Grown(leaves).tile
    for (index, size), path in INCLUSION.items():
        assert [one.hex() for one in tree.inclusion(tile, index, size)] == path
        assert includes(
            leaves[index], index, size, [bytes.fromhex(one) for one in path], bytes.fromhex(ROOTS[size - 1])
        )
    for (old, new), path in CONSISTENCY.items():
        assert [one.hex() for one in tree.consistency(tile, old, new)] == path
        roots = bytes.fromhex(ROOTS[old - 1]), bytes.fromhex(ROOTS[new - 1])
        assert extends(old, new, *roots, [bytes.fromhex(one) for one in path])


@pytest.mark.requirement("T2")
@given(st.integers(1, 1200), st.data())
def test_tiles_and_proofs_agree_with_the_text_of_the_rfc(size, data):
    leaves = numbered(size)
    old, index = data.draw(st.integers(1, size)), data.draw(st.integers(0, size - 1))
    grown = Grown(leaves, resumed=data.draw(st.integers(0, size)))
    root, old_root = naive_root(leaves), naive_root(leaves[:old])
    assert grown.edge.root() == root_of(leaves) == root
    path = tree.inclusion(grown.tile, index, size)
    assert path == naive_path(index, leaves)
    assert includes(leaves[index], index, size, path, root)
    proof = tree.consistency(grown.tile, old, size)
    assert proof == naive_consistency(old, leaves)
    assert extends(old, size, old_root, root, proof)


@pytest.mark.requirement("T2")
@given(st.integers(2, 300), st.data())
def test_changed_proof_does_not_verify(size, data):
    leaves = numbered(size)
    tile, root = Grown(leaves).tile, naive_root(leaves)
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size - 1))
    path, proof = tree.inclusion(tile, index, size), tree.consistency(tile, old, size)
    old_root = naive_root(leaves[:old])
    assert not includes(leaf_hash(b"other"), index, size, path, root)
    assert not includes(leaves[index], (index + 1) % size, size, path, root)
    assert not includes(leaves[index], index, size, path[:-1], root)
    assert not includes(leaves[index], index, size, [*path, root], root)
    assert not extends(old, size, leaf_hash(b"other"), root, proof)
    assert not extends(old, size, old_root, leaf_hash(b"other"), proof)
    assert not extends(old, size, old_root, root, proof[:-1])


@pytest.mark.requirement("T2")
def test_tile_paths_are_those_of_the_specification():
    assert (path_of(0), path_of(999), path_of(1234067)) == ("000", "999", "x001/x234/067")
