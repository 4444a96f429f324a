"""Errors of AWS services as their clients read them."""

from __future__ import annotations


class AwsError(Exception):
    """A service refuses a request. ``code`` is the exception's name, such as ``NotFoundException``."""

    def __init__(self, code: str, message: str, *, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
