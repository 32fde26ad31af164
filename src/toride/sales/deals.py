"""The list and the board of deals, and the part of a customer's record that shows theirs."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from toride.fields.display import near
from toride.lists import columns, tables
from toride.lists.ask import Ask, Found
from toride.lists.columns import Look
from toride.lists.declaration import Column, Filter, List, Sort, Source, Words, declare
from toride.lists.options import by_branch, by_owner
from toride.panels.record import Panel
from toride.panels.record import declare as declare_panel
from toride.sales import queries
from toride.sales.actions import Action
from toride.sales.models import DEAL, STAGES, TONES
from toride.sales.queries import Line
from toride.vault.permit import Category, Permit
from toride.vault.values import Opened, Value

NAME = ((Category.BASIC, "name"),)


def search(permit: Permit, ask: Ask) -> Found[Line]:
    """Deals of customers in the permit's rows."""
    found = queries.within(permit)
    return tables.page(permit, ask, found, DEALS.sorts, DEALS.filters, lambda rows: queries.lines(permit, rows))


def badge(stage: str) -> Any:
    """A stage as pages show it."""
    return format_html('<span class="badge" data-tone="{}">{}</span>', TONES[stage], STAGES[stage])


def _title(one: Line, look: Look) -> Value:
    address = reverse("deal", kwargs={"subject": one.deal.customer_id, "deal": one.deal.pk})
    return Opened(format_html('<a href="{}?for={}"><b>{}</b></a>', address, look.purpose, one.held["title"]))


def _customer(one: Line, look: Look) -> Value:
    address = reverse("profile", kwargs={"subject": one.deal.customer_id})
    return Opened(format_html('<a href="{}?for={}">{}</a>', address, look.purpose, one.customer.name))


def _moved(one: Line, look: Look) -> Value:
    return near(Opened(timezone.localtime(one.deal.moved).date().isoformat()), look.today, look.language)


DEALS = declare(
    List(
        code="deals",
        action=Action.DEAL_READ,
        columns=(
            Column("title", _("Deal"), (), _title),
            Column("customer", _("Customer name"), NAME, _customer),
            Column("stage", _("Stage"), (), lambda one, _look: badge(one.deal.stage), sort="stage"),
            Column("amount", _("Amount (yen)"), DEAL.needs("amount"), lambda one, _look: one.held["amount"],
                   figure=True),
            Column("expected", _("Expected close date"), DEAL.needs("expected"),
                   lambda one, look: near(one.held.values["expected"], look.today, look.language)),
            Column("moved", _("In this stage since"), (), _moved, sort="moved"),
            Column("owner", _("Owner"), (), lambda one, _look: one.customer.owner),
            Column("branch", _("Branch"), (), lambda one, _look: one.customer.branch_name, usual=False),
        ),
        sorts=(
            Sort("moved", _("By time in the stage"), column="moved"),
            Sort("stage", _("By stage"), column="stage"),
            Sort("opened", _("By opening date"), column="opened"),
        ),
        filters=(
            Filter("stage", _("Stage"), options=lambda _permit, _person: list(STAGES.items()),
                   usual=lambda _permit, _person: list(STAGES.items())[:3], said=lambda code: STAGES.get(code, code),
                   column="stage", linked=True),
            by_owner("customer__owner"),
            by_branch("customer__branch"),
        ),
        source=Source(search, columns.rows),
        words=Words(_("Deals"), _("All deals"), (_("No deals yet"), _("Open a deal on a customer's record."))),
        board="stage",
    )
)  # fmt: skip
PANEL = declare_panel(Panel("deals", _("Deals"), Action.DEAL_READ, "customer_deals"))
