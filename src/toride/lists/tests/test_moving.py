"""What people had saved of the list of customers is there after the upgrade, and after going back."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.running import ROOT, environment

pytestmark = pytest.mark.requirement("C9")
SCRIPT = """
import os
os.environ["TORIDE_DB_ROLE"], os.environ["DJANGO_SETTINGS_MODULE"] = "owner", "toride.settings"
import django
django.setup()
from django.core.management import call_command
from django.db import connection
for app, at in (("vault", None), ("customers", "0006_import_choices")):
    call_command("migrate", *filter(None, (app, at)), verbosity=0)
call_command("migrate", "access", verbosity=0)
from toride.access.models import Person
one, me = "0" * 31 + "1", "0" * 31 + "2"
Person.objects.bulk_create([Person(pk=me, username="konno", name="今野 直樹")])
with connection.cursor() as cursor:
    cursor.execute(
        "INSERT INTO customers_savedview (id, reach, blob, created, person_id)"
        f" VALUES ('{one}', 'all', x'07', '2026-11-01', '{me}')"
    )
    cursor.execute(f"INSERT INTO customers_firstview (person_id, view_id) VALUES ('{me}', '{one}')")
    for there, views, first in (("lists", "lists_savedview", "lists_firstview"), ("customers 0006_import_choices", "customers_savedview", "customers_firstview"), ("lists", "lists_savedview", "lists_firstview")):
        call_command("migrate", *there.split(), verbosity=0)
        code = ", list" if views.startswith("lists") else ""
        print(cursor.execute(f"SELECT id, reach, blob{code} FROM {views}").fetchall(), cursor.execute(f"SELECT view_id{code} FROM {first}").fetchall())
"""


def test_views_and_the_first_one_move_with_their_tables_and_back(tmp_path: Path) -> None:
    for store in ("data", "keys", "audit"):
        (tmp_path / store).mkdir()
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=ROOT,
        env=environment(tmp_path),
        check=False,
        timeout=200,
        capture_output=True,
        text=True,
    )
    one = "0" * 31 + "1"
    there = f"[('{one}', 'all', b'\\x07', 'customers')] [('{one}', 'customers')]"
    assert done.stdout.splitlines() == [there, f"[('{one}', 'all', b'\\x07')] [('{one}',)]", there], done.stderr[
        -2_000:
    ]
