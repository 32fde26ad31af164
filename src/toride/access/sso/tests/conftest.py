"""A provider for one test, and nothing remembered of any other."""

from collections.abc import Iterator

import pytest

from tests.providers.spoken import Said, speaking
from toride.access.sso import fetching


@pytest.fixture
def said() -> Iterator[Said]:
    fetching._kept.clear()
    with speaking() as provider:
        yield provider
