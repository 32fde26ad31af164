"""What can be done in this package."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from toride.base.actions import declare, describe, doing, happening


@declare
class Action(StrEnum):
    HOOK_MANAGE = "disclosure:hook:manage"
    HOOK_SEND = "system:hook:send"
    MAIL_SEND = "system:mail:send"


describe(
    {
        Action.HOOK_MANAGE: doing(
            _("Managing webhooks"),
            {
                "secret": _("Issued a webhook secret"),
                "test": _("Sent a test webhook"),
                "end": _("Deleted a webhook"),
            },
        ),
        Action.HOOK_SEND: happening(_("A webhook notified another system of changes to customers")),
        Action.MAIL_SEND: happening(_("A mail was sent to a person who works here")),
    }
)
