"""Only global unicast addresses are outside; a form refuses at once what says itself that it is not."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.people import House
from toride.access.sso import oidc
from toride.api.tests.machines import Machine
from toride.base import outgoing
from toride.base.errors import Invalid
from toride.disclosure import hooks

pytestmark = pytest.mark.requirement("A7")
INSIDE = (
    "0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.1.2.3", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8",
    "192.0.0.9", "192.0.0.170", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1",
    "239.1.1.1", "240.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1", "::10.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::a00:1", "100::1", "2001::1", "2001:10::1", "2001:20::1",
    "2001:db8::1", "2002:7f00:1::", "2002:a00:1::", "2002:808:808::", "2620:4f:8000::1", "3fff::1", "5f00::1", "fc00::1", "fd12::1",
    "fe80::1", "fe80::5efe:7f00:1", "fec0::1", "ff02::1", "::5efe:7f00:1", "4000::1", "8000::1", "c000::1",
)  # fmt: skip
OUTSIDE = (
    "8.8.8.8",
    "1.1.1.1",
    "203.0.112.1",
    "2606:4700::1111",
    "2001:4860:4860::8888",
    "2400:4050::1",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
)
SPELLED = (
    "https://127.1/", "https://localhost/", "https://LOCALHOST./x", "https://a.localhost/", "https://0x7f.1/", "https://2130706433/",
    "https://017700000001/", "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://10.0.0.1:8443/x", "https://169.254.169.254/",
    "https://intern/", "https://printer.local/", "https://metadata.google.internal/", "https://router.home.arpa/", "https://127.0.0.1./",
    "https://[fe80::1%25eth0]/", "https://①②⑦.0.0.1/",
)  # fmt: skip


@pytest.mark.parametrize("text", INSIDE)
def test_inside(text: str) -> None:
    assert not outgoing._is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize("text", OUTSIDE)
def test_outside(text: str) -> None:
    assert outgoing._is_public(ipaddress.ip_address(text))


@given(st.ip_addresses(v=6))
def test_of_ipv6_nothing_beside_what_is_given_out(address: ipaddress.IPv6Address) -> None:
    if outgoing._is_public(address):
        assert address in outgoing.GLOBAL or address in outgoing.NAT64 or address.ipv4_mapped


@given(st.ip_addresses(v=4))
def test_of_ipv4_only_global_ones_and_the_same_however_they_are_wrapped(address: ipaddress.IPv4Address) -> None:
    found = outgoing._is_public(address)
    assert not found or (address.is_global and not address.is_multicast)
    for begin in ("::ffff:0:0", "64:ff9b::"):
        wrapped = ipaddress.IPv6Address(int(ipaddress.IPv6Address(begin)) | int(address))
        assert outgoing._is_public(wrapped) is found
    for begin in ("::", "::ffff:0:0:0", "fe80::5efe:0:0"):
        assert not outgoing._is_public(ipaddress.IPv6Address(int(ipaddress.IPv6Address(begin)) | int(address)))


@pytest.mark.parametrize("address", SPELLED)
def test_forms_refuse_at_once(house: House, address: str) -> None:
    assert not outgoing.is_outside(address)
    assert not oidc.is_address(address, inside=False)
    connection = Machine(house).id
    permit = house.permit(house.admin, "disclosure:hook:manage")
    with pytest.raises(Invalid) as caught:
        hooks.propose(
            permit, connection=connection, address=address, kinds=["customer.created"], inside=False, reason="x"
        )
    assert set(caught.value.fields) == {"address"}


@pytest.mark.parametrize(
    "address", ["https://hooks.example.jp/a", "https://8.8.8.8/", "https://[2606:4700::1111]:8443/"]
)
def test_others_are_taken(address: str) -> None:
    assert outgoing.is_outside(address)
    assert oidc.is_address(address, inside=False)
