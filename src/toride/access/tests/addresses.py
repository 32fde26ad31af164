"""What each role is answered at the addresses of people, sign-in, policy, requests, exceptions, connections and reviews."""

from collections.abc import Callable
from uuid import UUID, uuid4

from tests.addresses import EVERYBODY, FORM, ROLES, Address, Answers, Rows, only
from tests.people import House
from toride.access import integrity
from toride.access.actions import Action
from toride.access.approvals import requests
from toride.access.exceptions import emergencies, temporary
from toride.access.machines import services as machines
from toride.access.models import Branch, Person, Provider, TemporaryAccess
from toride.access.people import role_changes
from toride.access.reviews import services as reviews
from toride.access.reviews.models import Campaign, Item
from toride.access.sso import config
from toride.access.sso.config import Config
from toride.base import clock
from toride.vault.permit import Category

WORDS = "異動の発令がありました。"
DECIDERS, READERS, ANSWERABLE = ("manager", "dpo"), ("dpo", "auditor", "admin"), ("manager", "dpo", "admin")
SERVING, SEERS = ("teller", "manager", "operator", "steward"), ("manager", "steward", "dpo", "auditor")
OWN = {"sales": 404, "corporate": 404}  # whose duties reach their own customers only
RIGHT = {"decision": "right", "words": WORDS}
NOTHING = dict.fromkeys(ROLES, 404)


def everybody(status: int) -> Answers:
    return dict.fromkeys(ROLES, status)


def admin(status: int) -> Answers:
    return only(status, "admin")


def approval(house: House) -> UUID:
    """A request of the administrator's about the teller."""
    permit = house.permit(house.admin, Action.PERSON_CHANGE)
    return role_changes.change(permit, house.teller.id, reason=WORDS, roles=["sales"], rank=3, branch="002").pk


def glass(house: House) -> UUID:
    subject = house.customer("31")
    permit = house.permit(house.teller, Action.GLASS_BREAK, subject)
    given = {"kind": "life", "categories": (Category.SENSITIVE,), "minutes": 30, "reason": WORDS}
    return emergencies.break_glass(permit, subject, **given).pk


def opened(house: House) -> UUID:
    """A temporary access of the teller's, which somebody in charge approved."""
    subject = house.customer("32", owner=house.sales)
    asking = house.permit(house.teller, Action.TEMPORARY_ASK, subject)
    row = temporary.ask(asking, subject, categories=(Category.DERIVED,), days=3, reason=WORDS)
    permit = house.permit(house.sales, Action.APPROVAL_DECIDE)
    found = requests.request(permit, row.pk, house.sales)
    requests.approve(permit, row.pk, digest=found.digest, count=str(row.count))
    return TemporaryAccess.objects.get().pk


def connection(house: House) -> str:
    permit = house.permit(house.admin, Action.CONNECTION_MANAGE)
    given = {"username": "hasegawa", "name": "core", "wanted": ["customers.read"], "purpose": "service"}
    return machines.connect(permit, **given)[0].pk


def campaign(house: House) -> UUID:
    return reviews.open_campaign(house.permit(house.admin, Action.CAMPAIGN_OPEN)).pk


def question(house: House) -> UUID:
    """What the manager asked about the teller's role."""
    found = Item.objects.get(campaign=campaign(house), person=house.teller, what="teller")
    permit = house.permit(house.manager, Action.CAMPAIGN_DECIDE)
    reviews.decide(permit, items=[found.pk], decision="ask", words=WORDS, sure=None)
    return found.pk


def reviewed(house: House) -> UUID:
    campaign(house)
    return house.teller.pk


def asking(house: House, number: int) -> str:
    who = house.person(f"asked{number}", f"申請 花{number}", "teller", house.midoridai)
    permit = house.permit(house.admin, Action.PERSON_CHANGE)
    role_changes.change(permit, who.id, reason=WORDS, roles=["sales"], rank=3, branch="002")
    return who.name


def asking_away(house: House) -> str:
    permit = house.permit(house.admin, Action.PERSON_CHANGE)
    role_changes.change(permit, house.other_teller.id, reason=WORDS, roles=["sales"], rank=3, branch="003")
    return house.other_teller.name


def broken(house: House, number: int) -> str:
    return _broken(
        house, house.person(f"broke{number}", f"緊急 花{number}", "teller", house.midoridai), house.midoridai, number
    )


def broken_away(house: House) -> str:
    return _broken(house, house.other_teller, house.wakaba, 9)


