"""Guards on the house: what a machine can check of the architecture."""

import ast
import importlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import translation
from django.utils.functional import Promise

from tests import translations
from toride.access.roles import SHIPPED
from toride.base import actions, guard

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "toride"
OPEN = {
    "toride.access.signin.resume.again",
    "allauth.account.views.LoginView",
    "allauth.account.views.LogoutView",
    "django.views.i18n.set_language",
    "toride.access.account.passkey_only.sign_in",
    "toride.access.account.recovery_views.forgotten",
    "toride.access.account.recovery_views.renew",
    "toride.access.account.recovery_views.start",
    "toride.access.account.views.second",
    "toride.access.sso.views.about",
    "toride.access.sso.views.back",
    "toride.access.sso.views.begin",
    "toride.access.sso.views.end",
    "toride.access.sso.views.left",
    "toride.access.sso.views.post",
    "toride.api.gateway.entrance.<locals>.enter",  # each operation asks for a key: api/tests/test_operations.py
    "toride.scim.addresses.address.<locals>.enter",  # as above: scim/tests/test_door.py
    "toride.ui.views.asset",
    "toride.ui.views.book",
    "toride.ui.views.looks",
    "toride.urls.health",
}
CEILING = 400


def modules() -> Iterator[Path]:
    for path in sorted(SOURCE.rglob("*.py")):
        if not {"tests", "migrations"} & set(path.parts):
            yield path


def views(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, object]]:
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from views(pattern, prefix + str(pattern.pattern))
        elif isinstance(pattern, URLPattern):
            yield prefix + str(pattern.pattern), pattern.callback


def test_every_address_is_guarded_or_on_the_short_open_list() -> None:
    for address, view in views():
        if guard.of(view) is None:
            assert guard.is_open(view), address
            assert guard._name(view) in OPEN, address


def test_every_guarded_action_is_declared() -> None:
    for address, view in views():
        if declared := guard.of(view):
            assert declared.action in actions.declared(), address


def test_an_address_with_a_subject_is_guarded_for_that_subject() -> None:
    for address, view in views():
        if "<uuid:subject>" in address:
            assert guard.of(view).subject == "subject", address


def test_every_service_is_recorded_under_a_declared_action() -> None:
    """That whoever writes is recorded, tests/architecture/test_fences.py tells."""
    found = {}
    for path in modules():
        if "import recorded" in (text := path.read_text()) or "audit.recorded(" in text:
            name = ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts)
            for function in vars(importlib.import_module(name)).values():
                if (action := getattr(function, "recorded", "")) and getattr(function, "__module__", "") == name:
                    found[f"{name}.{function.__qualname__}"] = action
    assert len(found) > 60
    assert {name: action for name, action in found.items() if action not in actions.declared()} == {}


DECLARED_LATE = """
import django, importlib, sys
django.setup()
from toride.base import actions
known = set(actions.declared())
for name in sys.argv[1:]:
    importlib.import_module(name)
print(*sorted(set(actions.declared()) - known))
"""


def test_every_action_is_declared_as_soon_as_the_apps_are_ready() -> None:
    """A command knows no addresses, and yet names every action."""
    found = [path.relative_to(SOURCE.parent).with_suffix("").parts for path in SOURCE.rglob("actions.py")]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    environment["TORIDE_TEST_STORE"] = "sqlite"
    command = [sys.executable, "-c", DECLARED_LATE, *(".".join(one) for one in found)]
    assert subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout.split() == []


def test_every_action_that_a_role_names_is_declared() -> None:
    named = {action for role in SHIPPED.values() for grant in role.grants for action in grant.actions}
    assert named <= set(actions.declared()), named - set(actions.declared())


def test_every_declared_action_of_a_person_is_granted_to_somebody() -> None:
    named = {action for role in SHIPPED.values() for grant in role.grants for action in grant.actions}
    system = {name for name in actions.declared() if name.split(":")[0] in {"system", "keys", "backup", "auth"}}
    assert set(actions.declared()) - named - system == set()


def test_every_declared_action_has_a_name_for_people() -> None:
    assert [name for name, one in actions.declared().items() if not isinstance(one.label, Promise)] == []


