"""What one decision costs under a policy of 40 roles and 200 rules: for a list, and for one customer."""
# ruff: noqa: E402

import json
import sys
import time
from collections.abc import Callable

import django

django.setup()

from benchmarks.timing import spread
from toride.access import integrity, policy
from toride.access.command_line import door
from toride.access.decide import decide
from toride.access.models import Person, PolicyVersion
from toride.base import clock
from toride.customers.models import Customer

ROLES, RULES, HELD, BLOCK = 40, 200, 3, 100
SEARCH, READ = "customers:list:search", "customers:profile:read"


def content() -> policy.Content:
    """RULES rules over ROLES roles, each with openings and an exception."""
    rule = {
        "purposes": ["service"], "reach": "branch", "rank": 1, "opens": {"1": 2, "2": 2, "3": 1},
        "fields": {"1.birth_date": 1}, "obligations": ["watermark"],
    }  # fmt: skip
    actions = (SEARCH, READ, "customers:profile:peek", "customers:history:read", "customers:star:set")
    return {f"role{number}": {action: [rule] for action in actions} for number in range(ROLES)}


def microseconds(times: int, action: Callable[[], object]) -> dict[str, float]:
    """p50 and p95 over blocks of BLOCK calls, of one call, in processor time: another load does not count."""
    found = []
    for _ in range(times):
        begin = time.process_time()
        for _call in range(BLOCK):
            action()
        found.append((time.process_time() - begin) / BLOCK * 1_000_000)
    return spread(found)


def main(times: int) -> None:
    text = policy.written(content())
    admin, officer = Person.objects.get(username="admin"), Person.objects.get(username="dpo")
    now = clock.now()
    version = PolicyVersion(
        number=1, content=text, digest=policy.digest(text), drafter=admin, approver=officer, approved=now, holds=now
    )
    version.seal = integrity.of_version(version)
    version.save()
    policy.forget()
    rules = sum(len(one) for table in content().values() for one in table.values())
    person, origin = Person.objects.get(username="teller"), door()
    person.roles = [f"role{number * 7}" for number in range(HELD)]
    person.seal = integrity.of_place(person)
    customer = Customer.objects.filter(branch=person.branch_id).first().subject_id
    figures = {
        "roles": ROLES, "rules": rules, "held": HELD,
        "list_us": microseconds(times, lambda: decide(person, SEARCH, door=origin)),
        "customer_us": microseconds(times, lambda: decide(person, READ, door=origin, subject=customer)),
    }  # fmt: skip
    PolicyVersion.objects.all().delete()
    assert rules == RULES
    print(json.dumps(figures))


if __name__ == "__main__":
    main(int(sys.argv[1]))
