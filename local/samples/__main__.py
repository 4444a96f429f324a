"""``python -m local.samples``: writes the sample events to ``events/`` whose shape has changed, and removes others."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

import orjson

from local.options import Options
from local.run import run_loop
from local.samples.direct import DIRECT
from local.samples.filling import Owner
from local.samples.recording import recorded, shape
from local.samples.streams import of_the_stream
from local.services import Services, running_services
from local.stack import demo_workspace

#: Below the root.
FOLDER = Path("events")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m local.samples", description=__doc__)
    parser.add_argument("--root", type=Path, default=Path.cwd(), help="folder of template.yaml (default: this one)")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="icosa-samples-") as data:
        run_loop(_write(Options(root=options.root.absolute(), data=Path(data))))
    return 0


async def samples(services: Services, owner: Owner) -> dict[str, Any]:
    """All sample events by file, without ``.json``. Changes a few things in the data folder."""
    of_gateway = await recorded(services.application, services.deployment)
    return {**of_gateway, **DIRECT, **await of_the_stream(services, owner, of_gateway)}


async def _write(options: Options) -> None:
    folder = options.root / FOLDER
    async with running_services(options) as services:
        await demo_workspace(services)
        made = await samples(services, Owner.of(services.folder))
    for name, event in made.items():
        path = folder / f"{name}.json"
        if not path.is_file() or shape(orjson.loads(path.read_bytes())) != shape(event):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(orjson.dumps(event, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    for path in folder.rglob("*.json"):
        if path.relative_to(folder).with_suffix("").as_posix() not in made:
            path.unlink()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
