"""A record's life through the client that openapi-python-client made of a workspace's document.

python cycle.py URL TOKEN, with the client's package ``made`` in PYTHONPATH. Prints what was seen as JSON.
"""

from __future__ import annotations

import json
import sys

from made import AuthenticatedClient
from made.api.companies import create_one_company
from made.api.launch_pads import (
    create_many_launch_pads,
    create_one_launch_pad,
    delete_one_launch_pad,
    find_many_launch_pads,
    find_one_launch_pad,
    group_by_launch_pads,
    update_one_launch_pad,
)
from made.models import (
    Company,
    CompanyConnect,
    CompanyConnectConnect,
    CompanyConnectConnectWhereType0,
    CURRENCYInput,
    FindOneLaunchPadDepth,
    LaunchPad,
    LaunchPadForUpdate,
    LaunchPadForUpdateStateType1,
    LaunchPadStateType1,
)

url, token = sys.argv[1:]
client = AuthenticatedClient(base_url=f"{url}/rest", token=token)

company = create_one_company.sync(client=client, body=Company(name="Pad Builders")).data.create_company
where = CompanyConnectConnectWhereType0(id=company.id)
pad = LaunchPad(
    name="Pad 39A",
    state=LaunchPadStateType1.READY,
    tags=["coast", "old"],
    price=CURRENCYInput(amount_micros=1_500_000, currency_code="EUR"),
    builder=CompanyConnect(connect=CompanyConnectConnect(where=where)),
)
created = create_one_launch_pad.sync(client=client, body=pad).data.create_launch_pad
batch = create_many_launch_pads.sync(client=client, body=[LaunchPad(name="A"), LaunchPad(name="B")])
read = find_one_launch_pad.sync(created.id, client=client, depth=FindOneLaunchPadDepth.VALUE_1).data.launch_pad
page = find_many_launch_pads.sync(client=client, filter_="state[eq]:READY", limit=5)
[group] = group_by_launch_pads.sync(
    client=client, group_by='[{"state":true}]', aggregate='["totalCount"]', filter_="state[eq]:READY"
)
changes = LaunchPadForUpdate(state=LaunchPadForUpdateStateType1.CLOSED, builder_id=None)
updated = update_one_launch_pad.sync(created.id, client=client, body=changes).data.update_launch_pad
deleted = delete_one_launch_pad.sync(created.id, client=client).data.delete_launch_pad
refused = find_one_launch_pad.sync(created.id, client=client)

print(
    json.dumps(
        {
            "id": str(created.id),
            "state": created.state,
            "builder": read.builder.name,
            "batch": len(batch.data.create_launch_pads),
            "listed": [str(record.id) for record in page.data.launch_pads],
            "total": page.total_count,
            "group": [group.group_by_dimension_values, group.total_count],
            "updated": [updated.state, updated.builder_id],
            "deleted": str(deleted.id),
            "refused": refused.code,
        }
    )
)
