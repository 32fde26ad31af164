"""A signed-in person, as a browser would be: forms are posted by htmx."""

from uuid import UUID

from tests.people import House
from toride.access.models import Person
from toride.customers.finding import services
from toride.customers.finding.setting import Setting
from toride.customers.models import Customer


def saved_view(house: House, person: Person, name: str = "一覧", **setting: object) -> UUID:
    return services.save(house.permit(person, "customers:view:save"), name=name, setting=Setting(**setting))


def shared_view(house: House, person: Person, reach: str, name: str = "共有", **setting: object) -> UUID:
    made = saved_view(house, person, name, **setting)
    permit = house.permit(person, "customers:view:share")
    services.share(permit, view=made, reach=reach, branch=person.branch_id, name=name, setting=Setting(**setting))
    return made


def starred(house: House, person: Person, subject: UUID) -> None:
    services.star(house.permit(person, "customers:star:set", subject), subject, on=True)


def move(subject: UUID, branch: object) -> None:
    Customer.objects.filter(subject=subject).update(branch=branch)
