"""How pages are looked at: language, width and theme."""

from tests.scale import scaled

PHONE, DESK = ("ja-JP", 390, "light"), ("en-GB", 1440, "dark")
LOOKS = scaled([PHONE, DESK], [PHONE, DESK, ("ja-JP", 1440, "light"), ("en-GB", 390, "dark")])
