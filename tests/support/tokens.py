"""What tokens of tests are signed with."""

from __future__ import annotations

SECRET = "a secret of this deployment, long enough"
