"""What kinds of field there are: how a written value of each becomes a stored one, or is refused with advice."""

import re
import unicodedata

from django.utils.translation import gettext_lazy as _

from toride.base.errors import Invalid
from toride.fields import characters

NAME_LENGTH = 120
TEXT_LENGTH = 2_000
BLANKS = re.compile(r"[ \t\u00a0\u2000-\u200a\u202f\u205f\u3000]+")
ENDS = re.compile(r"\r\n?|\n")
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
JOINERS = "\u200c\u200d"  # which letters are made with


def line(text: str, most: int = NAME_LENGTH) -> str:
    """One line, composed, without unseen characters or outer spaces; variant kanji stay as written. Raises Invalid."""
    found = text.strip()
    if "  " in found or not found.isprintable():  # of the blanks only the plain one can be printed
        found = characters.visible(characters.flowing(found))
        found = BLANKS.sub(" ", found).strip()
    if not found.isascii():
        found = characters.composed(found)
    if len(found) > most:
        raise Invalid(_("Enter at most %(most)d characters") % {"most": most})
    if not found.isprintable() and any(unicodedata.category(one) in UNSEEN and one not in JOINERS for one in found):
        raise Invalid(_("remove the characters that cannot be shown"))
    return found


def text(written: str) -> str:
    """Several lines."""
    if len(written) > TEXT_LENGTH:
        raise Invalid(_("Enter at most %(most)d characters") % {"most": TEXT_LENGTH})
    return "\n".join(line(part, TEXT_LENGTH) for part in ENDS.split(written)).strip()
