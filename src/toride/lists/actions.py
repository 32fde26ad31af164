"""What can be done with the views of lists; the names are those under which the trail knows it."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from toride.base.actions import declare, describe, doing


@declare
class Action(StrEnum):
    VIEW_SAVE = "customers:view:save"
    VIEW_SHARE = "customers:view:share"


describe(
    {
        Action.VIEW_SAVE: doing(
            _("Saving views"),
            {
                "save": _("Saved a view"),
                "remove": _("Deleted a saved view"),
                "restore": _("Restored a saved view"),
                "prefer": _("Changed the default view"),
            },
        ),
        Action.VIEW_SHARE: doing(_("Sharing views"), {"share": _("Changed who can see a view")}),
    }
)
