"""``python -m bench.introspection``: what the usual introspection query costs, by the size of a workspace.

Sizes in KB, CPU of this process in seconds. "Packed" is the gzip that leaves the function. "Memory" is the most that
this process had, with the models of all sizes so far.
"""

from __future__ import annotations

import resource
import time

from bench.machine import describe
from bench.tables import table
from icosa.documents.graphql.document import schema
from icosa.documents.graphql.introspection import STANDARD_QUERY, IntrospectionWriter
from icosa.runtime.delivery import stream
from icosa.runtime.http import HttpRequest
from tests.support.generated import generated_model

SIZES = (30, 100, 300, 1_000)
_FIELDS = 18
_GZIP = HttpRequest(method="POST", path="/graphql", headers={"accept-encoding": "gzip"})


def main() -> None:
    print(f"{describe()}\n")
    rows = [_measure(objects) for objects in SIZES]
    print(table(["objects", "types", "text", "packed", "an object", "schema", "answer", "memory"], rows))


def _measure(objects: int) -> list[str]:
    model = generated_model("w", objects=objects, fields=objects * _FIELDS)
    begun = time.process_time()
    types = schema(model)
    made = time.process_time()
    size = sum(map(len, IntrospectionWriter(types).schema(STANDARD_QUERY)))
    written = time.process_time()
    packed = len(stream(IntrospectionWriter(schema(model)).schema(STANDARD_QUERY), _GZIP).body)
    done = time.process_time()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return [
        f"{objects:,}",
        f"{len(types):,}",
        f"{size / 1000:,.0f}",
        f"{packed / 1000:,.0f}",
        f"{packed / objects / 1000:.1f}",
        f"{made - begun:.3f}",
        f"{done - written:.2f}",
        f"{memory} MB",
    ]


if __name__ == "__main__":
    main()
