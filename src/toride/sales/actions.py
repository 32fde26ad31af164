"""What can be done in this package."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from toride.base.actions import declare, describe, doing, reading


@declare
class Action(StrEnum):
    DEAL_CHANGE = "sales:deal:change"
    DEAL_OPEN = "sales:deal:open"
    DEAL_READ = "sales:deal:read"


describe(
    {
        Action.DEAL_CHANGE: doing(
            _("Changing deals"), {"change": _("Changed a deal"), "move": _("Moved a deal to another stage")}
        ),
        Action.DEAL_OPEN: doing(_("Opening deals"), {"open": _("Opened a deal")}),
        Action.DEAL_READ: reading(_("Viewing deals"), _("Searched deals"), list=_("Viewed deals")),
    }
)
