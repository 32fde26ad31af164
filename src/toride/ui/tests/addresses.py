"""What everybody is answered at the addresses of the ground."""

from tests.addresses import Address, only

ANYBODY = only(200, "nobody")
KNOWN = {"mark": lambda _house: "x", "file": lambda _house: "nothing.css"}
ADDRESSES = (
    Address("set_language", only(302, "nobody"), only(302, "nobody"), open=True),
    Address("health", ANYBODY, ANYBODY, open=True),
    Address("asset", only(404, "nobody"), only(404, "nobody"), known={"mark": "mark", "name": "file"}, open=True),
    Address("book", ANYBODY, ANYBODY, open=True),
    Address("looks", post=only(422, "nobody"), open=True),
)
