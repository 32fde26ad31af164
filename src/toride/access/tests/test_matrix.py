"""Every action × every role × every address: what opens, what is refused, what looks as if it did not exist."""

from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import reverse

from tests.above import Import, import_addresses
from tests.people import House, become, signed_in
from toride.access.decide import decide
from toride.access.roles import SHIPPED
from toride.base import actions, clock
from toride.base.errors import Hidden, Refused
from toride.jobs import running as jobs
from toride.jobs.models import State

pytestmark = pytest.mark.requirement("A1")
ROLES = ("teller", "sales", "manager", "operator", "marketing", "steward", "dpo", "auditor", "admin", "corporate")
PAGES = {
    "home": ("home", None),
    "approvals": ("approvals", None),
    "matrix": ("matrix", None),
    "customers": ("customers", None),
    "customer_new": ("customer_new", None),
    "imports": ("imports", None),
    "trail": ("trail", None),
    "profile": ("profile", "subject"),
    "customer_change": ("customer_change", "subject"),
    "customer_history": ("customer_history", "subject"),
    "who_saw": ("who_saw", "subject"),
    "who_saw_number": ("who_saw_number", None),
}
EXPECTED = {
    #                    own branch's customer / page                                   another branch's
    "home":             dict.fromkeys(ROLES, 200),
    "approvals":        dict.fromkeys(ROLES, 200),
    "matrix":           {"dpo": 200, "auditor": 200, "admin": 200},
    "customers":        dict.fromkeys(("teller", "sales", "manager", "operator", "steward", "dpo", "corporate"), 200),
    "customer_new":     dict.fromkeys(("teller", "sales", "manager", "steward", "corporate"), 200),
    "imports":          {"steward": 200, "dpo": 200},
    "trail":            {"dpo": 200, "auditor": 200},
    "profile":          {"teller": 200, "sales": 404, "manager": 200, "operator": 200, "marketing": 200, "steward": 200, "dpo": 200, "corporate": 404},
    "customer_change":  {"teller": 200, "sales": 404, "manager": 200, "steward": 200, "corporate": 404},
    "customer_history": {"teller": 200, "sales": 404, "manager": 200, "operator": 200, "steward": 200, "dpo": 200, "corporate": 404},
    "who_saw":          {"manager": 200, "steward": 200, "dpo": 200, "auditor": 200},
    "who_saw_number":   {"manager": 200, "steward": 200, "dpo": 200, "auditor": 200},
}  # fmt: skip
SEARCHERS = ("teller", "sales", "manager", "operator", "steward", "dpo", "corporate")
OWN = {"sales": 404, "corporate": 404}
POSTED = {
    #                    address, its argument, what a role is answered
    "find":             ("find", None, dict.fromkeys(SEARCHERS, 200)),
    "peek":             ("customer_peek", "subject", dict.fromkeys(SEARCHERS, 200) | OWN),
    "star":             ("customer_star", "subject", dict.fromkeys(SEARCHERS, 302) | OWN),
    "view_save":        ("view_save", None, dict.fromkeys(SEARCHERS, 302)),
    "view_begin":       ("view_begin", None, dict.fromkeys(SEARCHERS, 302)),
    "view_remove":      ("view_remove", "view", dict.fromkeys(SEARCHERS, 404)),
    "view_restore":     ("view_restore", "view", dict.fromkeys(SEARCHERS, 404)),
    "view_share":       ("view_share", "view", dict.fromkeys(("manager", "steward"), 404)),
}  # fmt: skip
EVERYWHERE = {"operator", "marketing", "steward", "dpo", "auditor"}


def enter(person: object) -> Client:
    return signed_in(person)


@pytest.mark.parametrize("page", sorted(PAGES))
def test_every_page_for_every_role(house: House, page: str) -> None:
    here, elsewhere = house.customer("1"), house.customer("2", branch=house.wakaba)
    name, argument = PAGES[page]
    for role in ROLES:
        client = enter(getattr(house, role))
        wanted = EXPECTED[page].get(role, 403)
        address = reverse(name, kwargs={argument: here} if argument else None)
        assert client.get(address).status_code == wanted, (role, page)
        if argument:
            away = client.get(reverse(name, kwargs={argument: elsewhere}))
            assert away.status_code == (wanted if wanted == 403 or role in EVERYWHERE else 404), (role, page)
            unknown = client.get(reverse(name, kwargs={argument: uuid4()}))
            assert unknown.status_code == (403 if wanted == 403 else 404), (role, page)
            if away.status_code == 404:
                assert away.content == unknown.content
                assert dict(away.headers) == dict(unknown.headers)


@pytest.mark.parametrize("page", sorted(POSTED))
def test_every_posted_address_for_every_role(house: House, page: str) -> None:
    here, elsewhere = house.customer("1"), house.customer("2", branch=house.wakaba)
    name, argument, expected = POSTED[page]
    for role in ROLES:
        client = enter(getattr(house, role))
        wanted = expected.get(role, 403)
        sent = {"name": "一覧"}
        address = reverse(name, kwargs={argument: here} if argument else None)
        assert client.post(address, sent).status_code == wanted, (role, page)
        if argument == "subject":
            away, unknown = (client.post(reverse(name, kwargs={argument: one}), sent) for one in (elsewhere, uuid4()))
            assert away.status_code == (wanted if wanted == 403 or role in EVERYWHERE else 404), (role, page)
            assert unknown.status_code == (403 if wanted == 403 else 404), (role, page)
            if away.status_code == 404:
                assert away.content == unknown.content


