"""Who stands outside of a fence stands here by name, with the reason; each fence is broken once to see it fail."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path
from textwrap import dedent

import pytest

from tests.architecture import fences
from tests.architecture.calls import Source

pytestmark = pytest.mark.requirement("A1")
ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "toride"

PART_OF_A_SERVICE = "called by services that are recorded, and takes their ledger"
UNRECORDED = {
    "access.approvals.requests.ask": PART_OF_A_SERVICE,
    "access.exceptions.emergencies.opened_at": PART_OF_A_SERVICE,
    "access.signin.rules.put": PART_OF_A_SERVICE,
    "access.reviews.decisions.settle": PART_OF_A_SERVICE,
    "customers.imports.mending.keep": PART_OF_A_SERVICE,
    "fields.kinds.add": PART_OF_A_SERVICE,
    "fields.kinds.change": PART_OF_A_SERVICE,
    "customers.imports.drafts.receive": "one part of a file of thousands; the event tells of the whole file",
}
WRITING_VIEWS = {
    "access.account.views.app": "writes a picture of a code into memory",
    "access.account.views.password": "moves the person's own sessions after the recorded change",
    "access.sso.views.prove": "a hand-shake with a provider, which only ends at the recorded proof",
    "customers.imports.views.file": UNRECORDED["customers.imports.drafts.receive"],
}
ROW_IS_FOUND_IN_SCOPE = "the row was found within the permit's scope by its caller"
CHORE = "a chore: it shows nothing to anybody"
UNSCOPED = {
    "customers.finding.declaration._own_branch": "asks only whether the actor's own branch has customers, in a permit for all",
    "lists.saved.within": "views belong to a person or a branch; says itself who sees which",
    "customers.handing.listing._own": "the actor's own, or all for who may decide",
    "customers.handing.services._begin": "what two people approved, by its own number",
    "customers.handing.services.alone": "counts the actor's own",
    "customers.imports.drafts._hold": ROW_IS_FOUND_IN_SCOPE,
    "customers.imports.drafts.find": "asks the permit's rows about the one row",
    "customers.imports.drafts.tidy": CHORE,
    "customers.imports.keeping.end": CHORE,
    "customers.imports.running.undo": ROW_IS_FOUND_IN_SCOPE,
    "customers.imports.services._reachable": "asks the permit's rows about each row",
    "customers.imports.services.purge": CHORE,
    "customers.imports.services.take_back": ROW_IS_FOUND_IN_SCOPE,
    "customers.imports.undoing.undo": ROW_IS_FOUND_IN_SCOPE,
    "customers.services._must_not_be_near": "asks the permit's rows about each row",
    "work.items.close": "what it was about is over, by its id; shows nothing",
    "work.items.open_item": "the one that is open about the same thing, for who opens it",
    "work.items.open_now": "of everybody; `waits`, which is asked of each, says for whom",
}
NO_CUSTOMER = "branches and people, which everybody who may see the page may know"
ASKING_VIEWS = {
    "api.customers.register": NO_CUSTOMER,
    "api.people.everybody": NO_CUSTOMER,
    "api.people.one": NO_CUSTOMER,
    "customers.imports.views._file": NO_CUSTOMER,
    "customers.views._branches": NO_CUSTOMER,
    "customers.views._place": NO_CUSTOMER,
    "disclosure.views.webhook_secret": "the row whose secret the recorded service has just made",
}
WRITERS_OF_SQL = {
    "fields.addresses": "the table of postcodes, which is a file of its own",
    "customers.bulk": "thousands of new customers in one statement",
    "lists.options": "identifiers as the database writes them",
    "customers.finding.stars": "identifiers as the database writes them",
    "lists.saved": "identifiers as the database writes them",
    "customers.handing.services": "everybody of whom one person is in charge",
    "customers.queries": "the scope of a search, beside the sealed index",
}
HOLDERS_OF_KEYS = {
    "cli.copies: aead.random_key": "a backup's own root",
    "cli.home: keyring.current": "a new home makes the first key of each kind",
}
NAMED = {
    "unrecorded": UNRECORDED,
    "writing_views": WRITING_VIEWS,
    "unscoped": UNSCOPED,
    "asking_views": ASKING_VIEWS,
    "writers_of_sql": WRITERS_OF_SQL,
    "holders_of_keys": HOLDERS_OF_KEYS,
    "climbing": {},
    "makers_of_permits": {"access.decide": "the decision"},
    "openers_of_addresses": {},
}


@cache
def source() -> Source:
    return Source(SOURCE)


@pytest.mark.parametrize("fence", NAMED)
def test_whoever_stands_outside_is_named(fence: str) -> None:
    assert set(getattr(fences, fence)(source())) == set(NAMED[fence])


def test_what_is_called_a_part_of_a_service_is_called_by_nothing_else() -> None:
    parts = {name for name, reason in UNRECORDED.items() if reason == PART_OF_A_SERVICE}
    outside = set(fences.unrecorded(source())) | set(fences.writing_views(source()))
    for module, name, function in source().functions():
        whole = f"{module.name.removeprefix('toride.')}.{name}"
        called = {f"{one.removeprefix('toride.')}.{other}" for one, other in source().calls(module, name)}
        if called & parts and whole not in parts and not fences.marked(function, "recorded"):
            assert whole not in outside, (whole, called & parts)


MARKETING = {
    "models": """
        from django.db import models
        class Deal(models.Model):
            branch = models.ForeignKey("access.Branch", on_delete=models.PROTECT)
            title = models.CharField(max_length=80)
        class Stage(models.Model):
            title = models.CharField(max_length=80)
    """,
    "queries": """
        from toride.access import scope
        from toride.marketing import services
        from toride.marketing.models import Deal, Stage
        def all_of_them(permit):
            return list(Deal.objects.all())
        def one(permit, number):
            return Deal.objects.get(pk=number)
        def managed(permit):
            return Deal._base_manager.filter(title="x")
        def mine(permit):
            return Deal.objects.filter(owner=permit.actor.id)
        def reached(permit):
            return scope.within(permit, Deal.objects.all())
        def stages(permit):
            return Stage.objects.all()
        def counted(permit):
            return connections["default"].cursor().execute("SELECT count(*) FROM marketing_deal")
    """,
    "keeping": """
        from toride.marketing.models import Stage
        def keep(title):
            Stage(title=title).save()
    """,
    "services": """
        from toride.access.approvals.requests import ask
        from toride.audit import recorded
        from toride.marketing import keeping
        from toride.marketing.models import Deal, Stage
        from toride.vault import files, records
        def opened(permit, title):
            Stage.objects.create(title=title)
        def by_a_helper(permit, title):
            _second(title)
        def _second(title):
            _third(title)
        def _third(title):
            _second(title)
            keeping.keep(title)
        def asked(permit):
            return ask(permit, "x", {}, reason="", concerns=(), count=1)
        def sealed(permit):
            return records.write([])
        def file(permit):
            return files.keep([], most=1)
        def renamed(allowed: "Permit"):
            Stage.objects.update(title="x")
        async def later(permit):
            await Stage.objects.acreate(title="x")
        def statement(permit):
            connection.cursor().execute("DELETE FROM marketing_deal")
        class Deals:
            def close(self, permit):
                self._end()
            def _end(self):
                Stage.objects.all().delete()
        @recorded("marketing:deal:open")
        def told(permit, title):
            keeping.keep(title)
        def through(permit, title):
            told(permit, title)
        def read(permit):
            counts = {}
            counts.update({"a": 1})
            return counts
    """,
    "views": """
        from toride.base.guard import guarded
        from toride.marketing import keeping, services
        from toride.marketing.models import Deal
        @guarded("marketing:deal:open")
        def open_deal(request):
            keeping.keep("x")
        @guarded("marketing:deal:open")
        def told(request):
            services.told(request.permit, "x")
        def page(request):
            return Deal.objects.filter(pk=request.deal.pk)
    """,
    "panels": "from toride.marketing import views\n",
    "keys": """
        import urllib.request
        from toride.vault import keyring
        from toride.vault.aead import unseal
        from toride.vault.keyring import Kind
        from toride.vault.permit import Permit
        def open_all(blob):
            return keyring.secret(Kind.FILES, 1), unseal(b"", blob), Permit()
    """,
}
BROKEN = {
    "unrecorded": {
        f"marketing.services.{name}"
        for name in ("opened", "by_a_helper", "asked", "sealed", "file", "renamed", "later", "statement", "Deals.close")
    },
    "writing_views": {"marketing.views.open_deal"},
    "unscoped": {"marketing.queries.all_of_them", "marketing.queries.one", "marketing.queries.managed"},
    "asking_views": {"marketing.views.page"},
    "writers_of_sql": {"marketing.queries", "marketing.services"},
    "holders_of_keys": {"marketing.keys: aead.unseal", "marketing.keys: keyring.secret"},
    "climbing": {"marketing.queries → services", "marketing.panels → views"},
    "makers_of_permits": {"marketing.keys"},
    "openers_of_addresses": {"marketing.keys"},
}


@pytest.fixture(scope="module")
def marketing(tmp_path_factory: pytest.TempPathFactory) -> Source:
    """A package that comes tomorrow, and minds nothing."""
    folder = tmp_path_factory.mktemp("source") / "toride"
    (folder / "marketing").mkdir(parents=True)
    for name, text in MARKETING.items():
        (folder / "marketing" / f"{name}.py").write_text(dedent(text))
    return Source(SOURCE, folder)


@pytest.mark.parametrize("fence", NAMED)
def test_a_package_that_comes_tomorrow_is_inside(marketing: Source, fence: str) -> None:
    assert set(getattr(fences, fence)(marketing)) - set(NAMED[fence]) == BROKEN[fence]


OUTSIDE = """
    import socket
    import sqlite3
    import joserfc
    import urllib3
    from cryptography.fernet import Fernet
    from toride.vault import _sealed
    from toride.vault.keystore import lock
