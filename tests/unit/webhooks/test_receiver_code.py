"""The code for receivers: the guide has it, and the console, and both accept what is genuine and nothing else
(docs/webhooks.md#check-the-signature).
"""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Mapping
from typing import Any, Final

import pytest

from icosa.webhooks.sending.signatures import signed
from tests.support.checkout import ROOT
from tests.support.markdown import read

BODY: Final = '{"eventName":"person.created","record":{"name":"Zoë"}}'.encode()
#: As Icosa makes them up, as Standard Webhooks writes them, and a text.
SECRETS: Final = ("ab" * 32, "whsec_" + "QUJD" * 10, "my secret")
_LITERAL: Final = re.compile(r"const (\w+) = `(.*?)(?<!\\)`;", re.DOTALL)
_BLOCK: Final = re.compile(r"^```(javascript|python)\n(.*?)\n^```", re.MULTILINE | re.DOTALL)


def _samples() -> Mapping[str, str]:
    """What the console shows, by the names in its source."""
    source = (ROOT / "console/src/pages/webhooks/samples.ts").read_text(encoding="utf-8")
    return {name: text.replace("\\`", "`").replace("\\${", "${") for name, text in _LITERAL.findall(source)}


def _cases() -> list[tuple[dict[str, str], str, bool]]:
    """Headers, the receiver's secret, and whether they are genuine."""
    now = int(time.time() * 1000)
    cases = []
    for secret in SECRETS:
        genuine = signed("evt_1", BODY, [secret], now_ms=now)
        rotated = signed("evt_1", BODY, ["f" * 64, secret], now_ms=now)
        rotated = {name: rotated[name] for name in rotated if name.startswith("webhook-")} | {
            name: genuine[name] for name in genuine if name.startswith("X-")
        }
        late = signed("evt_1", BODY, [secret], now_ms=now - 3_600_000)
        forged = signed("evt_1", BODY + b" ", [secret], now_ms=now)
        without = {name: text for name, text in genuine.items() if "ignature" not in name}
        cases += [(genuine, secret, True), (rotated, secret, True), (genuine, "other" * 9, False)]
        cases += [(headers, secret, False) for headers in (late, forged, without, {})]
    odd = {**genuine, "webhook-signature": "v1,Zoë v2,x", "X-Twenty-Webhook-Signature": "Zoë"}
    return [*cases, (odd, secret, False)]


def _python(code: str, cases: list[tuple[dict[str, str], str, bool]]) -> list[bool]:
    names: dict[str, Any] = {}
    exec(code, names)
    return [names["is_genuine"](headers, BODY, secret) for headers, secret, _ in cases]


def _node(code: str, cases: list[tuple[dict[str, str], str, bool]]) -> list[bool]:
    lowered = [({name.lower(): text for name, text in headers.items()}, secret) for headers, secret, _ in cases]
    calls = f"{json.dumps(lowered)}.map(([h, s]) => isGenuine(h, Buffer.from({json.dumps(BODY.decode())}), s))"
    done = subprocess.run(
        [ROOT / ".venv/bin/node", "--input-type=module", "-e", f"{code}\nconsole.log(JSON.stringify({calls}))"],
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[bool] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("name", ["PYTHON", "TWENTY_PYTHON", "NODE", "TWENTY_NODE"])
def test_it_accepts_what_is_genuine_and_nothing_else(name: str) -> None:
    cases = _cases()
    run = _python if name.endswith("PYTHON") else _node
    assert run(_samples()[name], cases) == [genuine for *_, genuine in cases]


def test_the_guide_has_the_code_of_the_console() -> None:
    shown = dict(_BLOCK.findall(read("docs/webhooks.md")))
    assert shown == {"javascript": _samples()["NODE"], "python": _samples()["PYTHON"]}
