"""What an administrator has to look at when something does not arrive."""

from django.utils.translation import gettext_lazy as _

from toride.disclosure.actions import Action
from toride.work.kinds import Kind, declare

HOOK_FAILING = declare(Kind("hook-failing", _("Webhook not responding"), Action.HOOK_MANAGE, hours=8, page="hooks"))
MAIL_UNDELIVERED = declare(
    Kind(
        "mail-undelivered", _("Mail to a person can't be delivered"), "access:person:manage", hours=16,
        page="person_reporting", argument="person",        by_hand=True,
    )
)  # fmt: skip
