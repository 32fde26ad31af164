"""Addresses of a directory."""

from django.urls import path, re_path

from toride.access.actions import Action
from toride.scim.addresses import address

READ, WRITE = Action.PERSON_READ, Action.PERSON_PROVISION

urlpatterns = [
    path("Users", address(GET=(READ, "users.listed"), POST=(WRITE, "users.admitted")), name="scim_users"),
    path("Users/.search", address(POST=(READ, "users.listed")), name="scim_users_search"),
    path(
        "Users/<str:number>",
        address(GET=(READ, "users.read"), PUT=(WRITE, "users.replaced"), PATCH=(WRITE, "users.patched"),
                DELETE=(WRITE, "users.removed")),
        name="scim_user",
    ),
    path("Groups", address(GET=(READ, "groups.listed"), POST=(WRITE, "groups.founded")), name="scim_groups"),
    path("Groups/.search", address(POST=(READ, "groups.listed")), name="scim_groups_search"),
    path(
        "Groups/<str:number>",
        address(GET=(READ, "groups.read"), PUT=(WRITE, "groups.replaced"), PATCH=(WRITE, "groups.patched"),
                DELETE=(WRITE, "groups.removed")),
        name="scim_group",
    ),
    path(".search", address(POST=(READ, "gateway.everywhere")), name="scim_search"),
    path("ServiceProviderConfig", address(GET=(READ, "discovery.config")), name="scim_config"),
    path("ResourceTypes", address(GET=(READ, "discovery.types")), name="scim_types"),
    path("ResourceTypes/<str:name>", address(GET=(READ, "discovery.types")), name="scim_type"),
    path("Schemas", address(GET=(READ, "discovery.shapes")), name="scim_shapes"),
    path("Schemas/<str:name>", address(GET=(READ, "discovery.shapes")), name="scim_shape"),
    re_path("^.*$", address()),
]  # fmt: skip
