"""Whatever is written into a field of any domain is refused with advice, or stays as it is when it is cleaned again."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as some

from toride.base.errors import Invalid
from toride.customers import forms
from toride.customers.fields import FIELDS
from toride.customers.finding.declaration import CUSTOMERS, STAR
from toride.fields import kinds
from toride.fields.display import as_written
from toride.fields.types import Field

pytestmark = pytest.mark.requirement("C3")
EVERY = [*FIELDS.values(), *(one for kind in kinds.declared().values() for one in kind.fields)]
WRITTEN = some.one_of(some.text(max_size=30), some.from_regex(r"[0-9０-９,.円年月日/△()-]{0,12}"))


@given(of=some.sampled_from(EVERY), written=WRITTEN)
def test_what_was_cleaned_is_clean_and_can_be_shown(of: Field, written: str) -> None:
    with suppress(Invalid):
        stored = of.stored(written)
        assert of.stored(as_written(stored), stored) == stored
        assert stored in (None, "", []) or isinstance(of.type.show(stored), str)


def test_the_command_knows_the_filters_of_the_list() -> None:
    assert set(forms.FILTERS) == {one.name for one in CUSTOMERS.filters} - {STAR}
