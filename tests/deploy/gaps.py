"""What MiniStack lacks of AWS, as data: each gap with its reason, and what is done to the template because of it.

The product's template knows nothing of this. A gap that MiniStack no longer has is taken out here.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Omission:
    """Resources of a type that are left out, of those that have a property if one is named."""

    type: str
    reason: str
    having: str | None = None

    def concerns(self, resource: Mapping[str, Any]) -> bool:
        """Whether a resource is left out."""
        if resource["Type"] != self.type:
            return False
        return self.having is None or self.having in resource.get("Properties", {})


OMISSIONS: Final = (
    Omission("AWS::CloudWatch::Alarm", "it refuses alarms of metric math, and with them the stack", having="Metrics"),
)

#: What the calls and checks of this test do in another way, and why.
OTHERWISE: Final[Mapping[str, str]] = {
    "x-api-key": "it ignores ApiKeySourceType AUTHORIZER: calls name the workspace's gateway key themselves",
    "url": "the gateway is at a path of MiniStack's own, and an update can give it another id: it is asked for anew",
    "restore": "it restores the newest state whatever moment is named: the test's moment is now",
    "twins": "it takes two API keys of one value, AWS does not: the old one is deleted, as if in another account",
    "defaults": "its SAM transform knows no values of parameters: they are made the template's defaults",
    "secret": "Ref of a secret is its name: the ARN comes from Secrets Manager",
}


def prepared(template: Mapping[str, Any], values: Mapping[str, str]) -> tuple[Document, list[str]]:
    """A built template that MiniStack takes with these values of parameters, and what was left out."""
    result: Document = copy.deepcopy(dict(template))
    for name, value in values.items():
        result["Parameters"][name]["Default"] = value
    left_out = [
        name
        for name, resource in result["Resources"].items()
        if any(omission.concerns(resource) for omission in OMISSIONS)
    ]
    for name in left_out:
        del result["Resources"][name]
    return result, left_out
