"""A trail under several checkpoints, to be attacked."""

from pathlib import Path

from toride.audit import record
from toride.audit.events import Event, Stamp, encode
from toride.audit.sequencer import settle
from toride.audit.store import Trail
from toride.audit.tests.acts import TARO, WEB, event

ROUNDS = (3, 4, 300, 1, 2)
SIZE = sum(ROUNDS) + 1  # the writer's opening


def fill():
    """A trail under several checkpoints; the ids of its events by place."""
    for count in ROUNDS:
        record([event() for _ in range(count)])
        assert settle()
    trail = Trail()
    assert trail.length() == SIZE
    return [trail.name(index) for index in range(SIZE)]


def entry(index):
    return next(data for at, data in Trail().entries(index // 256) if at == index)


def forged(**more):
    return encode(Event(action="customers:profile:read", door=WEB, actor=TARO, **more), Stamp("0" * 16, 0))


def private(folder: Path) -> Path:
    (folder / "private").mkdir(mode=0o700)
    return folder / "private"


def change(owner, *statements):
    for statement in statements:
        text, *values = [statement] if isinstance(statement, str) else statement
        with owner["audit"].cursor() as cursor:
            cursor.execute(text, values)
