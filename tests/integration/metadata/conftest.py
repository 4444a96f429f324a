from __future__ import annotations

import pytest

from icosa.store.table import Table
from tests.support.tenant import Tenant


@pytest.fixture
def tenant(table: Table) -> Tenant:
    return Tenant(table)
