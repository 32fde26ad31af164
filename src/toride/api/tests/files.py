"""Files as a machine sends them."""

from uuid import UUID

from tests.people import House
from toride.api.tests.machines import Machine
from toride.customers.imports.tests.wizard import TEXT
from toride.customers.models import Import

IMPORTS = "/api/v1/imports"


RAW = "application/octet-stream"


def loader(house: House, **given: object) -> Machine:
    return Machine(house, "konno", "data-care", wanted=["imports", "customers.read"], **given)


def begun(machine: Machine, text: str = TEXT, **more: object) -> str:
    content = text.encode("cp932")
    sent = {"branch": "002", "name": "名簿.csv", "origin": "勘定系", "size": len(content)} | more
    made = machine("POST", IMPORTS, sent)
    assert made.status_code == 201, made.content
    for offset in range(0, len(content), made.json()["part"]):
        part = content[offset : offset + made.json()["part"]]
        found = machine("PUT", f"{made['Location']}/file?offset={offset}", part, Content_Type=RAW)
        assert found.status_code == 200, found.content
    assert found.json() == {"stands": len(content), "size": len(content)}
    return made["Location"]


def kept(address: str) -> Import:
    return Import.objects.get(pk=UUID(address.rpartition("/")[2]))
