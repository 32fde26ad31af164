"""The signed result of an access review on paper, for an auditor; no customer is in it."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import formats, timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from toride.access import policy
from toride.access.models import Branch
from toride.access.reviews import evidence, result
from toride.access.reviews.models import Campaign, Item
from toride.base.errors import Conflict, Unavailable
from toride.ui import documents

TEMPLATE = Path(__file__).resolve().parents[1] / "templates/access/review_result.typ"
MOST = 5_000  # permissions on paper; the note holds any number


def pdf(campaign: Campaign) -> bytes:
    """The document of a closed campaign.

    Raises Unavailable where the result is not as it was signed, Conflict above MOST permissions.
    """
    signed = result.of(campaign)
    if signed is None or campaign.closed is None:
        raise Unavailable("altered")
    if len(signed["items"]) > MOST:
        raise Conflict(_("The result has more than %(most)d permissions. Download it as text.") % {"most": MOST})
    return documents.pdf(TEMPLATE, _content(campaign, signed), made=campaign.closed)


def _content(campaign: Campaign, signed: result.Result) -> dict[str, Any]:
    counts = signed["counts"]
    words = dict(Branch.objects.values_list("code", "name"))
    title = _("Access review result")
    return {
        "title": title,
        "institution": str(settings.INSTITUTION),
        "language": (get_language() or "ja")[:2],
        "foot": f"SHA-256 {result.digest(campaign.result)[:16]}…",
        "facts": [
            [_("Opened"), f"{_moment(campaign.opened)}  {signed['opened_by'][1]}"],
            [_("Due"), _moment(campaign.due)],
            [_("Closed on"), f"{_moment(campaign.closed)}  {signed['closed_by'][1]}"],
            [_("People"), str(signed["scope"].get("people", ""))],
        ],
        "counts": {
            "title": _("Result"),
            "rows": [
                [_("Permissions"), f"{counts['grants']:,}"],
                [_("Kept"), f"{counts['kept']:,}"],
                [_("Kept despite a finding"), f"{counts['kept_against_findings']:,}"],
                [_("Removed"), f"{counts['removed']:,}"],
                [_("Questioned"), f"{counts['asked']:,}"],
                [_("Undecided"), f"{counts['undecided']:,}"],
                [_("Mismatches with the staff file"), f"{counts['mismatches']:,}"],
                [_("Successful sign-ins of deactivated people"), f"{counts['ended_successes']:,}"],
            ],
        },
        "items": {
            "title": _("Permissions"),
            "head": [
                _("Staff member"),
                _("Home branch"),
                _("Permission"),
                _("Last used"),
                _("Findings"),
                _("Decision"),
                _("Decider"),
            ],
            "rows": [_line(one, words) for one in signed["items"]],
        },
        "signature": {
            "title": _("Signature"),
            "words": _("The signed result is attached to this document. Anyone with the public key can verify it."),
            "rows": [
                ["SHA-256", result.digest(campaign.result)],
                [_("Verify with:"), "./toride access-review verify access-review.txt"],
            ],
        },
        "note": campaign.result,
    }


def _line(item: dict[str, Any], branches: dict[str, str]) -> list[str]:
    called = policy.called(item["what"]) if item["kind"] == Item.Kind.DUTY else f"{_('API key')} {item['what']}"
    states = {"kept": _("kept"), "removed": _("removed"), "undecided": _("undecided")}
    return [
        f"{item['person'][1]} ({item['person'][0]})",
        branches.get(item["branch"], item["branch"]),
        called,
        item["used"][:10],
        _(", ").join(str(evidence.FINDINGS.get(one, one)) for one in item["findings"]),
        states[item["state"]],
        " ".join(filter(None, (item["decided_by"], item["decided"][:10]))),
    ]


def _moment(value: Any) -> str:
    return formats.date_format(timezone.localtime(value), "DATETIME_FORMAT")
