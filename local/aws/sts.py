"""STS: AssumeRole with session tags, over its query protocol (STS API reference).

The credentials are the stack's own, under which its other services know it; their session token says for whom they
are. IAM is not played: whether the role would let a call through is what tests ask of its policy.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from local.aws.errors import AwsError
from local.aws.routing import Call, Reply, Routes

_TAG = "Tags.member.1"


def sts_routes(access_key: str) -> Routes:
    """The one operation, at the root of the endpoint."""

    async def assume_role(call: Call) -> Reply:
        form = {name: values[-1] for name, values in parse_qs(call.body.decode()).items()}
        if form.get("Action") != "AssumeRole":
            raise AwsError("InvalidAction", f"the local stack does not have {form.get('Action')} of STS")
        tag, value = form.get(f"{_TAG}.Key"), form.get(f"{_TAG}.Value")
        ends = datetime.now(UTC) + timedelta(seconds=int(form.get("DurationSeconds", "3600")))
        return Reply(
            headers={"content-type": "text/xml"},
            raw=(
                '<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>'
                f"<AccessKeyId>{escape(access_key)}</AccessKeyId>"
                "<SecretAccessKey>local</SecretAccessKey>"
                f"<SessionToken>{escape(f'{tag}={value}')}</SessionToken>"
                f"<Expiration>{ends:%Y-%m-%dT%H:%M:%SZ}</Expiration>"
                "</Credentials></AssumeRoleResult></AssumeRoleResponse>"
            ).encode(),
        )

    return {("POST", "/"): assume_role}
