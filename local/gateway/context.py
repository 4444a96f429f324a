"""``$context``: what the gateway knows about one request. Functions get it as ``requestContext``."""

from __future__ import annotations

import time
import uuid
from base64 import b64encode
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from local.gateway.http import Request
from local.template.application import Api

#: What may stand in a path (RFC 3986), and the sign of what is encoded already: bodies of gateway responses quote it.
_IN_PATHS = "/-._~!$&'()*+,;=:@%"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, kw_only=True)
class Place:
    """The account and region that ARNs name."""

    account: str
    region: str


def request_context(request: Request, api: Api, place: Place) -> dict[str, Any]:
    """The context of a request that no resource is known for yet. Shape: events recorded from REST APIs."""
    now = time.time()
    request_id = uuid.uuid4()
    return {
        "accountId": place.account,
        "apiId": api.id,
        "domainName": request.header.get("host", ""),
        "domainPrefix": request.header.get("host", "").partition(".")[0],
        "extendedRequestId": f"{b64encode(request_id.bytes[:11]).decode()}",
        "httpMethod": request.method,
        "identity": {
            "accessKey": None,
            "accountId": None,
            "caller": None,
            "cognitoAuthenticationProvider": None,
            "cognitoAuthenticationType": None,
            "cognitoIdentityId": None,
            "cognitoIdentityPoolId": None,
            "principalOrgId": None,
            "sourceIp": request.client,
            "user": None,
            "userAgent": request.header.get("user-agent"),
            "userArn": None,
        },
        "path": _path(request, api.stage),
        "protocol": request.protocol,
        "requestId": str(request_id),
        "requestTime": _request_time(now),
        "requestTimeEpoch": int(now * 1000),
        "stage": api.stage,
    }


def method_arn(request: Request, api: Api, place: Place) -> str:
    """``arn:aws:execute-api:region:account:api/stage/METHOD/path``: what an authorizer's policy is about."""
    method = f"{api.id}/{api.stage}/{request.method}/{request.path.lstrip('/')}"
    return f"arn:aws:execute-api:{place.region}:{place.account}:{method}"


def _path(request: Request, stage: str) -> str:
    """Paths of the API's own domain begin with the stage, those of a custom domain, as localhost is one, do not."""
    host = request.header.get("host", "")
    path = quote(request.path, safe=_IN_PATHS)
    return path if host and ".execute-api." not in host else f"/{stage}{path}"


def _request_time(now: float) -> str:
    """``09/Apr/2015:12:34:56 +0000``, free of the locale."""
    t = time.gmtime(now)
    return f"{t.tm_mday:02}/{_MONTHS[t.tm_mon - 1]}/{t.tm_year}:{t.tm_hour:02}:{t.tm_min:02}:{t.tm_sec:02} +0000"
