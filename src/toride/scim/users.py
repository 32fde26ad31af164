"""People, as a directory reads, admits, changes and ends them."""

from collections.abc import Sequence
from typing import Any, cast

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from scim2_models import Context, Email, GroupMembership, InvalidValueException, Meta, PatchOp, Reference

from toride.access.models import Connection, Person
from toride.access.people.models import DirectoryGroup
from toride.access.people.provisioning import people
from toride.access.people.provisioning.people import Said
from toride.scim import gateway, listing
from toride.scim.shapes import Name, User, stamped, version
from toride.vault.permit import Permit

COLUMNS = {"username": "username__iexact", "externalid": "provisioned__external"}


def listed(request: HttpRequest, permit: Permit) -> HttpResponse:
    """A page of people."""
    question = listing.asked(request, User)
    answer, count = listing.page(question, _rows(), User, lambda rows: shown(request, rows), COLUMNS)
    permit.ledger.facts["people"] = count
    return answer


def read(request: HttpRequest, permit: Permit, number: str) -> HttpResponse:
    """One person."""
    person = people.known(gateway.number(number))
    permit.ledger.facts["person"] = str(person.id)
    return answered(request, person, Context.RESOURCE_QUERY_RESPONSE)


def admitted(request: HttpRequest, permit: Permit) -> HttpResponse:
    """A new person."""
    sent = User.model_validate(gateway.body(request), scim_ctx=Context.RESOURCE_CREATION_REQUEST)
    person = people.admit(permit, connection(request), _said(sent, active=True))
    return answered(request, person, Context.RESOURCE_CREATION_RESPONSE, status=201)


def replaced(request: HttpRequest, permit: Permit, number: str) -> HttpResponse:
    """A person as a whole; `active` stays as it is where nothing is said of it."""
    sent = User.model_validate(gateway.body(request), scim_ctx=Context.RESOURCE_REPLACEMENT_REQUEST)

    def amend(person: Person) -> Said:
        stands = one(request, person)
        gateway.must_match(request, version(stands))
        sent.replace(stands)
        return _said(sent, active=person.is_active)

    person = people.change(permit, connection(request), gateway.number(number), amend)
    return answered(request, person, Context.RESOURCE_REPLACEMENT_RESPONSE)


def patched(request: HttpRequest, permit: Permit, number: str) -> HttpResponse:
    """Some of a person's attributes."""
    operations = gateway.operations(request, PatchOp[User])

    def amend(person: Person) -> Said:
        stands = one(request, person)
        gateway.must_match(request, version(stands))
        operations.patch(stands)
        if stands.active is None:
            raise InvalidValueException(detail="active is true or false")
        return _said(stands, active=person.is_active)

    person = people.change(permit, connection(request), gateway.number(number), amend)
    return answered(request, person, Context.RESOURCE_PATCH_RESPONSE)


def removed(request: HttpRequest, permit: Permit, number: str) -> HttpResponse:
    """A person whom the directory no longer knows: ended."""

    def check(person: Person) -> None:
        gateway.must_match(request, version(one(request, person)))

    people.remove(permit, connection(request), gateway.number(number), check)
    return HttpResponse(status=204)


def answered(request: HttpRequest, person: Person, context: Context, *, status: int = 200) -> HttpResponse:
    """A person as an answer, with version and place."""
    found = one(request, _rows().get(pk=person.pk))
    wanted = listing.parts(request, User)
    content = found.model_dump(scim_ctx=context, response_parameters=wanted)
    return gateway.told(request, content, version(found), str(_meta(found).location), status=status)


def one(request: HttpRequest, person: Person) -> User:
    """A person in the shape that a directory reads."""
    found: User = stamped(shown(request, [person])[0])
    return found


def shown(request: HttpRequest, rows: Sequence[Person]) -> list[User]:
    """People in that shape, without a version; the groups are the connection's own."""
    links = DirectoryGroup.members.through.objects.filter(
        directorygroup__connection=connection(request), person__in=[row.pk for row in rows]
    )
    held: dict[Any, list[GroupMembership]] = {}
    for person, group, name in links.values_list("person", "directorygroup", "directorygroup__name"):
        place = request.build_absolute_uri(reverse("scim_group", kwargs={"number": group}))
        membership = GroupMembership(value=str(group), ref=Reference(place), display=name, type="direct")
        held.setdefault(person, []).append(membership)
    return [_shaped(request, row, held.get(row.pk, [])) for row in rows]


def connection(request: HttpRequest) -> Connection:
    """The connection that came in."""
    return cast("Connection", request.connection)  # type: ignore[attr-defined]


def _rows() -> QuerySet[Person]:
    rows = Person.objects.select_related("provisioned").exclude(provisioned__removed=True)
    return rows.order_by("created", "pk")


def _shaped(request: HttpRequest, person: Person, groups: list[GroupMembership]) -> User:
    """In the directory's own words where it has said any."""
    row = getattr(person, "provisioned", None)
    words: dict[str, Any] = row.said if row else _own_words(person)
    found = User(
        id=str(person.pk), external_id=row.external or None if row else None, user_name=person.username,
        display_name=words.get("displayName"), active=person.is_active, groups=groups or None,
        name=Name.model_validate(words["name"]) if words.get("name") else None,
        emails=[Email.model_validate(mail) for mail in words.get("emails") or []] or None,
    )  # fmt: skip
    place = request.build_absolute_uri(reverse("scim_user", kwargs={"number": person.pk}))
    changed = max(row.changed, person.created) if row else person.created
    found.meta = Meta(resource_type="User", created=person.created, last_modified=changed, location=place)
    return found


def _own_words(person: Person) -> dict[str, Any]:
    return {"displayName": person.name, "emails": [{"value": person.email}] if person.email else []}


def _said(found: User, *, active: bool) -> Said:
    """What of it is kept. `active` where nothing is said."""
    words = found.model_dump(include={"name", "display_name", "emails"})
    words.pop("schemas", None)
    name, mails = found.name or Name(), found.emails or []
    parts = " ".join(part for part in (name.family_name, name.given_name) if part)
    mail = next((one for one in mails if one.primary), mails[0] if mails else Email())
    return Said(
        username=found.user_name or "",
        name=found.display_name or name.formatted or parts or found.user_name or "",
        email=str(mail.value or ""),
        external=found.external_id or "",
        active=active if found.active is None else found.active,
        words=words,
    )


def _meta(found: User) -> Meta:
    return found.meta or Meta()
