"""What a person may choose of how pages look, and for how long: the session."""

from contextlib import suppress
from typing import Any

from django.db import Error
from markupsafe import Markup

LOOKS = {"theme": ("light", "dark"), "menu": ("whole", "folded")}


def looks(request: Any) -> Markup:
    """Attributes of the page for what was chosen; none where nothing was, or no session can be read."""
    chosen: dict[str, str] = {}
    with suppress(Error):
        if hasattr(request, "session"):
            chosen = {name: request.session[name] for name in LOOKS if name in request.session}
    return Markup("").join(Markup(' data-{}="{}"').format(name, value) for name, value in chosen.items())
