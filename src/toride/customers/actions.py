"""What can be done in this package."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from toride.base.actions import declare, describe, doing, happening, reading


@declare
class Action(StrEnum):
    APART_END = "customers:apart:end"
    APART_READ = "customers:apart:read"
    CHARGE_APPROVE = "customers:charge:approve"
    CHARGE_MOVE = "customers:charge:move"
    FIELD_REVEAL = "customers:field:reveal"
    FILE_IMPORT = "customers:file:import"
    HISTORY_READ = "customers:history:read"
    IMPORT_END = "system:import:end"
    IMPORT_READ = "customers:import:read"
    IMPORT_UNDO = "customers:import:undo"
    PROFILE_CHANGE = "customers:profile:change"
    PROFILE_CREATE = "customers:profile:create"
    PROFILE_PEEK = "customers:profile:peek"
    PROFILE_READ = "customers:profile:read"
    RECORDS_VERIFY = "system:record:verify"
    REJECTED_DOWNLOAD = "customers:rejected:download"
    SEARCH = "customers:list:search"
    STAR_SET = "customers:star:set"


describe(
    {
        Action.APART_END: doing(
            _("Deleting separately stored numbers"), {"end": _("Deleted separately stored numbers")}
        ),
        Action.APART_READ: reading(_("Viewing separately stored numbers"), _("Viewed separately stored numbers")),
        Action.CHARGE_APPROVE: doing(_("Approving reassignments"), {"approve": _("Approved a reassignment")}),
        Action.CHARGE_MOVE: doing(_("Reassigning customers"), {"move": _("Reassigned customers")}),
        Action.FIELD_REVEAL: reading(_("Revealing hidden fields"), _("Revealed a hidden field")),
        Action.FILE_IMPORT: doing(
            _("Importing customers"),
            {
                "import": _("Imported customers"),
                "begin": _("Created an import draft"),
                "receive": _("Uploaded an import file"),
                "columns": _("Mapped the columns of an import"),
                "check": _("Checked an import file"),
                "start": _("Started an import"),
                "cancel": _("Stopped an import"),
                "resume": _("Resumed an import"),
                "discard": _("Discarded an import draft"),
                "keep": _("Saved the column settings of an import"),
            },
        ),
        Action.HISTORY_READ: reading(_("Viewing the change history"), _("Viewed the change history")),
        Action.IMPORT_END: happening(_("Files kept from an old import were deleted")),
        Action.IMPORT_READ: reading(_("Viewing imports"), _("Viewed imports"), list=_("Viewed imports")),
        Action.IMPORT_UNDO: doing(
            _("Undoing imports"), {"undo": _("Undid an import"), "start": _("Started undoing an import")}
        ),
        Action.PROFILE_CHANGE: doing(_("Changing customer records"), {"change": _("Changed a customer record")}),
        Action.PROFILE_CREATE: doing(_("Registering customers"), {"create": _("Registered a customer")}),
        Action.PROFILE_PEEK: reading(_("Previewing customer records"), _("Previewed a customer record")),
        Action.PROFILE_READ: reading(_("Viewing customer records"), _("Viewed a customer record")),
        Action.RECORDS_VERIFY: happening(_("Every record was checked for decryption")),
        Action.REJECTED_DOWNLOAD: reading(_("Downloading error rows"), _("Downloaded error rows")),
        Action.SEARCH: reading(_("Searching customers"), _("Searched customers"), list=_("Viewed the customer list")),
        Action.STAR_SET: doing(
            _("Starring customers"), {"set": _("Starred a customer"), "take": _("Unstarred a customer")}
        ),
    }
)