def test_a_permission_is_called_by_a_noun_and_a_deed_by_what_somebody_did() -> None:
    with translation.override("ja"):
        for name, one in actions.declared().items():
            of_people = name.split(":")[0] not in {"system", "keys", "backup", "auth"}
            assert not of_people or not str(one.label).endswith(("た", "だ", "る", "う")), name
            told = [*one.deeds.values(), *([one.said] if one.reading else [])]
            assert [text for text in map(str, told) if not text.endswith(("た", "だ"))] == [], name


def test_no_signals_no_content_types_no_junk_drawers() -> None:
    for path in modules():
        assert path.stem not in {"core", "common", "utils", "helpers", "manager", "misc"}, path
        text = path.read_text()
        if path.name != "settings.py":
            assert "contenttypes" not in text, path
        assert "signals import" not in text, path


def test_no_file_above_the_ceiling() -> None:
    for path in modules():
        if path.name != "toride_verify.py":  # ships alone, so it is one file
            assert len(path.read_text().splitlines()) <= CEILING, path


def test_every_module_says_its_promise_in_one_sentence() -> None:
    for path in modules():
        docstring = ast.get_docstring(ast.parse(path.read_text()))
        assert docstring, path


def test_every_text_is_translated() -> None:
    import polib

    entries = {entry.msgid: entry.msgstr for entry in polib.pofile(str(translations.CATALOGUE))}
    missing = {text: place for text, place in translations.used().items() if not entries.get(text)}
    assert missing == {}
    assert set(entries) - set(translations.used()) == set()


def test_the_compiled_catalogue_is_the_written_one(tmp_path: Path) -> None:
    import polib

    written = polib.pofile(str(translations.CATALOGUE))
    compiled = polib.mofile(str(translations.CATALOGUE.with_suffix(".mo")))
    assert {entry.msgid: entry.msgstr for entry in written} == {entry.msgid: entry.msgstr for entry in compiled}


def test_templates_hold_no_inline_script_style_or_handler() -> None:
    for path in SOURCE.rglob("templates/**/*.html"):
        text = path.read_text()
        assert not re.search(r"<script(?![^>]*src=)|\sstyle=|\son[a-z]+=|javascript:|\|\s*safe", text), path


def test_files_leave_only_through_their_doors() -> None:
    """Every download is an audited act of its own; a new door is added here, and to the matrix of addresses."""
    doors = {"access/reviews/views.py", "audit/views.py", "customers/imports/views.py"}
    found = set()
    for path in modules():
        if re.search(r"Content-Disposition|FileResponse|StreamingHttpResponse|as_attachment", path.read_text()):
            found.add(str(path.relative_to(SOURCE)))
    assert found <= doors


def test_foreign_keys_point_down() -> None:
    from django.apps import apps

    order = ["jobs", "ui", "keystore", "vault", "audit", "access", "work", "lists", "disclosure", "customers", "sales"]
    for model in apps.get_models():
        if not model.__module__.startswith("toride."):
            continue
        for field in model._meta.get_fields():
            if field.is_relation and getattr(field, "concrete", False):
                target = field.related_model._meta.app_label
                assert order.index(target) <= order.index(model._meta.app_label), field


CLOCKS = re.compile(
    r"\btime\.time\(|\bdatetime\.(?:now|today|utcnow)\(|\bdate\.today\(|timezone\.(?:now|localdate|localtime)\(\)"
)


def test_one_clock_tells_the_time() -> None:
    """A test moves it, or lets it stand; the day is the institution's, not Greenwich's."""
    for path in modules():
        if "tests" not in path.parts and path.name != "clock.py" and path.is_relative_to(ROOT / "src"):
            text = path.read_text()
            assert not CLOCKS.search(text), path
            assert "now().date()" not in text, path


def test_what_is_committed_names_no_registry_and_no_machine() -> None:
    """Lock files hold names, versions and hashes."""
    for path in (*ROOT.glob("requirements*.txt"), ROOT / "pyproject.toml"):
        assert "://" not in path.read_text(), path
    for path in (*modules(), *ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")):
        assert "/work/" not in path.read_text(), path


def test_no_test_module_is_imported_by_another() -> None:
    """What several need lies beside them, or in tests/kit.py."""
    places = [*(ROOT / "src").rglob("tests/**/*.py"), *(ROOT / "tests").rglob("*.py")]
    found = [
        (path.name, node.module)
        for path in places
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and (node.module or "").rpartition(".")[2].startswith("test_")
    ]
    assert len(places) > 250
    assert found == []
