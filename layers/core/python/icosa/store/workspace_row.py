"""Parts of updates of a workspace's row: the count of changes of its views, which changes of the model and of views
share.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

VIEWS_VERSION: Final = "viewsVersion"

#: Expression and values for an update that writes views beside other changes, after ``SET``.
BUMP_VIEWS: Final = f"{VIEWS_VERSION} = if_not_exists({VIEWS_VERSION}, :noViews) + :oneView"
BUMP_VIEWS_VALUES: Final[Mapping[str, Any]] = {":noViews": 0, ":oneView": 1}


def views_unchanged(version: int) -> str:
    """The condition that no view was changed since ``version``, with ``:views`` as its value.

    >>> views_unchanged(3)
    'viewsVersion = :views'
    """
    condition = f"{VIEWS_VERSION} = :views"
    return f"(attribute_not_exists({VIEWS_VERSION}) OR {condition})" if version == 0 else condition
