"""Prints how large each function is, unzipped and with its layers, as `sam build` left it; fails over the limit.

    python .ci/sizes.py [megabytes]

Lambda accepts 250 MB. The limit here (70 MB unless given, of which the console's files are 10) is about cold starts:
what is not shipped is not loaded.
"""

from __future__ import annotations

import sys
from pathlib import Path

from local.template.document import read_document

_BUILD = Path(__file__).parents[1] / ".aws-sam" / "build"


def main(limit_mb: float) -> int:
    resources = read_document(_BUILD / "template.yaml")["Resources"]
    sizes = {name: _size(_BUILD / folder) for name, resource in resources.items() if (folder := _folder(resource))}
    layers = {name: size for name, size in sizes.items() if resources[name]["Type"] == "AWS::Serverless::LayerVersion"}
    total_of_layers = sum(layers.values())
    worst = 0.0
    for name, size in sorted(sizes.items()):
        if name in layers:
            print(f"{name:24} {size:7.2f} MB")
        else:
            worst = max(worst, size + total_of_layers)
            print(f"{name:24} {size:7.2f} MB, with layers {size + total_of_layers:7.2f} MB")
    if worst > limit_mb:
        print(f"A function with its layers has {worst:.2f} MB; the limit is {limit_mb:g} MB.", file=sys.stderr)
        return 1
    return 0


def _folder(resource: dict[str, dict[str, str]]) -> str | None:
    properties = resource.get("Properties", {})
    return properties.get("CodeUri") or properties.get("ContentUri")


def _size(folder: Path) -> float:
    """Megabytes (10^6 bytes) of the files below a folder."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6


if __name__ == "__main__":
    raise SystemExit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 70))
