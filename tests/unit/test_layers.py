"""What the build leaves out of the dependency layer is not missed."""

from __future__ import annotations

import os
import re
import subprocess
import sys

from tests.support.checkout import ROOT

_MAKEFILE = (ROOT / "layers" / "dependencies" / "Makefile").read_text(encoding="utf-8")

#: Imports the whole product as the functions do; the modules named as arguments cannot be imported.
_IMPORT_ALL = """
import importlib, pathlib, pkgutil, runpy, sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if any(name == unused or name.startswith(unused + ".") for unused in sys.argv[1:]):
            raise ModuleNotFoundError(f"{name} is not in the layer", name=name)

sys.meta_path.insert(0, Missing())
import icosa
for module in pkgutil.walk_packages(icosa.__path__, "icosa."):
    importlib.import_module(module.name)
for handler in sorted(pathlib.Path("functions").glob("*/handler.py")):
    runpy.run_path(str(handler))

# These load their libraries when they are first called.
from icosa.model import email_address, phone_number, web_link
assert email_address.normalise("Ada@Engines.example")
assert phone_number.normalise(number="+442079460000", country="", calling_code="")
assert web_link.normalise("https://engines.example")
"""


def _unused() -> list[str]:
    match = re.search(r"^UNUSED :=((?:.*\\\n)*.*)$", _MAKEFILE, re.MULTILINE)
    assert match
    return [name.removesuffix(".py").replace("/", ".") for name in match.group(1).replace("\\\n", " ").split()]


def test_the_product_imports_without_the_unused_parts() -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT / "layers" / "core" / "python"),
        "AWS_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "POWERTOOLS_SERVICE_NAME": "test",
        "SIGNING_SECRET": "test",
        "TABLE_NAME": "test",
        "STACK_NAME": "test",
    }

    done = subprocess.run(
        [sys.executable, "-c", _IMPORT_ALL, *_unused()],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
