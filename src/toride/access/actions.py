"""What can be done in this package."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from toride.base.actions import declare, describe


@declare
class Action(StrEnum):
    HOME_OPEN = "access:home:open"
    MATRIX_READ = "access:matrix:read"
    PERSON_MANAGE = "access:person:manage"


describe(
    {
        Action.HOME_OPEN: _("Opened the home page"),
        Action.MATRIX_READ: _("Looked at the access matrix"),
        Action.PERSON_MANAGE: _("Managed people"),
    }
)
