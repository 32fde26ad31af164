"""Who can sign in at one click in a demonstration; the names are stable."""

from django.utils.translation import gettext_lazy as _

PERSONAS = (
    ("teller", _("Teller"), _("Serves the customers of one branch")),
    ("sales", _("Sales"), _("Looks after their own customers")),
    ("manager", _("Branch manager"), _("Answers for a branch")),
    ("operator", _("Call centre"), _("Has a caller on the line")),
    ("marketing", _("Marketing"), _("Sees behaviour, not names")),
    ("steward", _("Data steward"), _("Keeps the data right, imports files")),
    ("dpo", _("Data protection officer"), _("Guards the rights of the person")),
    ("auditor", _("Auditor"), _("Reads the trail")),
    ("admin", _("Administrator"), _("Runs the system, sees no customer")),
)
NAMES = frozenset(name for name, *_rest in PERSONAS)
