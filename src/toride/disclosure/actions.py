"""What can be done in this package."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from toride.base.actions import declare, describe


@declare
class Action(StrEnum):
    HOOK_MANAGE = "disclosure:hook:manage"
    HOOK_SEND = "system:hook:send"


describe(
    {
        Action.HOOK_MANAGE: _("Managed webhooks"),
        Action.HOOK_SEND: _("A webhook told another system of customers, by their ids"),
    }
)
