"""Objects whose views are tested."""

from __future__ import annotations

import pytest

from tests.support.metadata_client import MetadataClient
from tests.support.views import Json, new_object


@pytest.fixture(scope="module")
def rocket(call: MetadataClient) -> Json:
    """One object for all tests that do not change it."""
    return new_object(call)


@pytest.fixture
def own(call: MetadataClient) -> Json:
    """An object that the test may change."""
    return new_object(call)
