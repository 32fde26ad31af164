"""What a package's own tests ask of floors above it; the packages themselves never do."""

from toride.cli import _tell_of_keys as tell_of_keys
from toride.cli.chores import chores
from toride.customers.imports.urls import urlpatterns as import_addresses
from toride.customers.models import Import
from toride.disclosure import tasks
from toride.work import today

__all__ = ["Import", "chores", "import_addresses", "tasks", "tell_of_keys", "today"]
