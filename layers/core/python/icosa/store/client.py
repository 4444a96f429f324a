"""The client of DynamoDB, for those who must not load it."""

from __future__ import annotations

from typing import Final

#: The package whose exceptions are DynamoDB's answers.
PACKAGE: Final = "pydynox"