OWN_IMPORTS = {"steward": 200, "dpo": 200}
IMPORT_PAGES = {
    #                    address, its argument, GET, POST: what a role is answered
    "import_new":       (None, {"steward": 200}, {"steward": 422}),
    "import_file":      ("draft", {"steward": 200}, {"steward": 422}),
    "import_columns":   ("draft", {"steward": 302}, {"steward": 302}),
    "import_check":     ("draft", {"steward": 302}, {"steward": 422}),
    "import_checking":  ("draft", {"steward": 200}, None),
    "import_run":       ("draft", {"steward": 302}, {"steward": 422}),
    "import_discard":   ("draft", None, {"steward": 302}),
    "import_result":    ("done", OWN_IMPORTS, None),
    "import_going":     ("done", OWN_IMPORTS, None),
    "import_cancel":    ("done", None, {"steward": 302}),
    "import_resume":    ("done", None, {"steward": 409}),
    "import_undo":      ("done", None, {"steward": 302}),
    "import_rejected":  ("done", None, {"steward": 200}),
}  # fmt: skip


def imported(house: House, *, done: bool) -> Import:
    found = Import(person=house.steward.id, branch=house.midoridai, file=uuid4(), size=5)
    if done:
        found.job = jobs.queue("test", person=house.steward.id, purpose="data-care", arguments={})
        type(found.job).objects.filter(pk=found.job.pk).update(state=State.DONE, finished=clock.now())
    found.save()
    return found


def test_the_matrix_names_every_address_of_imports() -> None:
    assert {"imports", *IMPORT_PAGES} == {one.name for one in import_addresses}


@pytest.mark.requirement("C7")
@pytest.mark.parametrize("page", sorted(IMPORT_PAGES))
def test_every_address_of_an_import_for_every_role(house: House, page: str) -> None:
    """What is not for a role says nothing of whether the import exists."""
    kind, read, written = IMPORT_PAGES[page]
    for role in ROLES:
        client = enter(getattr(house, role))
        for method, expected in (("get", read), ("post", written)):
            ask = getattr(client, method)
            wanted = (expected or dict.fromkeys(read or written or (), 405)).get(role, 403)
            known = imported(house, done=kind == "done").pk
            address = reverse(page, kwargs={"number": known} if kind else None)
            assert ask(address).status_code == wanted, (role, method)
            if kind:
                unknown = ask(reverse(page, kwargs={"number": uuid4()}))
                assert unknown.status_code == (wanted if wanted in (403, 405) else 404), (role, method)


def test_every_action_for_every_role_decides_as_the_page_of_roles_says(house: House) -> None:
    from tests.people import DOOR

    here, elsewhere = house.customer("1"), house.customer("2", branch=house.wakaba)
    checked = 0
    for role in ROLES:
        person = getattr(house, role)
        for action in actions.declared():
            grants = [grant for grant in SHIPPED[role].grants if action in grant.actions and person.rank >= grant.rank]
            for subject in (None, here, elsewhere, uuid4()):
                outcome = answer(person, action, subject, DOOR)
                checked += 1
                if not grants:
                    assert outcome == "refused", (role, action)
                elif subject is None:
                    assert outcome == "permit", (role, action)
                else:
                    reaches = {grant.reach.value for grant in grants if grants[0].purposes[0] in grant.purposes}
                    known = subject in (here, elsewhere)
                    fits = known and ("all" in reaches or ("branch" in reaches and subject == here))
                    assert outcome == ("permit" if fits else "hidden"), (role, action, subject)
    assert checked > 900


def answer(person: object, action: str, subject: UUID | None, door: object) -> str:
    try:
        decide(person, action, door=door, subject=subject)
    except Hidden:
        return "hidden"
    except Refused:
        return "refused"
    return "permit"


def test_department_scope_reaches_colleagues_customers_only(house: House) -> None:
    from toride.access.people import registry

    colleague = registry.add(
        "colleague", "同僚", roles=["corporate"], branch=house.head, department=house.corporate_department
    )
    mine, theirs = house.customer("1", owner=colleague), house.customer("2", owner=house.sales)
    permit = house.permit(house.corporate, "customers:profile:read", mine)
    assert permit.subject == mine
    with pytest.raises(Hidden):
        house.permit(house.corporate, "customers:profile:read", theirs)


def test_rank_opens_what_a_lower_rank_may_not(house: House) -> None:
    emiko = house.customer()
    assert house.permit(house.manager, "audit:subject:read", emiko)
    become(house.manager, rank=4)
    house.manager.refresh_from_db()
    with pytest.raises(Refused):
        house.permit(house.manager, "audit:subject:read", emiko)


def test_disabled_person_gets_nothing(house: House) -> None:
    client = enter(house.steward)
    assert client.get("/customers/").status_code == 200
    house.steward.is_active = False
    house.steward.save()
    answer = client.get("/customers/")
    assert answer.status_code in (302, 403)
    with pytest.raises(Refused):
        house.permit(house.steward, "customers:list:search")


def test_two_roles_on_a_list_open_only_what_both_open(house: House) -> None:
    from toride.vault.permit import Category, Opening

    become(house.teller, roles=["teller", "manager"])
    house.teller.refresh_from_db()
    permit = house.permit(house.teller, "customers:list:search")
    assert permit.opening(Category.BASIC, "birth_date") == Opening.MASKED
    assert permit.opening(Category.DERIVED) == Opening.MASKED
    emiko = house.customer()
    single = house.permit(house.teller, "customers:profile:read", emiko)
    assert single.opening(Category.DERIVED) == Opening.CLEAR
