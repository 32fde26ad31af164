"""What can be done in this package."""

from enum import StrEnum

from toride.base.actions import declare


@declare
class Action(StrEnum):
    APART_END = "customers:apart:end"
    APART_READ = "customers:apart:read"
    FIELD_REVEAL = "customers:field:reveal"
    FILE_IMPORT = "customers:file:import"
    HISTORY_READ = "customers:history:read"
    IMPORT_READ = "customers:import:read"
    IMPORT_UNDO = "customers:import:undo"
    PROFILE_CHANGE = "customers:profile:change"
    PROFILE_CREATE = "customers:profile:create"
    PROFILE_PEEK = "customers:profile:peek"
    PROFILE_READ = "customers:profile:read"
    REJECTED_DOWNLOAD = "customers:rejected:download"
    SEARCH = "customers:list:search"
    STAR_SET = "customers:star:set"
    VIEW_SAVE = "customers:view:save"
    VIEW_SHARE = "customers:view:share"
