"""All migrations, in the order in which they are done."""

from __future__ import annotations

from typing import Final

from ...store.versions import Versions
from .comparing import compare_links
from .formats import carry_values
from .migration import Migration
from .standard import add_missing

MIGRATIONS: Final[tuple[Migration, ...]] = (
    Migration(
        name="carry-values",
        kind="format",
        from_version=1,
        to_version=2,
        description=(
            "Rows of indexes and edges carry when their records were created, and records in the trash have a row in "
            "the index of the trash."
        ),
        step=carry_values,
    ),
    Migration(
        name="standard-1",
        kind="standard",
        from_version=0,
        to_version=1,
        description="Standard objects and fields that the workspace does not have.",
        step=add_missing,
    ),
    Migration(
        name="standard-2",
        kind="standard",
        from_version=1,
        to_version=2,
        description="Mail, calendars and favorites: thirteen standard objects, and their relations on those of before.",
        step=add_missing,
    ),
    Migration(
        name="compare-links",
        kind="standard",
        from_version=2,
        to_version=3,
        description="Links that must be unique are compared in one form, however they are written.",
        step=compare_links,
    ),
)


def pending(versions: Versions) -> list[Migration]:
    """The migrations that a workspace of these versions needs, in their order."""
    found = {"format": versions.format, "standard": versions.standard}
    return [migration for migration in MIGRATIONS if migration.from_version >= found[migration.kind]]
