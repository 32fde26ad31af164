"""Pytest plugin: what each package's tests cost, in processor time of their own and of what they start.

Seconds of a clock tell who else is there; these tell what is done. A package over its ceiling is named, and nothing fails.
"""

import json
import resource
from collections import defaultdict
from collections.abc import Iterator

import pytest

from tests.selection import LEFT_OUT

CEILING = 90.0  # of a domain
CEILINGS = {
    "tests/journeys": 240.0,
    "tests/processes": 240.0,
    "tests/attacks": 180.0,
    "access": 150.0,
    "customers": 150.0,
}
Costs = dict[str, list[float]]  # package → tests, processor seconds
COSTS = pytest.StashKey[Costs]()
COST = "toride-cost"


def pytest_configure(config: pytest.Config) -> None:
    config.stash[COSTS] = defaultdict(lambda: [0, 0.0])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    before = spent()
    try:
        return (yield)
    finally:
        cost = item.config.stash[COSTS][package(item.nodeid)]
        cost[0] += 1
        cost[1] += spent() - before


def package(nodeid: str) -> str:
    """`customers` for src/toride/customers/…, `tests/attacks` for what lies there."""
    parts = nodeid.split("::", maxsplit=1)[0].split("/")
    return parts[2] if parts[0] == "src" else "/".join(parts[:2])


def spent() -> float:
    """Of this process and of those that it started and saw end."""
    used = [resource.getrusage(one) for one in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if (output := getattr(session.config, "workeroutput", None)) is not None:
        output[COST] = json.dumps([session.config.stash[COSTS], session.config.stash.get(LEFT_OUT, 0)])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    """One of several processes has ended: xdist hands over what it says."""
    told = getattr(node, "workeroutput", {}).get(COST)
    if told is None:
        return
    config = node.config  # type: ignore[attr-defined]
    costs, left_out = json.loads(told)
    for name, (count, seconds) in costs.items():
        config.stash[COSTS][name][0] += count
        config.stash[COSTS][name][1] += seconds
    config.stash[LEFT_OUT] = left_out  # each process collects all


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    costs = config.stash[COSTS]
    if sum(count for count, _ in costs.values()) > 1:
        terminalreporter.section("processor seconds by package")
        for name, (count, seconds) in sorted(costs.items(), key=lambda one: -one[1][1]):
            ceiling = CEILINGS.get(name, CEILING)
            over = f"   OVER ITS BUDGET of {ceiling:.0f}" if seconds > ceiling else ""
            terminalreporter.write_line(f"{name:20} {count:5.0f} tests {seconds:7.1f} s{over}")
    if left_out := config.stash.get(LEFT_OUT, 0):
        terminalreporter.write_line(
            f"left out: {left_out} tests, which run with --full (slow, or alike on both databases)"
        )
