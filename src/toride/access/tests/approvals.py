"""Requests as one person asks for them and another decides."""

from tests.people import House
from toride.access.actions import Action
from toride.access.models import Approval, Person
from toride.access.people import role_changes

WORDS = "異動の発令がありました。"


def asked(house: House, person: Person | None = None, **change: object) -> Approval:
    who = person or house.teller
    wanted = {"roles": ["sales"], "rank": 3, "branch": "002"} | change
    return role_changes.change(house.permit(house.admin, Action.PERSON_CHANGE), who.id, reason=WORDS, **wanted)
