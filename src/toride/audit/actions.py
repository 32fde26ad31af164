"""What can be done with the trail, and what the system itself writes into it."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from toride.base.actions import declare, describe, happening, reading


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
        Action.TRAIL_READ: reading(_("Viewing the audit trail"), _("Viewed the audit trail")),
        Action.TRAIL_EXPORT: reading(_("Exporting the audit trail"), _("Exported the audit trail")),
        Action.TRAIL_VERIFY: reading(_("Verifying the audit trail"), _("Verified the audit trail")),
        Action.SUBJECT_READ: reading(
            _("Viewing who accessed a customer"),
            _("Viewed who accessed a customer"),
            find=_("Looked up a customer's access history by customer number"),
        ),
        Action.PERSON_READ: reading(_("Viewing whom a person accessed"), _("Viewed which customers a person accessed")),
        Action.EVENT_PROVE: reading(_("Downloading proofs"), _("Downloaded the proof of a log entry")),
        System.WRITER_OPEN: happening(_("A process started to write logs")),
        System.WRITER_CLOSE: happening(_("A process stopped writing logs")),
        System.WRITER_LOSE: happening(_("Log entries of a process are missing")),
        System.TRAIL_BEAT: happening(_("System heartbeat")),
        System.ROW_REFUSE: happening(_("A row that is not a log entry was refused")),
        System.GENERATION_CREATE: happening(_("Keys were created")),
        System.GENERATION_DESTROY: happening(_("Keys were destroyed")),
        System.GENERATION_ROTATE: happening(_("Keys were rotated")),
        System.ROOT_REWRAP: happening(_("Root keys were rotated")),
        System.ROOT_PROTECT: happening(_("The passphrase of the root keys was changed")),
        System.BACKUP_CREATE: happening(_("Backup"), begin=_("A backup started"), create=_("A backup was completed")),
        System.BACKUP_RESTORE: happening(_("Restored from a backup")),
        System.SESSION_OPEN: happening(_("Sign-in"), _("Signed in")),
        System.SESSION_CLOSE: happening(_("Sign-out"), _("Signed out")),
        System.SESSION_PROVE: happening(_("Re-authentication"), _("Confirmed their identity again")),
        System.FACTOR_USE: happening(_("Second factor"), _("Entered a second factor")),
        System.START_ASK: happening(_("Password reset request"), _("Requested a password reset")),
        System.START_USE: happening(_("Password reset with a start code"), _("Reset the password with a start code")),
        System.SIGN_ON_ACCEPT: happening(_("Single sign-on"), _("Signed in through an identity provider")),
        System.DEVICE_MEET: happening(_("Sign-in from a new device"), _("Signed in from a new device")),
        System.TOKEN_ISSUE: happening(_("Token issue"), _("A token was issued")),
        System.KEY_REFUSE: happening(_("The key of a connection was refused")),
        System.HOME_BUILD: happening(_("The demo environment was built")),
    }
)
