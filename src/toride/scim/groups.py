"""Groups, as a directory keeps them; those on the connection's list give a duty."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from scim2_models import Context, InvalidValueException, Meta, PatchOp, Reference

from toride.access.people.models import DirectoryGroup
from toride.access.people.provisioning import groups
from toride.access.people.provisioning.groups import Said
from toride.scim import gateway, listing
from toride.scim.shapes import Group, GroupMember, User, stamped, version
from toride.scim.users import connection
from toride.vault.permit import Permit

COLUMNS = {"displayname": "name__iexact", "externalid": "external"}


def listed(request: HttpRequest, permit: Permit) -> HttpResponse:
    """A page of groups."""
    question = listing.asked(request, Group)
    answer, count = listing.page(question, _rows(request), Group, lambda rows: shown(request, rows), COLUMNS)
    permit.ledger.facts["groups"] = count
    return answer


def read(request: HttpRequest, permit: Permit, number: str) -> HttpResponse:
    """One group."""
    group = groups.known(connection(request), gateway.number(number))
    permit.ledger.facts["group"] = str(group.pk)
    return _answered(request, group, Context.RESOURCE_QUERY_RESPONSE)


def founded(request: HttpRequest, permit: Permit) -> HttpResponse:
    """A new group."""
    sent = Group.model_validate(gateway.body(request), scim_ctx=Context.RESOURCE_CREATION_REQUEST)
    group = groups.found(permit, connection(request), _said(sent))
    return _answered(request, group, Context.RESOURCE_CREATION_RESPONSE, status=201)


def replaced(request: HttpRequest, permit: Permit, number: str) -> HttpResponse:
    """A group as a whole."""
    sent = Group.model_validate(gateway.body(request), scim_ctx=Context.RESOURCE_REPLACEMENT_REQUEST)

    def amend(group: DirectoryGroup) -> Said:
        stands = _one(request, group)
        gateway.must_match(request, version(stands))
        sent.replace(stands)
        return _said(sent)

    group = groups.change(permit, connection(request), gateway.number(number), amend)
    return _answered(request, group, Context.RESOURCE_REPLACEMENT_RESPONSE)


def patched(request: HttpRequest, permit: Permit, number: str) -> HttpResponse:
    """Some members come or go, or the name is another."""
    operations = gateway.operations(request, PatchOp[Group])

    def amend(group: DirectoryGroup) -> Said:
        stands = _one(request, group)
        gateway.must_match(request, version(stands))
        operations.patch(stands)
        return _said(stands)

    group = groups.change(permit, connection(request), gateway.number(number), amend)
    return _answered(request, group, Context.RESOURCE_PATCH_RESPONSE)


def removed(request: HttpRequest, permit: Permit, number: str) -> HttpResponse:
    """A group goes, and the duty that it gave."""

    def check(group: DirectoryGroup) -> None:
        gateway.must_match(request, version(_one(request, group)))

    groups.remove(permit, connection(request), gateway.number(number), check)
    return HttpResponse(status=204)


def shown(request: HttpRequest, rows: Sequence[DirectoryGroup]) -> list[Group]:
    """Groups in the shape that a directory reads, without a version."""
    links = DirectoryGroup.members.through.objects.filter(directorygroup__in=[row.pk for row in rows])
    held: dict[Any, list[GroupMember]] = {}
    for group, person in links.order_by("pk").values_list("directorygroup", "person"):
        place = request.build_absolute_uri(reverse("scim_user", kwargs={"number": person}))
        held.setdefault(group, []).append(GroupMember(value=str(person), ref=Reference[User](place), type="User"))
    return [_shaped(request, row, held.get(row.pk, [])) for row in rows]


def _one(request: HttpRequest, group: DirectoryGroup) -> Group:
    found: Group = stamped(shown(request, [group])[0])
    return found


def _answered(request: HttpRequest, group: DirectoryGroup, context: Context, *, status: int = 200) -> HttpResponse:
    found = _one(request, group)
    content = found.model_dump(scim_ctx=context, response_parameters=listing.parts(request, Group))
    return gateway.told(request, content, version(found), _place(request, group), status=status)


def _rows(request: HttpRequest) -> QuerySet[DirectoryGroup]:
    return DirectoryGroup.objects.filter(connection=connection(request)).order_by("created", "pk")


def _shaped(request: HttpRequest, group: DirectoryGroup, members: list[GroupMember]) -> Group:
    found = Group(
        id=str(group.pk), external_id=group.external or None, display_name=group.name, members=members or None
    )
    found.meta = Meta(
        resource_type="Group", created=group.created, last_modified=group.changed, location=_place(request, group)
    )
    return found


def _place(request: HttpRequest, group: DirectoryGroup) -> str:
    return request.build_absolute_uri(reverse("scim_group", kwargs={"number": group.pk}))


def _said(found: Group) -> Said:
    try:
        members = [UUID(one.value or "") for one in found.members or []]
    except ValueError:
        raise InvalidValueException(detail="members: each value is the id of a person") from None
    return Said(name=found.display_name or "", external=found.external_id or "", members=members)