def _broken(house: House, person: Person, branch: Branch, number: int) -> str:
    subject = house.customer(f"43{number}", branch=branch)
    permit = house.permit(person, Action.GLASS_BREAK, subject)
    given = {"kind": "life", "categories": (Category.SENSITIVE,), "minutes": 30, "reason": WORDS}
    emergencies.break_glass(permit, subject, **given)
    return person.name


def hired(house: House, number: int) -> str:
    return house.person(f"hired{number}", f"新人 花{number}", "teller", house.midoridai).name


def connected(house: House, number: int) -> str:
    permit = house.permit(house.admin, Action.CONNECTION_MANAGE)
    given = {"username": "hasegawa", "name": f"core {number}", "wanted": ["customers.read"], "purpose": "service"}
    return machines.connect(permit, **given)[0].name


def provided(_house: House, number: int) -> str:
    wanted = Config(f"https://{number}.example", "toride")
    made = Provider(kind="oidc", name=f"認証 {number}", content=wanted.text(), changed=clock.now())
    made.blob = config.sealed(made, wanted, "secret")
    made.seal = integrity.of_provider(made)
    made.save()
    return made.name


def granted(house: House, number: int) -> str:
    return _granted(house, house.midoridai, number)


def granted_away(house: House) -> str:
    return _granted(house, house.wakaba, 9)


def _granted(house: House, branch: Branch, number: int) -> str:
    """Somebody whose permissions stand in the review that runs; the first one begins it."""
    who = house.person(f"grant{number}", f"棚卸 花{number}", "teller", branch)
    Campaign.objects.filter(closed=None).delete()
    campaign(house)
    return who.name


ADMINISTRATORS = "an administrator manages all of them"
ONE_REVIEW = "one review runs at a time: access/reviews/tests"
ONES_OWN = "the person's own sessions, devices and factors"
OWN_ROLE = "the policy, which is the same for whoever may read it"


def nobody(_house: House) -> UUID:
    return uuid4()


def constant(text: str) -> Callable[[House], str]:
    return lambda _house: text


