"""Errors of the token, of the API key and of its missing role: texts, statuses and codes of
docs/wire/access.md#authentication.
"""

from __future__ import annotations

from ..errors import Forbidden, Unauthenticated


class MissingToken(Forbidden):
    """No Bearer token in the Authorization header. 403, not 401: clients know it so."""

    rest_error = "FORBIDDEN_EXCEPTION"

    def __init__(self) -> None:
        super().__init__("Missing authentication token", friendly="You must be authenticated to perform this action.")


class InvalidToken(Unauthenticated):
    """The token's signature or form is invalid."""

    def __init__(self) -> None:
        super().__init__("Token invalid.")


class ExpiredToken(Unauthenticated):
    """The time of the token's ``exp`` is over."""

    def __init__(self) -> None:
        super().__init__("Token has expired.")


class WrongTokenType(Forbidden):
    """The token was made for another use than calling the API."""

    rest_error = "INVALID_JWT_TOKEN_TYPE"

    def __init__(self) -> None:
        super().__init__("Invalid token")


class WorkspaceNotFound(Unauthenticated):
    """The token's workspace does not exist (any more)."""

    rest_error = "WORKSPACE_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("Workspace not found")


class WorkspaceSuspended(Forbidden):
    """The operator has suspended the workspace: nothing of it is answered until it is resumed."""

    rest_error = "FORBIDDEN_EXCEPTION"

    def __init__(self) -> None:
        super().__init__(
            "This workspace is suspended. Ask the operator of this installation to resume it",
            sub_code="WORKSPACE_SUSPENDED",
            friendly="This workspace is suspended.",
        )


class WorkspaceBeingDeleted(Forbidden):
    """The operator is deleting the workspace, and nothing stops that."""

    rest_error = "FORBIDDEN_EXCEPTION"

    def __init__(self) -> None:
        super().__init__(
            "This workspace is being deleted",
            sub_code="WORKSPACE_BEING_DELETED",
            friendly="This workspace is being deleted.",
        )


class KeyRevoked(Forbidden):
    """The API key was revoked, or does not exist."""

    rest_error = "FORBIDDEN_EXCEPTION"

    def __init__(self) -> None:
        super().__init__("This API Key is revoked")


class KeyExpired(Forbidden):
    """The API key has expired, whatever the token says."""

    rest_error = "FORBIDDEN_EXCEPTION"

    def __init__(self) -> None:
        super().__init__("This API Key is expired")


class KeyWithoutRole(Forbidden):
    """The key's role was deleted, so it may do nothing."""

    def __init__(self, key_id: str) -> None:
        super().__init__(f"API key {key_id} has no role assigned", sub_code="API_KEY_NO_ROLE_ASSIGNED")
