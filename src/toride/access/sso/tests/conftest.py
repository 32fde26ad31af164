"""A provider for one test, and nothing remembered of any other."""

from collections.abc import Iterator

import pytest

from toride.access.sso import fetching
from toride.access.sso.tests.house import Said, speaking


@pytest.fixture
def said() -> Iterator[Said]:
    fetching._kept.clear()
    with speaking() as provider:
        yield provider
