"""Refusals before any work is done: texts, statuses and codes of spec/access.md §7 (and §1.5 for the missing role)."""

from __future__ import annotations

from ..errors import Forbidden, Unauthenticated


class MissingToken(Forbidden):
    """No Bearer token in the Authorization header. 403, not 401: clients know it so."""

    rest_error = "FORBIDDEN_EXCEPTION"

    def __init__(self) -> None:
        super().__init__("Missing authentication token", friendly="You must be authenticated to perform this action.")


class InvalidToken(Unauthenticated):
    """Not a token of ours."""

    def __init__(self) -> None:
        super().__init__("Token invalid.")


class ExpiredToken(Unauthenticated):
    """A token past its ``exp``."""

    def __init__(self) -> None:
        super().__init__("Token has expired.")


class WrongTokenType(Forbidden):
    """A token made for something else than calling the API."""

    rest_error = "INVALID_JWT_TOKEN_TYPE"

    def __init__(self) -> None:
        super().__init__("Invalid token")


class WorkspaceNotFound(Unauthenticated):
    """The token's workspace does not exist (any more)."""

    rest_error = "WORKSPACE_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("Workspace not found")


class KeyRevoked(Forbidden):
    """The API key was revoked or never was."""

    rest_error = "FORBIDDEN_EXCEPTION"

    def __init__(self) -> None:
        super().__init__("This API Key is revoked")


class KeyExpired(Forbidden):
    """The API key is past its own expiry, whatever the token says."""

    rest_error = "FORBIDDEN_EXCEPTION"

    def __init__(self) -> None:
        super().__init__("This API Key is expired")


class KeyWithoutRole(Forbidden):
    """The key's role was deleted, so it may do nothing."""

    def __init__(self, key_id: str) -> None:
        super().__init__(f"API key {key_id} has no role assigned", sub_code="API_KEY_NO_ROLE_ASSIGNED")
