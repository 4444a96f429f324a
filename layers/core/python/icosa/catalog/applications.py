"""The two applications that own entities (docs/wire/metadata.md#owners): what the product ships, and what the workspace
adds.
"""

from __future__ import annotations

import uuid

#: The same in every workspace.
STANDARD_APPLICATION = "20202020-64aa-4b6f-b003-9c74b97cee20"


def application_id(workspace_id: str, *, is_custom: bool) -> str:
    """The id, in a workspace, of the application that owns custom or shipped entities. It follows from the workspace's
    own.
    """
    return str(uuid.uuid5(uuid.UUID(workspace_id), "custom-application" if is_custom else STANDARD_APPLICATION))
