"""What can be done in this package."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from toride.base.actions import declare, describe, doing, happening


@declare
class Action(StrEnum):
    CALENDAR_CHANGE = "work:calendar:change"
    CONTACT_CHANGE = "work:contact:change"
    ITEM_FINISH = "work:item:finish"
    ITEM_ESCALATE = "system:item:escalate"


describe(
    {
        Action.CALENDAR_CHANGE: doing(
            _("Changing the business calendar"), {"change": _("Changed the business calendar")}
        ),
        Action.CONTACT_CHANGE: doing(
            _("Changing one's own notifications"), {"change": _("Changed their notification settings")}
        ),
        Action.ITEM_FINISH: doing(_("Finishing one's own tasks"), {"finish": _("Marked a task as done")}),
        Action.ITEM_ESCALATE: happening(_("A task is overdue")),
    }
)
