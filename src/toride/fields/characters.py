"""Characters as they are kept: composed, without those that nobody sees; breaks that end no row are blanks."""

import re
import unicodedata

# Marks of direction and width, word joiners, soft hyphens, byte order marks: pasted along from telephones and pages.
UNSEEN = re.compile("[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]")
BREAKS = re.compile("[\x0b\x0c\x85\u2028\u2029]")
SEPARATORS = re.compile("[\x1c-\x1f]")
# Old forms of kanji have a code of their own here; composing would write the new form (髙 and 﨑 it never touches).
COMPATIBILITY = re.compile("([\uf900-\ufaff\U0002f800-\U0002fa1f]+)")
DASHES = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
LOST = re.compile("[\ufffd\u3013]")  # what stands where a character could not be written


def composed(text: str) -> str:
    """In composed form (NFC): が is one letter also where a file of macOS wrote two. Old forms of kanji stay."""
    if text.isascii() or unicodedata.is_normalized("NFC", text):
        return text
    parts = COMPATIBILITY.split(text)
    return "".join(part if at % 2 else unicodedata.normalize("NFC", part) for at, part in enumerate(parts))


def visible(text: str) -> str:
    """Without the characters that nobody sees."""
    return text if text.isascii() else UNSEEN.sub("", text)


def flowing(text: str) -> str:
    """Breaks other than CR and LF as blanks."""
    return BREAKS.sub(" ", text)


def plain(text: str) -> str:
    """For reading figures and marks: half width, nothing unseen, every dash a hyphen, trimmed."""
    if text.isascii():
        return text.strip()
    return DASHES.sub("-", unicodedata.normalize("NFKC", visible(text))).strip()
