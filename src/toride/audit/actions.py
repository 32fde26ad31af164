"""What can be done with the trail, and what the system itself writes into it."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from toride.base.actions import declare, describe


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
    SESSION_PROVE = "auth:session:prove"
    FACTOR_USE = "auth:factor:use"
    START_ASK = "auth:start:ask"
    START_USE = "auth:start:use"
    SIGN_ON_ACCEPT = "auth:sign-on:accept"
    DEVICE_MEET = "auth:device:meet"
    TOKEN_ISSUE = "auth:token:issue"  # noqa: S105 - a name of an act
    KEY_REFUSE = "auth:key:refuse"
    HOME_BUILD = "system:home:build"


describe(
    {
        Action.TRAIL_READ: _("Looked at the audit trail"),
        Action.TRAIL_EXPORT: _("Exported the audit trail"),
        Action.TRAIL_VERIFY: _("Verified the audit trail"),
        Action.SUBJECT_READ: _("Looked at who had seen a customer"),
        Action.PERSON_READ: _("Looked at whom a person had seen"),
        Action.EVENT_PROVE: _("Took the proof of an event"),
        System.WRITER_OPEN: _("A process began to write"),
        System.WRITER_CLOSE: _("A process ended its writing"),
        System.WRITER_LOSE: _("Entries of a process are missing"),
        System.TRAIL_BEAT: _("The trail is alive"),
        System.ROW_REFUSE: _("A row that was no event was refused"),
        System.GENERATION_CREATE: _("New keys were made"),
        System.GENERATION_DESTROY: _("Keys were destroyed"),
        System.GENERATION_ROTATE: _("Keys were changed for new ones"),
        System.ROOT_REWRAP: _("Root keys were changed for new ones"),
        System.ROOT_PROTECT: _("The passphrase of the root keys was changed"),
        System.BACKUP_CREATE: _("Backed up"),
        System.BACKUP_RESTORE: _("Restored from a backup"),
        System.SESSION_OPEN: _("Signed in"),
        System.SESSION_CLOSE: _("Signed out"),
        System.SESSION_PROVE: _("Proved who they are once more"),
        System.FACTOR_USE: _("Gave a second factor"),
        System.START_ASK: _("Asked for a new password at the door"),
        System.START_USE: _("Set a new password with a start code"),
        System.SIGN_ON_ACCEPT: _("A provider vouched for them"),
        System.DEVICE_MEET: _("Signed in from a new device"),
        System.TOKEN_ISSUE: _("A token was issued"),
        System.KEY_REFUSE: _("A key of a machine was refused"),
        System.HOME_BUILD: _("The installation was built"),
    }
)
