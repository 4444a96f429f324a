import assert from "node:assert/strict";
import { test } from "node:test";
import { ALL, operationsOf, rowsOf, sameOperations, withEmpty } from "../src/pages/webhooks/operations.ts";

test("rows and operations are the same in both directions, whatever another client wrote", () => {
  const written = [
    "*.*",
    "person.created",
    "*.deleted",
    "metadata.fieldMetadata.updated",
    "everything",
    ".x",
    "x.",
    ".",
  ];
  assert.deepEqual(operationsOf(rowsOf(written)), written);
});

test("halves and duplicates are dropped", () => {
  const rows = [
    { object: "person", action: "created" },
    { object: "person", action: "" },
    { object: "", action: "deleted" },
    { object: "person", action: "created" },
  ];
  assert.deepEqual(operationsOf(rows), ["person.created"]);
});

test("an empty row follows a whole one, as long as there is room", () => {
  assert.equal(withEmpty(ALL, 100).length, 2);
  assert.equal(withEmpty([], 100).length, 1);
  assert.equal(withEmpty([{ object: "person", action: "" }], 100).length, 1);
  assert.equal(withEmpty(ALL, 1).length, 1);
});

test("the order of operations means nothing", () => {
  assert.equal(sameOperations(["a.b", "c.d"], ["c.d", "a.b"]), true);
  assert.equal(sameOperations(["a.b"], ["a.b", "c.d"]), false);
});
