"""Everything that is kept of some subjects, opened: to show what is not among it."""

from collections.abc import Collection
from uuid import UUID

from toride.vault._sealed import open_sealed


def everything(subjects: Collection[UUID]) -> str:
    """Whatever kind, category or revision."""
    return "\n".join(str(data) for _subject, _category, _kind, data in open_sealed(subjects))
