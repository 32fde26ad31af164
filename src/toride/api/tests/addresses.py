"""What a key of each role is answered at each operation."""

from uuid import UUID

from tests.addresses import Operation, only
from tests.people import House
from toride.customers.tests.addresses import done, draft

SEARCHERS = ("teller", "sales", "manager", "operator", "steward", "dpo", "corporate")
WRITERS = ("teller", "sales", "manager", "steward", "corporate")
OWN = {"sales": 404, "corporate": 404}  # whose duties reach their own customers only
LOADERS, READERS, SEERS = ("steward",), ("steward", "dpo"), ("manager", "steward", "dpo", "auditor")


def person(house: House) -> UUID:
    return house.teller.pk


KNOWN = {"draft": draft, "done": done, "member": person}
OPERATIONS = (
    Operation("POST", "/customers/search", only(200, *SEARCHERS)),
    Operation("GET", "/customers/{}", only(200, *SEARCHERS, "marketing") | OWN, "customer"),
    Operation("PATCH", "/customers/{}", only(422, *WRITERS) | OWN, "customer"),
    Operation("POST", "/customers", only(422, *WRITERS)),
    Operation("GET", "/customers/{}/events", only(200, *SEERS), "customer"),
    Operation("GET", "/deals", only(200, "sales", "manager", "corporate")),
    Operation("GET", "/imports", only(200, *READERS)),
    Operation("POST", "/imports", only(422, *LOADERS)),
    Operation("PUT", "/imports/{}/file", only(422, *LOADERS), "draft", unread=True),
    Operation("GET", "/imports/{}/columns", only(422, *LOADERS), "draft"),
    Operation("PUT", "/imports/{}/columns", only(422, *LOADERS), "draft", unread=True),
    Operation("POST", "/imports/{}/check", only(422, *LOADERS), "draft"),
    Operation("GET", "/imports/{}/check", only(200, *LOADERS), "draft"),
    Operation("POST", "/imports/{}/run", only(422, *LOADERS), "draft"),
    Operation("GET", "/imports/{}", only(200, *READERS), "done"),
    Operation("DELETE", "/imports/{}", only(204, *LOADERS), "draft"),
    Operation("GET", "/people", only(200, "admin")),
    Operation("GET", "/people/{}", only(200, "admin"), "member"),
    Operation("GET", "/trail/events", only(200, "dpo", "auditor")),
)
