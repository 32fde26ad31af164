"""A deal: in clear only whose it is, how far, and since when; what it is about stands sealed."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from toride.customers.models import Customer
from toride.fields.kinds import Kind, declare
from toride.fields.types import DAY, LINES, TEXT, YEN, Field
from toride.vault.permit import Category

STAGES = {
    "lead": _("Lead"), "proposal": _("Proposal"), "negotiation": _("Negotiation"), "won": _("Won"), "lost": _("Lost"),
}  # fmt: skip
OVER = ("won", "lost")
TONES = {"lead": "off", "proposal": "soon", "negotiation": "ai", "won": "ok", "lost": "late"}
DEAL = declare(
    Kind(
        "deal",
        _("Deal"),
        (
            Field("title", Category.TRANSACTIONS, _("Title"), TEXT, must=True),
            Field("amount", Category.TRANSACTIONS, _("Amount (yen)"), YEN),
            Field("expected", Category.TRANSACTIONS, _("Expected close date"), DAY),
            Field("note", Category.TRANSACTIONS, _("Note"), LINES),
        ),
    )
)


class Deal(models.Model):
    """`id` is the sealed record's. `moved`: when it came to its stage."""

    id = models.UUIDField(primary_key=True, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT)
    stage = models.CharField(max_length=12, choices=list(STAGES.items()))
    opened = models.DateTimeField()
    moved = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["stage", "moved"], name="sales_deal_stage")]
