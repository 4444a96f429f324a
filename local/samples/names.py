"""What stands in sample events for what each data folder has of its own. None of it opens anything."""

from __future__ import annotations

from typing import Final

WORKSPACE: Final = "20202020-0000-4000-8000-000000000001"
KEY: Final = "20202020-0000-4000-8000-000000000002"
ROLE: Final = "20202020-0000-4000-8000-000000000003"
#: In place of a token: three parts, as a token has, and no signature.
TOKEN: Final = "sample.token.unsigned"
#: Ids that no data folder has: of a job, a delivery, a webhook.
NOBODY: Final = "20202020-0000-4000-8000-00000000000f"

#: In place of what is different each time.
REQUEST_ID: Final = "00000000-0000-4000-8000-000000000000"
MOMENT: Final = "2026-01-01T00:00:00.000Z"
#: The same moment in seconds since the epoch.
SECONDS: Final = 1_767_225_600
