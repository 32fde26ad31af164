"""What can be done with the trail, and what the system itself writes into it."""

from enum import StrEnum

from toride.base.actions import declare


@declare
class Action(StrEnum):
    """Acts of people upon the trail."""

    TRAIL_READ = "audit:trail:read"
    TRAIL_EXPORT = "audit:trail:export"
    TRAIL_VERIFY = "audit:trail:verify"
    SUBJECT_READ = "audit:subject:read"
    PERSON_READ = "audit:person:read"
    EVENT_PROVE = "audit:event:prove"


@declare
class System(StrEnum):
    """Acts of the installation: writers, keys, backups, sign-in. No policy grants them."""

    WRITER_OPEN = "system:writer:open"
    WRITER_CLOSE = "system:writer:close"
    WRITER_LOSE = "system:writer:lose"
    TRAIL_BEAT = "system:trail:beat"
    ROW_REFUSE = "system:row:refuse"
    GENERATION_CREATE = "keys:generation:create"
    GENERATION_DESTROY = "keys:generation:destroy"
    GENERATION_ROTATE = "keys:generation:rotate"
    ROOT_REWRAP = "keys:root:rewrap"
    ROOT_PROTECT = "keys:root:protect"
    BACKUP_CREATE = "backup:store:create"
    BACKUP_RESTORE = "backup:store:restore"
    SESSION_OPEN = "auth:session:open"
    SESSION_CLOSE = "auth:session:close"
    TOKEN_ISSUE = "auth:token:issue"  # noqa: S105 - a name of an act
    HOME_BUILD = "system:home:build"
