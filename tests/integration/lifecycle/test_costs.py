"""What operations cost, in units and calls: they grow with what there is, and with nothing else."""

from __future__ import annotations

from dataclasses import replace

from icosa.lifecycle.operations import advance
from icosa.lifecycle.steps import Budget
from icosa.store.meter import Meter
from tests.integration.lifecycle.world import World, everything


def _cost(world: World, people: int) -> tuple[Meter, int]:
    """Of deleting a workspace with so many people, and how many rows it had."""
    made = world.provision("Acme")
    bodies = [
        {
            "name": {"firstName": "Ann", "lastName": f"Number {number}"},
            "emails": {"primaryEmail": f"ann{number}@acme.example"},
            "jobTitle": "Surveyor",
        }
        for number in range(people)
    ]
    assert world.rest(made)("POST", "/rest/batch/people", bodies).status == 201
    world.act("suspend_workspace", workspaceId=made.workspace_id)
    rows = sum(item["PK"].startswith(made.workspace_id) for item in everything(world.table))
    operation = world.act("delete_workspace", workspaceId=made.workspace_id, confirm="Acme")["operation"]
    meter = Meter(detailed=True)
    around = replace(world.around(), table=world.table.metered(meter))
    step = advance(around, made.workspace_id, operation["id"], Budget(seconds=1e9))
    assert step is not None
    assert step.is_done
    return meter, rows


def test_deleting_costs_a_write_unit_for_each_row_and_few_reads(world: World) -> None:
    few, rows = _cost(world, 5)
    many, more_rows = _cost(world, 25)
    writes = (many.write_units - few.write_units) / (more_rows - rows)
    reads = (many.read_units - few.read_units) / 20
    assert 1.0 <= writes <= 1.05
    assert reads <= 4
    assert (more_rows - rows) / 20 <= 36
    # 25 rows a call, and one more for each record.
    assert (many.calls - few.calls) <= (more_rows - rows) / 25 + 20 + 5
