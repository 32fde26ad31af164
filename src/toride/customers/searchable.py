"""Which sealed fields can be searched, and how a profile becomes a row of the index."""

from toride.customers.folded import BASIC, BEHAVIOUR, NAMES, TRANSACTIONS, Profile, row
from toride.vault.index.columns import Column, Schema, Type

__all__ = ["NAMES", "NEEDED", "SCHEMA", "Profile", "row"]
SCHEMA = Schema(
    (
        Column("branch", Type.CODE),
        Column("owner", Type.CODE),
        Column("number", Type.KEY, BASIC, "number"),
        Column("name", Type.TEXT, BASIC, "name"),
        Column("written", Type.TEXT, BASIC, "name"),
        Column("kana", Type.TEXT, BASIC, "kana", sortable=True),
        Column("loose", Type.TEXT, BASIC, "kana"),
        Column("phone", Type.DIGITS, BASIC, "phones"),
        Column("email", Type.KEY, BASIC, "emails"),
        Column("postcode", Type.KEY, BASIC, "postcode"),
        Column("prefecture", Type.CODE, BASIC, "prefecture"),
        Column("city", Type.TEXT, BASIC, "city"),
        Column("street", Type.KEY, BASIC, "street"),
        Column("birth_date", Type.DATE, BASIC, "birth_date"),
        Column("status", Type.CODE, BASIC, "status"),
        Column("kind", Type.CODE, BASIC, "kind"),
        Column("value", Type.INT, TRANSACTIONS, "value", sortable=True),
        Column("last_contact", Type.DATE, BEHAVIOUR, "last_contact", sortable=True),
    ),
    version="4",
)
NEEDED = (BASIC, TRANSACTIONS, BEHAVIOUR)
# Column → the fields that `folded` makes it of.
FOLDED_FROM = {column.name: (column.field,) for column in SCHEMA.columns if column.field} | {
    "name": ("name", "contact_person"),
    "written": ("name", "contact_person"),
}
