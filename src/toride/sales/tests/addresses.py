"""What each role is answered at the addresses of deals."""

from uuid import UUID

from tests.addresses import Address, Rows, only
from tests.people import House
from toride.access.models import Branch
from toride.customers.models import Customer
from toride.lists import services as lists
from toride.lists.setting import Setting
from toride.sales import services
from toride.sales.deals import DEALS

SELLERS = ("sales", "manager", "corporate")
OWN = {"sales": 404, "corporate": 404}  # whose duties reach their own customers only
MANAGER = only(200, "manager") | OWN


def opened(house: House, subject: UUID, title: str = "住宅ローン", branch: Branch | None = None) -> UUID:
    """By whoever may, wherever the customer is."""
    from dataclasses import replace

    from toride.vault.permit import Rows as Reach

    permit = house.permit(house.manager, "sales:deal:open")
    wide = replace(permit, rows=Reach(everything=True), subject=subject)
    return services.open_deal(wide, subject, written={"title": title})


def deal(house: House) -> UUID:
    """Of the customer at Midoridai."""
    return opened(house, Customer.objects.filter(branch=house.midoridai).latest("created").pk)


def view(house: House) -> UUID:
    permit = house.permit(house.other_teller, "customers:view:save")
    return lists.save(permit, name="自分の一覧", setting=Setting(DEALS))


def listed(house: House, number: int) -> str:
    opened(house, house.customer(f"77-{number}"), title := f"案件{number:03}")
    return title


def away(house: House) -> str:
    opened(house, house.customer("99-1", branch=house.wakaba), "若葉の案件")
    return "若葉の案件"


ROWS = Rows(asker="manager", make=listed, away=away)
KNOWN = {"deal": deal, "deals view": view}
S, D, V = {"subject": "customer"}, {"subject": "customer", "deal": "deal"}, {"view": "deals view"}
ADDRESSES = (
    Address("deals", only(200, *SELLERS), only(200, *SELLERS), rows=ROWS),
    Address("deals_board", only(200, *SELLERS), only(200, *SELLERS), rows=ROWS),
    Address("deals_view", only(404, *SELLERS), only(404, *SELLERS), known=V),
    Address("deals_view_share", post=only(404, "manager", "steward"), known=V, sent={"name": "一覧"}),
    Address("customer_deals", MANAGER, known=S),
    Address("deal_new", MANAGER, only(422, "manager") | OWN, known=S),
    Address("deal", MANAGER, known=D),
    Address("deal_change", MANAGER, only(302, "manager") | OWN, known=D),
    Address("deal_move", post=only(302, "manager") | OWN, known=D, sent={"stage": "won"}),
    *(
        Address(f"deals_{name}", post=answers, known=known, sent={"name": "一覧"})
        for name, answers, known in (
            ("view_save", only(302, "teller", "operator", "steward", "dpo", *SELLERS), {}),
            ("view_begin", only(302, "teller", "operator", "steward", "dpo", *SELLERS), {}),
            ("view_remove", only(404, "teller", "operator", "steward", "dpo", *SELLERS), V),
            ("view_restore", only(404, "teller", "operator", "steward", "dpo", *SELLERS), V),
        )
    ),
)
