"""A signed-in person, as a browser would be: forms are posted by htmx."""

from functools import partial
from uuid import UUID

from tests.people import House
from toride.access.models import Person
from toride.customers.finding import stars
from toride.customers.finding.declaration import CUSTOMERS
from toride.customers.models import Customer
from toride.lists import services, setting

Setting = partial(setting.Setting, CUSTOMERS)
kept = partial(setting.kept, CUSTOMERS)


def saved_view(house: House, person: Person, name: str = "一覧", **setting: object) -> UUID:
    return services.save(house.permit(person, "customers:view:save"), name=name, setting=Setting(**setting))


def shared_view(house: House, person: Person, reach: str, name: str = "共有", **setting: object) -> UUID:
    made = saved_view(house, person, name, **setting)
    permit = house.permit(person, "customers:view:share")
    services.share(permit, view=made, reach=reach, branch=person.branch_id, name=name, setting=Setting(**setting))
    return made


def starred(house: House, person: Person, subject: UUID) -> None:
    stars.star(house.permit(person, "customers:star:set", subject), subject, on=True)


def move(subject: UUID, branch: object) -> None:
    Customer.objects.filter(subject=subject).update(branch=branch)
