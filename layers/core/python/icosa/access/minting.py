"""Asking for tokens: the function ``functions/tokens`` makes them, because the functions behind public routes do not
know the signing secret.

Both ends of that call are here: what is asked, and how a refusal comes back as the same error.
"""

from __future__ import annotations

import json
import logging
import os
from functools import cache
from typing import Any, Final

from ..aws import client_without_debug_logs
from ..errors import BadRequest, Conflict, Forbidden, IcosaError, NotFound, Unauthenticated, Unavailable

logger = logging.getLogger(__name__)

#: The classes by which callers tell refusals apart.
_REFUSALS: Final[tuple[type[IcosaError], ...]] = (
    BadRequest,
    Unauthenticated,
    Forbidden,
    NotFound,
    Conflict,
    Unavailable,
)


def request_token(*, workspace_id: str, caller_key_id: str, key_id: str, expires_at: str | None = None) -> str:
    """A token for an API key, asked for by another or by itself; ``expires_at`` is ISO 8601, and "never" without one.

    Administrators who are no key ask in the name of the key that the token is for: nobody gets more by it than the
    key has.

    Raises NotFound for a key that does not exist, Forbidden when a key is revoked or expired, or when the caller's
    role has less than that of the key (``access.escalation``), BadRequest for a key that has expired or a bad date,
    Unavailable while Lambda does not take the call.
    """
    answer = _ask({"workspaceId": workspace_id, "callerKeyId": caller_key_id, "keyId": key_id, "expiresAt": expires_at})
    token: str = answer["token"]
    return token


def count_calls(workspace_id: str, *, rejoin: bool = False) -> int:
    """See to it that the calls of a workspace are counted as its own (``access.workspace_plan``), as every token does
    that is made; how many gateway keys of its API keys are left. ``rejoin`` is for administrators: it also looks at the
    plan itself, which the workspace may know from another stack.

    Raises WorkspaceNotFound as an Unauthenticated, and Unavailable.
    """
    left: int = _ask({"workspaceId": workspace_id, "rejoin": rejoin})["left"]
    return left


def remove_gateway_key(workspace_id: str) -> None:
    """Remove the key of the usage plan of a workspace that is being deleted; no error when it is gone.

    Raises Conflict for a workspace that is not being deleted, and Unavailable.
    """
    _ask({"remove": workspace_id})


def session_of_token(token: str) -> dict[str, Any]:
    """``{"token", "expiresAt"}`` of a session of the console, for a token that may call: of an API key, or of another
    session, which the new one does not outlast.

    Raises Unauthenticated and Forbidden for a token that is not valid, with a text that says why, and Unavailable.
    """
    return _ask({"session": {"token": token}})


def session_of_key(workspace_id: str, key_id: str) -> dict[str, Any]:
    """The same for an API key that somebody has proved to be theirs (``access.sign_in_links``)."""
    return _ask({"session": {"workspaceId": workspace_id, "keyId": key_id}})


def _ask(asked: dict[str, Any]) -> dict[str, Any]:
    client = lambda_client()
    try:
        answer = client.invoke(FunctionName=os.environ["TOKENS_FUNCTION"], Payload=json.dumps(asked))
    except client.exceptions.TooManyRequestsException:
        raise Unavailable("Tokens cannot be made right now. Please try again.") from None
    content: dict[str, Any] = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        # The other function's log says why; its answer may quote what nobody should see.
        logger.error("the function that makes tokens failed", extra={"reason": content.get("errorType")})
        raise RuntimeError("the function that makes tokens failed")
    return granted(content)


def granted(answer: dict[str, Any]) -> dict[str, Any]:
    """The function's answer. Raises the error of a refusal."""
    if "refused" in answer:
        raise _error(answer["refused"])
    return answer


def refusal(error: IcosaError) -> dict[str, Any]:
    """What the function answers in place of a token."""
    return {
        "refused": {
            "status": error.status,
            "restError": error.rest_error,
            "graphqlCode": error.graphql_code,
            "message": error.message,
            "subCode": error.sub_code,
            "friendly": error.friendly,
        }
    }


def _error(refused: dict[str, Any]) -> IcosaError:
    of_status = next((kind for kind in _REFUSALS if kind.status == refused["status"]), IcosaError)
    error = of_status(refused["message"], sub_code=refused["subCode"], friendly=refused["friendly"])
    error.rest_error, error.graphql_code = refused["restError"], refused["graphqlCode"]
    return error


@cache
def lambda_client() -> Any:
    """The client of Lambda. It waits for as long as the function may take."""
    from botocore.config import Config

    return client_without_debug_logs("lambda", config=Config(connect_timeout=2, read_timeout=21))
