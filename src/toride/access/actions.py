"""What can be done in this package."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from toride.base.actions import declare, describe


@declare
class Action(StrEnum):
    APPROVAL_ANSWER = "access:approval:answer"
    APPROVAL_DECIDE = "access:approval:decide"
    APPROVAL_EXPIRE = "system:approval:expire"
    APPROVAL_READ = "access:approval:read"
    HOME_OPEN = "access:home:open"
    MATRIX_READ = "access:matrix:read"
    PERSON_APPROVE = "access:person:approve"
    PERSON_CHANGE = "access:person:change"
    PERSON_MANAGE = "access:person:manage"


describe(
    {
        Action.APPROVAL_ANSWER: _("Answered or withdrew a request for approval"),
        Action.APPROVAL_DECIDE: _("Decided a request for approval"),
        Action.APPROVAL_EXPIRE: _("A request for approval ran out"),
        Action.APPROVAL_READ: _("Looked at approvals"),
        Action.HOME_OPEN: _("Opened the home page"),
        Action.MATRIX_READ: _("Looked at the access matrix"),
        Action.PERSON_APPROVE: _("Approved a change of duties"),
        Action.PERSON_CHANGE: _("Asked for a change of duties"),
        Action.PERSON_MANAGE: _("Managed people"),
    }
)
