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
    CAMPAIGN_ANSWER = "access:campaign:answer"
    CAMPAIGN_DECIDE = "access:campaign:decide"
    CAMPAIGN_ESCALATE = "system:campaign:escalate"
    CAMPAIGN_OPEN = "access:campaign:open"
    CAMPAIGN_READ = "access:campaign:read"
    CONNECTION_MANAGE = "access:connection:manage"
    ACCOUNT_READ = "access:account:read"
    FACTOR_ENROL = "access:factor:enrol"
    FACTOR_REMOVE = "access:factor:remove"
    GLASS_BREAK = "access:glass:break"
    GLASS_END = "access:glass:end"
    GLASS_ESCALATE = "system:glass:escalate"
    GLASS_REACH = "access:glass:reach"
    GLASS_REVIEW = "access:glass:review"
    HOME_OPEN = "access:home:open"
    KEY_APPROVE = "access:key:approve"
    KEY_DESTROY = "access:key:destroy"
    MATRIX_READ = "access:matrix:read"
    PERSON_APPROVE = "access:person:approve"
    PERSON_CHANGE = "access:person:change"
    PASSWORD_CHANGE = "access:password:change"  # noqa: S105 - a name of an act
    PERSON_MANAGE = "access:person:manage"
    PERSON_PROVISION = "access:person:provision"
    POLICY_APPROVE = "access:policy:approve"
    POLICY_CHANGE = "access:policy:change"
    POLICY_REFUSE = "system:policy:refuse"
    POLICY_RESTORE = "system:policy:restore"
    PERSON_SEAL = "system:person:seal"
    PERSON_START = "system:person:start"
    PROVIDER_CHANGE = "access:provider:change"
    PROVIDER_SEAL = "system:provider:seal"
    RULE_EXPLAIN = "access:rule:explain"
    RULES_CHANGE = "access:rules:change"
    RULES_SEAL = "system:rules:seal"
    SESSION_END = "access:session:end"
    PERSON_READ = "access:person:read"
    TEMPORARY_APPROVE = "access:temporary:approve"
    TEMPORARY_ASK = "access:temporary:ask"
    TEMPORARY_END = "access:temporary:end"


describe(
    {
        Action.APPROVAL_ANSWER: _("Answered or withdrew a request for approval"),
        Action.APPROVAL_DECIDE: _("Decided a request for approval"),
        Action.APPROVAL_EXPIRE: _("A request for approval ran out"),
        Action.APPROVAL_READ: _("Looked at approvals"),
        Action.CAMPAIGN_ANSWER: _("Answered a question of an access review"),
        Action.CAMPAIGN_DECIDE: _("Decided in an access review"),
        Action.CAMPAIGN_ESCALATE: _("An access review was not done in time"),
        Action.CAMPAIGN_OPEN: _("Opened, fed or closed an access review"),
        Action.CAMPAIGN_READ: _("Looked at an access review"),
        Action.CONNECTION_MANAGE: _("Managed connections"),
        Action.ACCOUNT_READ: _("Looked at their own sign-in"),
        Action.FACTOR_ENROL: _("Enrolled a second factor"),
        Action.FACTOR_REMOVE: _("Removed a second factor"),
        Action.GLASS_BREAK: _("Opened in an emergency"),
        Action.GLASS_END: _("Ended an emergency early"),
        Action.GLASS_ESCALATE: _("An emergency was not reviewed in time"),
        Action.GLASS_REACH: _("Asked for a customer out of reach in an emergency"),
        Action.GLASS_REVIEW: _("Reviewed an emergency"),
        Action.HOME_OPEN: _("Opened the home page"),
        Action.KEY_APPROVE: _("Approved the destruction of keys"),
        Action.KEY_DESTROY: _("Asked for the destruction of keys"),
        Action.MATRIX_READ: _("Looked at the access matrix"),
        Action.PERSON_APPROVE: _("Approved a change of duties"),
        Action.PERSON_CHANGE: _("Asked for a change of duties"),
        Action.PASSWORD_CHANGE: _("Changed their password"),
        Action.POLICY_APPROVE: _("Approved a policy"),
        Action.POLICY_CHANGE: _("Drafted a policy"),
        Action.POLICY_REFUSE: _("A policy that is not what was signed was refused"),
        Action.POLICY_RESTORE: _("Went back to the last policy that is as it was signed"),
        Action.PERSON_SEAL: _("Accepted a person's duties as they stand in the store"),
        Action.PERSON_START: _("Gave out a start code by command"),
        Action.PROVIDER_CHANGE: _("Changed single sign-on"),
        Action.PROVIDER_SEAL: _("Accepted a provider of single sign-on as it stands in the store"),
        Action.RULE_EXPLAIN: _("Asked why somebody may or may not"),
        Action.PERSON_MANAGE: _("Managed people"),
        Action.PERSON_PROVISION: _("Provisioned people from the directory"),
        Action.RULES_CHANGE: _("Changed the rules of sign-in"),
        Action.RULES_SEAL: _("Accepted the rules of sign-in as they stand in the store"),
        Action.SESSION_END: _("Ended sessions"),
        Action.PERSON_READ: _("Looked at people"),
        Action.TEMPORARY_APPROVE: _("Let somebody see more of a customer, for some days"),
        Action.TEMPORARY_ASK: _("Asked for access to a customer's information"),
        Action.TEMPORARY_END: _("Ended a temporary access early"),
    }
)
