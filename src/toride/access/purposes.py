"""Purposes of use (利用目的, APPI art. 17): the shipped codes and what they mean to a person."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Purpose:
    """One purpose of use; `code` is what events and commands name."""

    code: str
    label: object


SHIPPED = {
    purpose.code: purpose
    for purpose in (
        Purpose("service", _("Account services")),
        Purpose("call", _("Customer calls")),
        Purpose("sales", _("Proposals and sales")),
        Purpose("marketing", _("Marketing")),
        Purpose("data-care", _("Data maintenance")),
        Purpose("audit", _("Audit")),
        Purpose("administration", _("Administration")),
        Purpose("self", _("Own pages")),
    )
}
