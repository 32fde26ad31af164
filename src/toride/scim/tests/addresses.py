"""What a key of each role is answered at each operation of a directory."""

from uuid import UUID, uuid4

from tests.addresses import Answers, Operation, only
from tests.people import House


def admin(status: int) -> Answers:
    return only(status, "admin")


def person(house: House) -> UUID:
    return house.teller.pk


def nobody(_house: House) -> UUID:
    return uuid4()


KNOWN = {"person": person, "group": nobody}
OPERATIONS = (
    Operation("GET", "/Users", admin(200)),
    Operation("POST", "/Users", admin(400)),
    Operation("POST", "/Users/.search", admin(200)),
    Operation("GET", "/Users/{}", admin(200), "person"),
    Operation("PUT", "/Users/{}", admin(400), "person", unread=True),
    Operation("PATCH", "/Users/{}", admin(400), "person", unread=True),
    Operation("DELETE", "/Users/{}", admin(204), "person"),
    Operation("GET", "/Groups", admin(200)),
    Operation("POST", "/Groups", admin(400)),
    Operation("POST", "/Groups/.search", admin(200)),
    Operation("GET", "/Groups/{}", admin(404), "group"),
    Operation("PUT", "/Groups/{}", admin(400), "group", unread=True),
    Operation("PATCH", "/Groups/{}", admin(400), "group", unread=True),
    Operation("DELETE", "/Groups/{}", admin(404), "group"),
    Operation("POST", "/.search", admin(501)),
    Operation("GET", "/ServiceProviderConfig", admin(200)),
    Operation("GET", "/ResourceTypes", admin(200)),
    Operation("GET", "/ResourceTypes/User", admin(200)),
    Operation("GET", "/Schemas", admin(200)),
    Operation("GET", "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User", admin(200)),
)
