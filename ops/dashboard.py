"""``python -m ops.dashboard``: the CloudWatch dashboard as data, written into template.yaml between two marks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from icosa.prices import Prices

_TEMPLATE = Path(__file__).parents[1] / "template.yaml"
_BEGIN, _END = "  # ---- dashboard: `make dashboard` writes what follows ----\n", "  # ---- end of the dashboard ----\n"

#: Of the 24 columns of a dashboard.
_WIDTH, _HEIGHT = 8, 6
FUNCTIONS: Final = (
    "Authorizer",
    "CoreRest",
    "CoreGraphql",
    "Metadata",
    "Keys",
    "Documents",
    "Events",
    "Deliver",
    "Jobs",
    "SchemaBuilder",
)
_API = ("ApiName", "${AWS::StackName}", "Stage", "${StageName}")
_STACK = ("stack", "${AWS::StackName}")
_DELIVER = ("service", "deliver", "stack", "${AWS::StackName}")
_OPERATIONS = "{Icosa,stack,service,operation}"

Metric = list[Any]


def _gateway(name: str, stat: str, **options: Any) -> Metric:
    return ["AWS/ApiGateway", name, *_API, {"stat": stat, **options}]


def _table(name: str, **options: Any) -> Metric:
    return ["AWS/DynamoDB", name, "TableName", "${TableName}", {"stat": "Sum", **options}]


def _function(function: str, name: str, stat: str) -> Metric:
    return ["AWS/Lambda", name, "FunctionName", f"${{{function}Function}}", {"stat": stat, "label": function}]


def _queue(queue: str, name: str) -> Metric:
    return ["AWS/SQS", name, "QueueName", f"${{{queue}.QueueName}}", {"stat": "Maximum", "label": queue}]


def _icosa(name: str, *dimensions: str, stat: str = "Sum", **options: Any) -> Metric:
    return ["Icosa", name, *(dimensions or _STACK), {"stat": stat, **options}]


def _by_operation(name: str, stat: str) -> Metric:
    search = f"SEARCH('{_OPERATIONS} MetricName=\"{name}\" stack=\"${{AWS::StackName}}\"', '{stat}', 300)"
    return [{"expression": search, "id": "operations", "label": ""}]


def _costs() -> list[Metric]:
    """USD an hour at list prices; the time of functions is some hundredths of it."""
    prices = Prices()
    million = 1_000_000
    cost = (
        f"12*(reads*{prices.reads}+writes*{prices.writes}+calls*{prices.requests + 2 * prices.invocations:g})/{million}"
    )
    return [
        [{"expression": cost, "id": "cost", "label": "USD an hour, about"}],
        _table("ConsumedReadCapacityUnits", id="reads", visible=False),
        _table("ConsumedWriteCapacityUnits", id="writes", visible=False),
        _gateway("Count", "Sum", id="calls", visible=False),
    ]


#: Title and metrics of each graph, by row.
GRAPHS: Final[tuple[tuple[str, list[Metric]], ...]] = (
    ("Calls and errors", [_gateway("Count", "Sum"), _gateway("4XXError", "Sum"), _gateway("5XXError", "Sum")]),
    (
        "Latency of the API, ms",
        [
            *(_gateway("Latency", stat, label=stat) for stat in ("p50", "p95", "p99")),
            _gateway("IntegrationLatency", "p99", label="p99 of functions"),
        ],
    ),
    (
        "Failures",
        [
            _icosa("Faults", label="faults"),
            _icosa("GraphqlFaults", label="faults in answers of GraphQL"),
            _icosa("GraphqlErrors", label="errors in answers of GraphQL"),
            ["Icosa", "${AWS::StackName}-errors", {"stat": "Sum", "label": "errors in logs"}],
        ],
    ),
    ("Calls by operation", [_by_operation("Latency", "SampleCount")]),
    ("p95 by operation, ms", [_by_operation("Latency", "p95")]),
    ("Write units by operation", [_by_operation("WriteUnits", "Sum")]),
    (
        "Capacity units",
        [_table("ConsumedReadCapacityUnits", label="read"), _table("ConsumedWriteCapacityUnits", label="write")],
    ),
    ("Cost", _costs()),
    (
        "Throttles, conflicts, scans",
        [
            _table("ReadThrottleEvents", label="reads throttled"),
            _table("WriteThrottleEvents", label="writes throttled"),
            _icosa("Throttles", label="calls throttled"),
            _icosa("Conflicts", label="conflicts"),
            _icosa("Scans", label="scans"),
        ],
    ),
    ("Errors of functions", [_function(name, "Errors", "Sum") for name in FUNCTIONS]),
    ("p99 of functions, ms", [_function(name, "Duration", "p99") for name in FUNCTIONS]),
    ("Environments at work", [_function(name, "ConcurrentExecutions", "Maximum") for name in FUNCTIONS]),
    (
        "Age of the oldest message, s",
        [_queue(name, "ApproximateAgeOfOldestMessage") for name in ("Jobs", "Deliveries")],
    ),
    (
        "Dead letters",
        [
            _queue(name, "ApproximateNumberOfMessagesVisible")
            for name in ("EventsDeadLetters", "SchemaDeadLetters", "JobsDeadLetters", "DeliveriesDeadLetters")
        ],
    ),
    (
        "Lag of the stream's readers, ms",
        [_function(name, "IteratorAge", "Maximum") for name in ("Events", "SchemaBuilder")],
    ),
    (
        "Jobs",
        [
            _queue("Jobs", "ApproximateNumberOfMessagesVisible"),
            _function("Jobs", "Invocations", "Sum"),
            _queue("JobsDeadLetters", "ApproximateNumberOfMessagesVisible"),
        ],
    ),
    (
        "Deliveries to webhooks",
        [
            _icosa(name, *_DELIVER, label=name)
            for name in ("DeliveryAttempts", "DeliveryFailures", "DeliveriesDead", "WebhooksDisabled")
        ],
    ),
    ("Age of first attempts, ms", [_icosa("DeliveryAge", *_DELIVER, stat="p95", label="p95")]),
)
_TOP = (
    "SOURCE '${CoreRestLogs}' | SOURCE '${CoreGraphqlLogs}' | SOURCE '${MetadataLogs}' | SOURCE '${JobsLogs}'"
    " | filter message = 'call'"
    " | stats sum(coalesce(WriteUnits, WriteUnits.0) * coalesce(weight, 1)) as writes,"
    " sum(coalesce(ReadUnits, ReadUnits.0) * coalesce(weight, 1)) as reads,"
    " sum(coalesce(weight, 1)) as calls by workspace_id | sort writes desc | limit 20"
)


def dashboard(alarms: list[str]) -> dict[str, Any]:
    """The dashboard's body; ``alarms`` are logical ids."""
    widgets: list[dict[str, Any]] = [
        {
            "type": "alarm",
            **_place(0, 0, 24, 4),
            "properties": {"title": "Alarms", "alarms": [f"${{{name}.Arn}}" for name in alarms]},
        }
    ]
    for number, (title, metrics) in enumerate(GRAPHS):
        row, column = divmod(number, 24 // _WIDTH)
        properties = {
            "title": title,
            "region": "${AWS::Region}",
            "view": "timeSeries",
            "period": 300,
            "metrics": metrics,
            "yAxis": {"left": {"min": 0}},
        }
        place = _place(column * _WIDTH, 4 + row * _HEIGHT, _WIDTH, _HEIGHT)
        widgets.append({"type": "metric", **place, "properties": properties})
    below = 4 + -(-len(GRAPHS) // 3) * _HEIGHT
    widgets.append(
        {
            "type": "log",
            **_place(0, below, 24, 8),
            "properties": {
                "title": "Workspaces by units",
                "region": "${AWS::Region}",
                "view": "table",
                "query": _TOP,
            },
        }
    )
    return {"widgets": widgets}


def _place(x: int, y: int, width: int, height: int) -> dict[str, int]:
    return {"x": x, "y": y, "width": width, "height": height}


def resource(alarms: list[str]) -> str:
    """The resource as text of the template, one line for each widget."""
    widgets = [json.dumps(widget, separators=(",", ":")) for widget in dashboard(alarms)["widgets"]]
    lines = ",\n".join(f"          {widget}" for widget in widgets)
    return (
        "  Dashboard:\n    Type: AWS::CloudWatch::Dashboard\n    Properties:\n"
        "      DashboardName: !Ref AWS::StackName\n      DashboardBody: !Sub\n        - |\n"
        f'          {{"widgets":[\n{lines}\n          ]}}\n'
        "        - TableName: !If [OwnsTable, !Ref Table, !Select [1, !Split [/, !Ref ExistingTableStreamArn]]]\n"
    )


def alarms_of(text: str) -> list[str]:
    """The logical ids of a template's alarms that always exist, in its order."""
    parts = text.split("\n  ")
    found = []
    for number, part in enumerate(parts):
        if part == "  Type: AWS::CloudWatch::Alarm" and not parts[number + 1].startswith("  Condition:"):
            found.append(parts[number - 1].rstrip(":"))
    return found


def written(text: str) -> str:
    """A template with the dashboard as it should be."""
    before, _, rest = text.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    return before + _BEGIN + resource(alarms_of(text)) + _END + after


if __name__ == "__main__":
    _TEMPLATE.write_text(written(_TEMPLATE.read_text(encoding="utf-8")), encoding="utf-8")
