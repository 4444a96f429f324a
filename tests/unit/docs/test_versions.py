"""docs/storage.md has the versions of data that the code knows."""

from __future__ import annotations

from icosa.store.versions import CURRENT, FORMAT, STANDARD, Versions
from tests.support.markdown import table

PAGE = "docs/storage.md"


def test_versions_of_data() -> None:
    rows = {row[0].strip("`"): row[2:] for row in table(PAGE, "Attribute").rows}
    first = Versions.parse({})
    assert rows == {
        FORMAT: (str(first.format), str(CURRENT.format)),
        STANDARD: (str(first.standard), str(CURRENT.standard)),
    }
    assert [row[0] for row in table(PAGE, "Format").rows] == [str(n) for n in range(1, CURRENT.format + 1)]
