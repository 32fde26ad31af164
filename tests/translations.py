"""The texts that pages and messages use, and the catalogue that translates them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "toride"
CATALOGUE = SOURCE / "ui" / "locale" / "ja" / "LC_MESSAGES" / "django.po"
IN_TEMPLATE = re.compile(r'_\("((?:[^"\\]|\\.)*)"\)')
CALLS = {"_", "_lazy", "lazy", "gettext", "gettext_lazy"}


def used() -> dict[str, str]:
    """Text → the first place that uses it."""
    found: dict[str, str] = {}
    for text, place in (*_templates(), *_modules()):
        found.setdefault(text, place)
    return found


def _templates() -> Iterator[tuple[str, str]]:
    for path in sorted(SOURCE.rglob("templates/**/*.html")):
        for match in IN_TEMPLATE.finditer(path.read_text(encoding="utf-8")):
            yield match[1].replace('\\"', '"'), str(path.relative_to(ROOT))


def _modules() -> Iterator[tuple[str, str]]:
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield first.value, str(path.relative_to(ROOT))


def compile_catalogue() -> None:
    """Writes the .mo beside the .po."""
    polib.pofile(str(CATALOGUE)).save_as_mofile(str(CATALOGUE.with_suffix(".mo")))


if __name__ == "__main__":
    compile_catalogue()
    known = {entry.msgid for entry in polib.pofile(str(CATALOGUE)) if entry.msgstr}
    for text, place in used().items():
        if text not in known:
            print(f"{place}: {text!r}")
