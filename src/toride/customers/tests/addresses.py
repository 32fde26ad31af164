"""What each role is answered at the addresses of customers."""

from uuid import UUID, uuid4

from tests.addresses import FORM, Address, Rows, only
from tests.people import House
from toride.access.facts import Facts
from toride.access.models import Branch, Person
from toride.base import clock
from toride.customers.finding.declaration import CUSTOMERS
from toride.customers.handing import services as handing
from toride.customers.models import Import
from toride.jobs import running as jobs
from toride.jobs.models import State
from toride.lists import services as lists
from toride.lists.setting import Setting
from toride.vault import files, records
from toride.vault.keyring import Kind

SEARCHERS = ("teller", "sales", "manager", "operator", "steward", "dpo", "corporate")
WRITERS = ("teller", "sales", "manager", "steward", "corporate")
OWN = {"sales": 404, "corporate": 404}  # whose duties reach their own customers only
READ = only(200, *SEARCHERS, "marketing") | OWN
S = {"subject": "customer"}
V = {"view": "view"}
DRAFT, DONE = {"number": "draft"}, {"number": "done"}
NAMED = {"name": "一覧"}


def customers(house: House) -> tuple[UUID, UUID]:
    return house.customer(), house.customer("2", branch=house.wakaba)


def view(house: House) -> UUID:
    """Somebody's own."""
    permit = house.permit(house.other_teller, "customers:view:save")
    return lists.save(permit, name="自分の一覧", setting=Setting(CUSTOMERS))


def handover(house: House) -> UUID:
    """The manager's."""
    subject = house.customer("3", owner=house.sales)
    permit = house.permit(house.manager, "customers:charge:move")
    return handing.hand_over(permit, chosen=[subject], to=Facts("002", None), reason="異動にともなう担当替えです。").pk


def draft(house: House) -> UUID:
    return imported(house, done=False).pk


def done(house: House) -> UUID:
    return imported(house, done=True).pk


def imported(house: House, *, done: bool) -> Import:
    found = Import(person=house.steward.id, branch=house.midoridai, file=uuid4(), size=5)
    if done:
        found.file = files.keep(["顧客番号,氏名\n".encode()], most=100)
        found.job = jobs.queue("test", person=house.steward.id, purpose="data-care", arguments={})
        type(found.job).objects.filter(pk=found.job.pk).update(state=State.DONE, finished=clock.now())
    found.save()
    return found


def row(house: House, number: int) -> str:
    house.customer(f"40{number}", name=f"一覧 花{number}")
    return f"一覧 花{number}"


def row_away(house: House) -> str:
    house.customer("409", name="若葉 遠子", branch=house.wakaba)
    return "若葉 遠子"


def file(house: House, number: int) -> str:
    row = imported(house, done=True)
    row.about = records.seal_with(Kind.FILES, {"name": f"一覧{number}.csv", "origin": ""}, row.pk)
    row.save()
    return f"一覧{number}.csv"


def moved(house: House, number: int) -> str:
    return _moved(house, house.manager, house.midoridai, number, "002")


def moved_away(house: House) -> str:
    other = house.person("ono", "小野 光", "manager", house.wakaba, rank=6)
    house.person("kita", "北 移", "teller", house.wakaba)
    return _moved(house, other, house.wakaba, 9, "003")


def _moved(house: House, manager: Person, branch: Branch, number: int, place: str) -> str:
    subject = house.customer(f"41{number}", branch=branch, owner=house.sales)
    owner = house.person(f"owner{number}", f"引継 次郎{number}", "teller", branch)
    permit = house.permit(manager, "customers:charge:move")
    handing.hand_over(permit, chosen=[subject], to=Facts(place, owner.id), reason="異動にともなう担当替えです。")
    return owner.name


EVERYBODYS = "stewards and data protection officers see every import"
KNOWN = {"customer": customers, "view": view, "handover": handover, "draft": draft, "done": done}
ADDRESSES = (
    Address("customers", only(200, *SEARCHERS), only(200, *SEARCHERS), rows=Rows("teller", row, row_away)),
    Address("find", post=only(200, *SEARCHERS)),
    Address("customers_view_save", post=only(302, *SEARCHERS), sent=NAMED),
    Address("customers_view_begin", post=only(302, *SEARCHERS), sent=NAMED),
    Address("customers_view", only(404, *SEARCHERS), only(404, *SEARCHERS), known=V),
    Address("customers_view_share", post=only(404, "manager", "steward"), known=V, sent=NAMED),
    Address("customers_view_remove", post=only(404, *SEARCHERS), known=V),
    Address("customers_view_restore", post=only(404, *SEARCHERS), known=V),
    Address(
        "handover",
        only(200, "manager", "steward"),
        only(422, "manager", "steward"),
        sent={"send": "1"},
        rows=Rows("manager", moved, moved_away),
    ),
    Address("handover_one", {"manager": 200, "steward": 404}, known={"number": "handover"}),
    Address("customer_new", only(200, *WRITERS), only(422, *WRITERS), rows=FORM),
    Address("customer_owners", post=only(200, *WRITERS)),
    Address("customer_likely", post=only(200, *SEARCHERS)),
    Address("postcode", post=only(200, *WRITERS), sent={"code": "980-0811"}),
    Address("profile", READ, READ, known=S),
    Address("customer_peek", post=only(200, *SEARCHERS) | OWN, known=S),
    Address("customer_star", post=only(302, *SEARCHERS) | OWN, known=S),
    Address("customer_change", only(200, *WRITERS) | OWN, only(302, *WRITERS) | OWN, known=S),
    Address("customer_history", only(200, *SEARCHERS) | OWN, only(200, *SEARCHERS) | OWN, known=S),
    Address("customer_apart", only(200, "dpo"), only(200, "dpo"), known=S),
    Address("customer_apart_end", post=only(302, "dpo"), known=S),
    Address(
        "customer_reveal", post=only(422, "teller", "manager", "operator", "steward") | only(404, "sales"), known=S
    ),
    Address(
        "imports", only(200, "steward", "dpo"), only(200, "steward", "dpo"), rows=Rows("steward", file, EVERYBODYS)
    ),
    Address("imports_view", only(404, "steward", "dpo"), only(404, "steward", "dpo"), known=V),
    Address("imports_view_save", post=only(302, *SEARCHERS), sent=NAMED),
    Address("imports_view_begin", post=only(302, *SEARCHERS), sent=NAMED),
    Address("imports_view_share", post=only(404, "manager", "steward"), known=V, sent=NAMED),
    Address("imports_view_remove", post=only(404, *SEARCHERS), known=V),
    Address("imports_view_restore", post=only(404, *SEARCHERS), known=V),
    Address("import_new", only(200, "steward"), only(422, "steward"), rows=FORM),
    Address("import_file", only(200, "steward"), only(422, "steward"), known=DRAFT),
    Address("import_columns", only(302, "steward"), only(302, "steward"), known=DRAFT),
    Address("import_check", only(302, "steward"), only(422, "steward"), known=DRAFT),
    Address("import_checking", only(200, "steward"), known=DRAFT),
    Address("import_run", only(302, "steward"), only(422, "steward"), known=DRAFT),
    Address("import_discard", post=only(302, "steward"), known=DRAFT),
    Address("import_result", only(200, "steward", "dpo"), known=DONE),
    Address("import_going", only(200, "steward", "dpo"), known=DONE),
    Address("import_cancel", post=only(302, "steward"), known=DONE),
    Address("import_resume", post=only(409, "steward"), known=DONE),
    Address("import_undo", post=only(302, "steward"), known=DONE),
    Address("import_rejected", post=only(200, "steward"), known=DONE),
)
