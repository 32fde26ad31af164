"""What a package's own tests ask of floors above it; the packages themselves never do."""

from toride.cli import _tell_of_keys as tell_of_keys
from toride.cli.chores import chores
from toride.disclosure import tasks
from toride.work import today

__all__ = ["chores", "tasks", "tell_of_keys", "today"]
