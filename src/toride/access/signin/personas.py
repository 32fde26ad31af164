"""Who can sign in at one click in a demonstration; the names are stable."""

from django.utils.translation import gettext_lazy as _

PERSONAS = (
    ("teller", _("Teller"), _("Serves customers at a branch")),
    ("sales", _("Sales"), _("Manages their own customers")),
    ("manager", _("Branch manager"), _("Runs a branch")),
    ("operator", _("Call centre"), _("Takes customer calls")),
    ("marketing", _("Marketing"), _("Analyses contact history, not names")),
    ("steward", _("Data steward"), _("Maintains data quality, imports files")),
    ("dpo", _("Data protection officer"), _("Protects customers' privacy rights")),
    ("auditor", _("Auditor"), _("Audits access")),
    ("admin", _("Administrator"), _("Runs the system, no customer data")),
)
WITHOUT_PAGES = frozenset({"marketing"})  # their first page is still to come
AT_WORK = tuple(one for one in PERSONAS if one[0] not in WITHOUT_PAGES)
NAMES = frozenset(name for name, *_rest in PERSONAS)