"""
UPWARD = {
    "customers/numbers.py": "from toride.customers import services",
    "access/facts.py": "from toride.marketing import keys",
    "access/roles.py": "from toride.access import urls",
}


def test_a_package_that_comes_tomorrow_is_inside_of_every_contract(tmp_path: Path) -> None:
    """And so is a module that comes tomorrow in a package whose floors are written down."""
    folder = tmp_path / "src" / "toride"
    shutil.copytree(SOURCE, folder, ignore=lambda _at, names: [
        one for one in names if one in ("tests", "locale", "templates", "static", "migrations", "__pycache__")
    ])  # fmt: skip
    text = (ROOT / "pyproject.toml").read_text()
    contracts = tomllib.loads(text)["tool"]["importlinter"]["contracts"]
    (tmp_path / "pyproject.toml").write_text(
        re.sub(r'^ *"[^"]*\.tests\.[^"]*",\n|^ignore_imports = .*\.tests\..*\n', "", text, flags=re.MULTILINE)
    )
    (folder / "marketing").mkdir()
    (folder / "marketing" / "__init__.py").touch()
    (folder / "marketing" / "keys.py").write_text(dedent(OUTSIDE))
    for place, line in UPWARD.items():
        path = folder / place
        path.write_text(f"{path.read_text()}\n{line}\n")
    for one in contracts:
        for container in one.get("containers", []) if one.get("exhaustive") else []:
            (folder.parent / container.replace(".", "/") / "tomorrow.py").touch()
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"], cwd=tmp_path, capture_output=True, text=True,
        env=os.environ | {"PYTHONPATH": str(tmp_path / "src")}, check=False,
    )  # fmt: skip
    kept = [
        one["name"]
        for one in contracts
        if not re.search(rf"^{re.escape(one['name'])} BROKEN", done.stdout, re.MULTILINE)
    ]
    assert kept == [], done.stdout + done.stderr
