"""What a directory may say and is told, as RFC 7643 shapes it; what stands here and nowhere else is read."""

import hashlib
from typing import Annotated, Any

import orjson
from pydantic import Field
from scim2_models import (
    URN,
    AuthenticationScheme,
    Bulk,
    CaseExact,
    ChangePassword,
    ComplexAttribute,
    Email,
    ETag,
    Filter,
    GroupMembership,
    Mutability,
    Patch,
    Reference,
    Required,
    Resource,
    ResourceType,
    Schema,
    ScimPolicy,
    ScimProvider,
    ServiceProviderConfig,
    Sort,
    Uniqueness,
)

MOST = 200  # resources in one answer


class Name(ComplexAttribute):
    """The parts of a person's name."""

    formatted: str | None = None
    family_name: str | None = None
    given_name: str | None = None


class User(Resource[Any]):
    """A person. Passwords, roles and entitlements are not read: duties come by groups only."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:User")

    user_name: Annotated[str | None, Uniqueness.server, Required.true] = None
    name: Name | None = None
    display_name: str | None = None
    active: bool | None = None
    emails: list[Email] | None = None
    groups: Annotated[list[GroupMembership] | None, Mutability.read_only] = None


class GroupMember(ComplexAttribute):
    """A person in a group."""

    value: Annotated[str | None, Mutability.immutable, CaseExact.true] = None
    ref: Annotated[Reference["User"] | None, Mutability.immutable] = Field(
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    type: Annotated[str | None, Mutability.immutable] = Field(None, examples=["User"])


class Group(Resource[Any]):
    """A group of the directory; its name decides whether it gives a duty."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:Group")

    display_name: Annotated[str | None, Required.true] = None
    members: list[GroupMember] | None = None


CONFIG = ServiceProviderConfig(
    patch=Patch(supported=True),
    bulk=Bulk(supported=False, max_operations=0, max_payload_size=0),
    filter=Filter(supported=True, max_results=MOST),
    change_password=ChangePassword(supported=False),
    sort=Sort(supported=False),
    etag=ETag(supported=True),
    authentication_schemes=[
        AuthenticationScheme(
            type=AuthenticationScheme.Type.oauthbearertoken,
            name="Key of a connection",
            description="Authorization: Bearer toride_ak_…",
            primary=True,
        )
    ],
)
# What directories are known to send: attributes that nobody asked for, and removals by value.
POLICY = ScimPolicy(
    unknown=ScimPolicy.Unknown.ignore,
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
)
PROVIDER = ScimProvider(models=[User, Group], config=CONFIG, policy=POLICY)
TYPES = PROVIDER.resource_types


def version(found: Resource[Any]) -> str:
    """An entity tag (RFC 7232) of what stands, `meta` apart."""
    content = orjson.dumps(found.model_dump(exclude={"meta"}), option=orjson.OPT_SORT_KEYS)
    return f'W/"{hashlib.sha256(content).hexdigest()[:20]}"'


def stamped(found: Any) -> Any:
    """A resource with its version."""
    found.meta.version = version(found)
    return found


def schemas() -> list[Schema]:
    """What is described of each shape. `active` is asked for always, though a person without it is not refused."""
    found = [*PROVIDER.schemas, *(one.to_schema() for one in (ServiceProviderConfig, ResourceType, Schema))]
    for attribute in found[0].attributes or []:
        if attribute.name == "active":
            attribute.required = Required.true
    return found