KNOWN = {
    "approval": approval, "glass": glass, "opened": opened, "connection": connection, "campaign": campaign,
    "question": question, "reviewed": reviewed, "nobody": nobody, "person": lambda house: house.teller.pk,
    "role": constant("teller"), "action": constant("customers:profile:read"),
}  # fmt: skip
S, P, A, C = {"subject": "customer"}, {"person": "person"}, {"number": "approval"}, {"campaign": "campaign"}
ROLE, CELL, PROVIDER = {"role": "role"}, {"role": "role", "action": "action"}, {"provider": "nobody"}
ADDRESSES = (
    Address("home", EVERYBODY, EVERYBODY, rows="ways and counts"),
    Address("matrix", only(200, *READERS), only(200, *READERS), rows=OWN_ROLE),
    Address("policy_draft", admin(200), rows=OWN_ROLE),
    Address("policy_try", post=admin(422)),
    Address("policy_ask", post=admin(422)),
    Address("policy_discard", post=admin(302)),
    Address("policy_restore", post=admin(404)),
    Address("policy_take_up", post=admin(422)),
    Address("policy_duty_new", admin(200), admin(422), rows=FORM),
    Address("policy_duty", admin(200), admin(422), known=ROLE),
    Address("policy_duty_remove", post=admin(422), known=ROLE),
    Address("policy_cell", admin(200), admin(302), known=CELL),
    Address("keys", admin(200), admin(422), rows="one row for each kind of key and generation"),
    Address("why", only(200, *READERS), only(422, *READERS), rows=FORM),
    Address("who_saw_number", only(200, *SEERS), only(422, *SEERS), rows=FORM),
    Address("glass_reviews", only(200, *DECIDERS), rows=Rows("manager", broken, broken_away)),
    Address(
        "glass_reach", only(200, "teller", "manager"), only(200, "teller", "manager"), sent={"number": "1"}, rows=FORM
    ),
    Address("glass_end", post=NOTHING, sent={"subject": "1"}),
    Address("glass", only(200, *SERVING) | OWN, only(422, *SERVING) | OWN, known=S),
    Address("glass_review", post=only(302, *DECIDERS), known={"number": "glass"}, sent=RIGHT),
    Address("temporary", only(200, *SERVING) | OWN, only(422, *SERVING) | OWN, known=S),
    Address("temporary_end", post=NOTHING | only(302, "sales", "teller"), known={"number": "opened"}),
    Address("approvals", EVERYBODY, rows=Rows("manager", asking, asking_away)),
    Address("approval", NOTHING | only(200, "admin", *DECIDERS), known=A, others=404),
    Address("approval_decide", post=only(422, *DECIDERS) | {"sales": 404}, known=A),
    Address("approval_answer", post=NOTHING | {"admin": 409} | only(403, *DECIDERS), known=A, others=404),
    Address("person_change", admin(200), admin(422), known=P),
    Address("account", EVERYBODY, EVERYBODY, rows=ONES_OWN),
    Address("account_password", EVERYBODY, everybody(422), rows=FORM),
    Address("account_first_factor", EVERYBODY, EVERYBODY, rows=FORM),
    Address("account_app", EVERYBODY, EVERYBODY, rows=FORM),
    Address("account_passkey", EVERYBODY, EVERYBODY, rows=FORM),
    Address("account_codes", post=everybody(409)),
    Address("account_factor_remove", post=NOTHING, known={"factor": "nobody"}),
    Address("account_session_end", post=NOTHING, known={"visit": "nobody"}),
    Address("account_sessions_end", post=everybody(302)),
    Address("account_recognise", post=everybody(302)),
    Address("sign_in_rules", admin(200), rows="the sign-in policy, by role"),
    Address("sign_in_rules_passwords", post=admin(422)),
    Address("sign_in_rules_confirm", post=admin(409)),
    Address("sign_in_rules_duty", admin(200), admin(422), known=ROLE),
    Address("people", admin(200), rows=Rows("admin", hired, ADMINISTRATORS)),
    Address("person_new", admin(200), admin(422), rows=FORM),
    Address("person_unlock", post=admin(302), known=P),
    Address("person_sign_out", post=admin(302), known=P),
    Address("person_lost", admin(200), admin(409), known=P),
    Address("person_start", admin(200), admin(422), known=P),
    Address("person_reporting", admin(200), admin(422), known=P),
    Address("person_end", post=admin(302), known=P),
    Address("connections", admin(200), rows=Rows("admin", connected, ADMINISTRATORS)),
    Address("connection_new", admin(200), admin(422), rows=FORM),
    Address("connection_rotate", post=admin(200), known={"connection": "connection"}),
    Address("connection_revoke", post=admin(302), known={"connection": "connection"}),
    Address("campaigns", only(200, *READERS), rows=ONE_REVIEW),
    Address("campaign_new", admin(200), admin(422), rows=FORM),
    Address("grants", only(200, *ANSWERABLE), rows=Rows("manager", granted, granted_away)),
    Address("grants_decide", post=only(422, *ANSWERABLE)),
    Address("grants_purposes", {"manager": 200} | only(404, "dpo", "admin"), known={"person": "reviewed"}),
    Address("questions", EVERYBODY, rows=ONE_REVIEW),
    Address("question_answer", post=NOTHING | only(422, "teller", "dpo", "admin"), known={"item": "question"}),
    Address("campaign", only(200, *READERS), known=C),
    Address("campaign_staff_file", put=admin(422), known=C),
    Address("campaign_close", post=admin(409), known=C),
    Address("campaign_result", only(404, *READERS), known=C),
    Address("campaign_document", only(404, *READERS), known=C),
    Address("providers", admin(200), rows=Rows("admin", provided, ADMINISTRATORS)),
    Address("provider_new", admin(200), admin(422), rows=FORM),
    Address("provider_new_saml", admin(200), admin(422), rows=FORM),
    Address("provider", admin(404), admin(404), known=PROVIDER),
    Address("sign_on_prove", NOTHING, known=PROVIDER),
    Address("again", only(200, "nobody"), open=True),
    Address("account_login", only(200, "nobody"), only(200, "nobody"), open=True),
    Address("account_logout", only(302, "nobody"), only(302, "nobody"), open=True),
    Address("sign_in_factor", only(302, "nobody"), only(302, "nobody"), open=True),
    Address("sign_in_passkey", post=only(200, "nobody"), open=True),
    Address("sign_in_forgotten", only(200, "nobody"), only(200, "nobody"), open=True),
    Address("sign_in_start", only(200, "nobody"), only(422, "nobody"), open=True),
    Address("sign_in_renew", only(302, "nobody"), only(302, "nobody"), open=True),
    Address("sign_on", post=only(404, "nobody"), known=PROVIDER, open=True),
    Address("sign_on_back", only(404, "nobody"), known=PROVIDER, open=True),
    Address("sign_on_end", post=only(404, "nobody"), known=PROVIDER, open=True),
    Address("sign_on_left", only(404, "nobody"), known=PROVIDER, open=True),
    Address("sign_on_post", post=only(404, "nobody"), known=PROVIDER, open=True),
    Address("sign_on_metadata", only(200, "nobody"), known=PROVIDER, open=True),
)
