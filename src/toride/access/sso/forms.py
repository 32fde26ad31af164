"""What the administrator typed becomes a provider's configuration, or advice by field."""

import unicodedata
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from toride.access import policy
from toride.access.models import Branch, Provider
from toride.access.people.registry import MOST_RANK
from toride.access.sso import config, metadata, oidc
from toride.access.sso.assertion import Doubt
from toride.access.sso.config import Config, Mapped
from toride.base.errors import Invalid, Unavailable

MOST_MAPPED = 40
MOST_VALUES = 20
LONGEST = {"name": 60, "issuer": 200, "client": 200, "secret": 400, "claim": 60, "groups": 60}
LONGEST_GROUP = 200
ASKED = ("issuer", "client", "secret")  # of OpenID Connect only
NEEDED = ("name", "issuer", "client", "claim")


def provider(typed: Any, before: Provider) -> dict[str, Any]:
    """What `providers.ask` takes, of a QueryDict; the provider was asked what it says of itself, or its file read.

    Raises Invalid with the fields that are wrong.
    """
    errors: dict[str, Any] = {}
    is_saml = before.kind == Provider.Kind.SAML
    words = {name: _words(typed, name, errors) for name in LONGEST if not (is_saml and name in ASKED)}
    inside = typed.get("inside") == "1"
    who = _described(typed, before, errors) if is_saml else _asked(words, errors, inside=inside)
    branch = typed.get("branch", "")
    if branch and not Branch.objects.filter(code=branch).exists():
        errors["branch"] = _("Choose a home branch")
    wanted = Config(
        **who, claim=words["claim"], groups=words["groups"], mapped=_mapped(typed, errors),
        branch=branch, vouching=_values(typed.get("vouching", ""), errors),
        own=tuple(code for code in policy.current().duties if code in typed.getlist("own")), inside=inside,
    )  # fmt: skip
    if wanted.mapped and not wanted.groups:
        errors["groups"] = _("Enter the claim that contains the groups.")
    if not errors and not is_saml:
        _reach(wanted, errors)
    if errors:
        raise Invalid(_("Please fix the highlighted fields."), errors)
    flags = {name: typed.get(name) == "1" for name in ("active", "sole")}
    return {"kind": before.kind, "name": words["name"], "wanted": wanted, "secret": words.get("secret", ""), **flags}


def _asked(words: Mapping[str, str], errors: dict[str, Any], *, inside: bool) -> dict[str, Any]:
    if "issuer" not in errors and not oidc.is_address(words["issuer"], inside=inside):
        errors["issuer"] = _(
            "Enter the address exactly as the identity provider gives it. It must start with https://."
        )
    return {"issuer": words["issuer"], "client": words["client"]}


def _described(typed: Mapping[str, str], before: Provider, errors: dict[str, Any]) -> dict[str, Any]:
    """Of a file of metadata; without one, as it was."""
    typed_file = typed.get("metadata", "").strip()
    if not typed_file:
        one = config.read(before.content)
        if not one.certificates:
            errors["metadata"] = _("Paste the identity provider's metadata here.")
        return {"issuer": one.issuer, "client": "", "address": one.address, "certificates": one.certificates}
    try:
        found = metadata.read(typed_file)
    except Doubt:
        found = metadata.Described("", "", ())
    if not found.issuer or not oidc.is_address(found.address, inside=typed.get("inside") == "1"):
        errors["metadata"] = _("This is not valid metadata of one identity provider with a redirect address and a key.")
    return {"issuer": found.issuer, "client": "", "address": found.address, "certificates": found.certificates}


def _reach(wanted: Config, errors: dict[str, Any]) -> None:
    try:
        oidc.described(wanted)
    except Unavailable:
        errors["issuer"] = _("No identity provider with this issuer was found at this address.")


def _words(typed: Mapping[str, str], name: str, errors: dict[str, Any]) -> str:
    text = typed.get(name, "").strip()
    if (not text and name in NEEDED) or len(text) > LONGEST[name] or not text.isprintable():
        errors[name] = _("Enter 1 to %(most)d characters") % {"most": LONGEST[name]}
    return text


def _mapped(typed: Any, errors: dict[str, Any]) -> tuple[Mapped, ...]:
    found, duties = [], policy.current().duties
    for group, role, rank in zip(*(typed.getlist(name) for name in ("group", "role", "rank")), strict=False):
        name = group.strip()
        if not name:
            continue
        number = int(rank) if rank.isascii() and rank.isdecimal() and len(rank) == 1 else -1
        if role not in duties or not 0 <= number <= MOST_RANK or len(name) > LONGEST_GROUP or not name.isprintable():
            errors["mapped"] = _("Choose a role and a rank for each group.")
            continue
        found.append(Mapped(name, role, number))
    if len(found) > MOST_MAPPED:
        errors["mapped"] = _("Enter at most %(count)d groups.") % {"count": MOST_MAPPED}
    return tuple(dict.fromkeys(found))


def _values(text: str, errors: dict[str, Any]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(unicodedata.normalize("NFKC", text).replace(",", " ").replace("、", " ").split()))
    if len(found) > MOST_VALUES or any(len(one) > LONGEST_GROUP for one in found):
        errors["vouching"] = _("Enter at most %(count)d values.") % {"count": MOST_VALUES}
    return found
