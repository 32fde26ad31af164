"""What can be done in this package."""

from enum import StrEnum

from toride.base.actions import declare


@declare
class Action(StrEnum):
    HOME_OPEN = "access:home:open"
    MATRIX_READ = "access:matrix:read"
    PERSON_MANAGE = "access:person:manage"
