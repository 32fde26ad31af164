"""What can be done in this package."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from toride.base.actions import declare, describe


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
    VIEW_SAVE = "customers:view:save"
    VIEW_SHARE = "customers:view:share"


describe(
    {
        Action.APART_END: _("Ended numbers set apart"),
        Action.APART_READ: _("Opened numbers set apart"),
        Action.CHARGE_APPROVE: _("Approved a handing over of customers"),
        Action.CHARGE_MOVE: _("Handed customers over"),
        Action.FIELD_REVEAL: _("Revealed a field"),
        Action.FILE_IMPORT: _("Imported a file"),
        Action.HISTORY_READ: _("Looked at the history of changes"),
        Action.IMPORT_END: _("Ended what an old import kept"),
        Action.IMPORT_READ: _("Looked at imports"),
        Action.IMPORT_UNDO: _("Took an import back"),
        Action.PROFILE_CHANGE: _("Changed a record"),
        Action.PROFILE_CREATE: _("Registered a customer"),
        Action.PROFILE_PEEK: _("Looked at a record in brief"),
        Action.PROFILE_READ: _("Opened a record"),
        Action.RECORDS_VERIFY: _("Checked that every record opens"),
        Action.REJECTED_DOWNLOAD: _("Downloaded rejected rows"),
        Action.SEARCH: _("Searched customers"),
        Action.STAR_SET: _("Set or took a star"),
        Action.VIEW_SAVE: _("Saved a view"),
        Action.VIEW_SHARE: _("Shared a view"),
    }
)
