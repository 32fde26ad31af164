"""What each role is answered at the addresses of webhooks."""

from uuid import UUID

from tests.addresses import FORM, Address, Rows, only
from tests.people import House
from toride.access.machines import services
from toride.base import clock
from toride.disclosure.models import Hook


def hook(house: House) -> UUID:
    given = {"username": "hasegawa", "name": "core", "wanted": ["customers.read"], "purpose": "service"}
    made = services.connect(house.permit(house.admin, "access:connection:manage"), **given)[0]
    return Hook.objects.create(
        connection=made, address="https://a.example/", kinds=[], inside=False, created=clock.now()
    ).pk


def row(house: House, number: int) -> str:
    given = {"username": "hasegawa", "name": f"core {number}", "wanted": ["customers.read"], "purpose": "service"}
    made = services.connect(house.permit(house.admin, "access:connection:manage"), **given)[0]
    at = f"https://{number}.example/"
    Hook.objects.create(connection=made, address=at, kinds=[], inside=False, created=clock.now())
    return at


H = {"hook": "hook"}
KNOWN = {"hook": hook}
ADDRESSES = (
    Address("hooks", only(200, "admin"), rows=Rows("admin", row, "an administrator manages every webhook")),
    Address("hook_new", only(200, "admin"), only(422, "admin"), rows=FORM),
    Address("hook_secret", post=only(200, "admin"), known=H),
    Address("hook_test", post=only(409, "admin"), known=H),
    Address("hook_end", post=only(302, "admin"), known=H),
)
