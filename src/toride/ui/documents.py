"""Documents on paper (PDF/A-3), set by Typst from our own templates; what they say is data and never markup."""

import os
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import typst
from django.utils.translation import gettext as _

from toride.base.errors import Unavailable

ROOT = Path(__file__).resolve().parents[1]  # Typst reads nothing above it
JAPANESE = ("Noto Sans CJK JP", "Noto Sans JP", "BIZ UDPGothic", "BIZ UDGothic", "Hiragino Sans", "Yu Gothic",
            "Meiryo", "IPAexGothic", "IPAPGothic", "TakaoPGothic", "VL PGothic", "MS Gothic")  # fmt: skip
LATIN = "Noto Sans"


def pdf(template: Path, content: Mapping[str, Any], *, made: datetime) -> bytes:
    """A document; `template`: a .typ file of a package, `content`: what it finds as `document.data`, as JSON has it.

    The same content gives the same bytes, as long as the fonts are the same. Raises Unavailable where this machine has
    no Japanese font.
    """
    data = orjson.dumps({"font": [font(), LATIN], **content}).decode()
    return typst.compile(
        template.resolve(),
        root=ROOT,
        font_paths=_fonts(),
        sys_inputs={"data": data},
        pdf_standards="a-3b",  # ISO 19005-3: archived, with files attached
        timestamp=made.replace(microsecond=0),
        package_path=Path(os.devnull),
        package_cache_path=Path(os.devnull),
    )


@cache
def _fonts() -> typst.Fonts:
    """What this machine has, looked for once."""
    return typst.Fonts()


@cache
def font() -> str:
    """The first of JAPANESE that this machine has. Raises Unavailable where it has none."""
    known = set(_fonts().families())
    found = next((one for one in JAPANESE if one in known), None)
    if found is None:
        raise Unavailable(_("No Japanese font is installed. Install one, such as fonts-noto-cjk, and restart Toride."))
    return found
