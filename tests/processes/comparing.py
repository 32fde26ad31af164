"""What was acknowledged, against what the stores hold: `python -m tests.processes.comparing NOTED.json`, as the app."""

import json
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Any
from uuid import UUID

import django
from django.db import connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "toride.settings")
django.setup()

from toride.access.command_line import door  # noqa: E402
from toride.access.decide import decide  # noqa: E402
from toride.access.people import registry  # noqa: E402
from toride.audit import events, store  # noqa: E402
from toride.audit.verifier.toride_verify import TILE  # noqa: E402
from toride.customers import queries  # noqa: E402
from toride.customers.actions import Action  # noqa: E402
from toride.customers.models import Brought, Customer, Import  # noqa: E402
from toride.customers.queries import Ask  # noqa: E402
from toride.vault import index  # noqa: E402
from toride.vault.index import rebuilding  # noqa: E402
from toride.vault.permit import Permit  # noqa: E402

SEARCHES = ("さとう", "すずき", "090", "4410", "輸入", "試験", "")


def main(noted: dict[str, Any]) -> dict[str, Any]:
    steward = registry.find("steward")
    permit = decide(steward, Action.SEARCH, door=door(), purpose="data-care")
    wrong = [*_records(permit, noted), *_imports(noted), *_trail(noted), *_index(permit)]
    return {
        "acknowledged": {
            "created": len(noted["created"]),
            "changed": sum(count for *_, count in noted["changed"]),
            "viewed": sum(count for *_, count in noted["viewed"]),
            "searched": sum(noted["searched"].values()),
            "imports": len(noted["imports"]),
        },
        "imports ended": Import.objects.count(),
        "customers": Customer.objects.count(),
        "wrong": wrong,
        "events waiting for their place": len(_waiting()),
    }


def _records(permit: Permit, noted: dict[str, Any]) -> list[str]:
    """Every customer who was registered is found by number and by phone, once, and reads as was acknowledged."""
    wrong = []
    for subject, number in noted["created"].items():
        may = set(noted["phones"][subject])
        found = queries.search(permit, Ask(text=number)).items
        if [str(one.subject) for one in found] != [subject]:
            wrong.append(f"{number} is found as {len(found)}")
            continue
        phones = found[0].values["phones"].content  # type: ignore[attr-defined]
        if len(phones) != 1 or phones[0] not in may:
            wrong.append(f"{number} has phones {phones} instead of one of {may}")
        elif subject not in {str(one.subject) for one in queries.search(permit, Ask(text=phones[0])).items}:
            wrong.append(f"{number} is not found by its phone")
    return wrong


def _imports(noted: dict[str, Any]) -> list[str]:
    """Each import made each of its rows once; nobody else was made."""
    wrong, total = [], 0
    for one in Import.objects.select_related("job"):
        made = Brought.objects.filter(source=one, made=True).count()
        total += made
        state = one.job.state if one.job else "draft"
        ended = one.counts or state != "done"  # what never began has no counts, and brought nobody
        if one.counts.get("created", 0) != made or one.counts.get("rejected") or not ended:
            wrong.append(f"import {one.pk}, {state}, counts {one.counts}, brought {made}")
    done = {str(pk) for pk in Import.objects.filter(job__state="done").values_list("pk", flat=True)}
    wrong += [
        f"import {one['import']} was acknowledged and is gone" for one in noted["imports"] if one["import"] not in done
    ]
    registered = Customer.objects.count() - noted["before"] - total
    if not len(noted["created"]) <= registered <= noted["attempted"]:
        wrong.append(f"{registered} customers registered; acknowledged {len(noted['created'])} of {noted['attempted']}")
    return wrong


def _waiting() -> list[bytes]:
    """Events that are committed and not yet in order, as after a stop while the sequencer was away."""
    found = []
    for alias, box in (("audit", "inbox"), ("default", "outbox")):
        found += [bytes(data) for (data,) in store.rows(connections[alias], f"SELECT bytes FROM audit_{box}")]
    return found


def _trail(noted: dict[str, Any]) -> list[str]:
    """Everything acknowledged stands in the trail, as often as it happened."""
    seen: Counter[tuple[str, str, str]] = Counter()
    trail = store.Trail()
    placed = (data for tile in range(trail.length() // TILE + 1) for _, data in trail.entries(tile))
    for data in (*placed, *_waiting()):
        event, _stamp = events.decode(data)
        name = event.actor.username if event.actor else ""
        seen[event.action, name, ""] += 1
        for subject, *_ in event.subjects:
            seen[event.action, name, str(subject)] += 1
    owed = [("customers:profile:change", name, subject, count) for name, subject, count in noted["changed"]]
    owed += [("customers:profile:read", name, subject, count) for name, subject, count in noted["viewed"]]
    owed += [("customers:profile:create", "teller", subject, 1) for subject in noted["created"]]
    owed += [("customers:list:search", name, "", count) for name, count in noted["searched"].items()]
    return [
        f"{action} by {name} of {subject}: {seen[action, name, subject]} events for {count}"
        for action, name, subject, count in owed
        if seen[action, name, subject] < count
    ]


def _index(permit: Permit) -> list[str]:
    """The index finds everybody, and the same as one made anew from the records."""
    wrong = []
    total = queries.search(permit, Ask(exact_total=True, limit=1)).total
    if total != Customer.objects.filter(hidden=None).count():
        wrong.append(f"the index holds {total} of {Customer.objects.count()}")
    before = [_hits(permit, text) for text in SEARCHES]
    rebuilding.rebuild()
    index.catch_up()
    for text, one in zip(SEARCHES, before, strict=True):
        if one != _hits(permit, text):
            wrong.append(f"{text}: another answer after the index was made anew")
    return wrong


def _hits(permit: Permit, text: str) -> tuple[int, list[UUID]]:
    found = queries.search(permit, Ask(text=text, exact_total=True, limit=1_000))
    return found.total, sorted(one.subject for one in found.items)


if __name__ == "__main__":
    print(json.dumps(main(json.loads(Path(sys.argv[1]).read_text()))))
