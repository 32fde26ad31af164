"""What can be done in this package."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from toride.base.actions import PROPOSE, declare, describe, doing, happening, reading


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
    RULES_SET = "system:rules:set"
    SESSION_END = "access:session:end"
    PERSON_READ = "access:person:read"
    TEMPORARY_APPROVE = "access:temporary:approve"
    TEMPORARY_ASK = "access:temporary:ask"
    TEMPORARY_END = "access:temporary:end"


describe(
    {
        Action.APPROVAL_ANSWER: doing(
            _("Answering approvers"),
            {"answer": _("Answered an approver's question"), "withdraw": _("Withdrew an approval request")},
        ),
        Action.APPROVAL_DECIDE: doing(
            _("Deciding on requests"),
            {
                "approve": _("Approved a request"),
                "refuse": _("Rejected a request"),
                "hold": _("Put a request on hold with a question"),
            },
        ),
        Action.APPROVAL_EXPIRE: happening(_("A request for approval expired")),
        Action.APPROVAL_READ: reading(_("Viewing approval requests"), _("Viewed approval requests")),
        Action.CAMPAIGN_ANSWER: doing(
            _("Answering in access reviews"), {"answer": _("Answered a question in an access review")}
        ),
        Action.CAMPAIGN_DECIDE: doing(
            _("Deciding in access reviews"), {"decide": _("Decided on permissions in an access review")}
        ),
        Action.CAMPAIGN_ESCALATE: happening(_("An access review is overdue")),
        Action.CAMPAIGN_OPEN: doing(
            _("Running access reviews"),
            {
                "open": _("Started an access review"),
                "compare": _("Compared an access review with the staff file"),
                "close": _("Closed an access review"),
            },
        ),
        Action.CAMPAIGN_READ: reading(
            _("Viewing access reviews"),
            _("Viewed an access review"),
            download=_("Downloaded the result of an access review"),
        ),
        Action.CONNECTION_MANAGE: doing(
            _("Managing connections"),
            {
                "create": _("Created a connection"),
                "rotate": _("Replaced the key of a connection"),
                "revoke": _("Revoked a connection"),
            },
        ),
        Action.ACCOUNT_READ: reading(
            _("Viewing one's own sign-in details"),
            _("Viewed their own sign-in details"),
            prove=_("Opened the re-authentication page of an identity provider"),
            recognise=_("Confirmed sign-ins as their own"),
        ),
        Action.FACTOR_ENROL: doing(
            _("Adding second factors"),
            {"enrol": _("Added a second factor"), "renew": _("Renewed the recovery codes")},
        ),
        Action.FACTOR_REMOVE: doing(_("Removing second factors"), {"remove": _("Removed a second factor")}),
        Action.GLASS_BREAK: doing(_("Using emergency access"), {"break": _("Used emergency access")}),
        Action.GLASS_END: doing(_("Ending emergency access"), {"end": _("Ended emergency access")}),
        Action.GLASS_ESCALATE: happening(_("The review of an emergency access is overdue")),
        Action.GLASS_REACH: doing(
            _("Using emergency access by customer number"), {"reach": _("Used emergency access by customer number")}
        ),
        Action.GLASS_REVIEW: doing(_("Reviewing emergency access"), {"review": _("Reviewed an emergency access")}),
        Action.HOME_OPEN: reading(_("Opening the home page"), _("Opened the home page")),
        Action.KEY_APPROVE: doing(_("Approving key destruction"), {"approve": _("Approved the destruction of keys")}),
        Action.KEY_DESTROY: doing(_("Destroying keys"), {PROPOSE: _("Requested approval to destroy keys")}),
        Action.MATRIX_READ: reading(_("Viewing the access matrix"), _("Viewed the access matrix")),
        Action.PERSON_APPROVE: doing(_("Approving changes to people"), {"approve": _("Approved a change to people")}),
        Action.PERSON_CHANGE: doing(_("Changing roles"), {PROPOSE: _("Requested approval to change roles")}),
        Action.PASSWORD_CHANGE: doing(_("Changing one's own password"), {"change": _("Changed their password")}),
        Action.POLICY_APPROVE: doing(_("Approving access policies"), {"approve": _("Approved an access policy")}),
        Action.POLICY_CHANGE: doing(
            _("Drafting access policies"),
            {
                "change": _("Changed an access policy draft"),
                "discard": _("Deleted an access policy draft"),
                "try": _("Tested an access policy draft on a person"),
                PROPOSE: _("Requested approval of an access policy"),
            },
        ),
        Action.POLICY_REFUSE: happening(_("An access policy that was altered after signing was refused")),
        Action.POLICY_RESTORE: happening(_("The last access policy with a valid signature was restored")),
        Action.PERSON_SEAL: happening(_("Roles found in the database were accepted by command")),
        Action.PERSON_START: happening(_("A start code was issued by command")),
        Action.PROVIDER_CHANGE: doing(
            _("Changing single sign-on"), {PROPOSE: _("Requested approval to change single sign-on")}
        ),
        Action.PROVIDER_SEAL: happening(_("An identity provider found in the database was accepted by command")),
        Action.RULE_EXPLAIN: doing(_("Explaining access"), {"explain": _("Checked why access is allowed or denied")}),
        Action.PERSON_MANAGE: doing(
            _("Managing people"),
            {
                "hire": _("Added a person"),
                "dismiss": _("Deactivated a person"),
                "branch": _("Added a branch"),
                "sign-out": _("Signed a person out everywhere"),
                "unlock": _("Unlocked an account"),
                "code": _("Issued a start code"),
                "superior": _("Set a person's superior"),
                "deputy": _("Set a person's deputy"),
                "deputy-end": _("Ended a deputy's period"),
                PROPOSE: _("Requested approval to reset a person's sign-in"),
            },
        ),
        Action.PERSON_PROVISION: doing(
            _("Provisioning from the directory"),
            {
                "admit": _("Added a person from the directory"),
                "change": _("Updated a person from the directory"),
                "remove": _("Removed a person from the directory"),
                "group": _("Changed a group from the directory"),
                "duties": _("Changed roles from the directory"),
            },
        ),
        Action.RULES_CHANGE: doing(
            _("Changing the sign-in policy"),
            {
                PROPOSE: _("Requested approval to change the sign-in policy"),
                "change": _("Changed the sign-in policy"),
            },
        ),
        Action.RULES_SET: happening(_("The sign-in policy was changed by command")),
        Action.RULES_SEAL: happening(_("The sign-in policy found in the database was accepted by command")),
        Action.SESSION_END: doing(_("Ending one's own sessions"), {"end": _("Ended their own sessions")}),
        Action.PERSON_READ: reading(_("Viewing people"), _("Viewed people")),
        Action.TEMPORARY_APPROVE: doing(_("Approving temporary access"), {"approve": _("Approved temporary access")}),
        Action.TEMPORARY_ASK: doing(
            _("Requesting temporary access"), {PROPOSE: _("Requested temporary access to a customer's information")}
        ),
        Action.TEMPORARY_END: doing(_("Ending temporary access"), {"end": _("Ended temporary access")}),
    }
)
