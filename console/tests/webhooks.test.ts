/** Custom headers, states and tests of webhooks. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { inputOf, isChanged, problemOf, rowsOf } from "../src/pages/webhooks/header_rows.ts";
import { eventsToTest } from "../src/pages/webhooks/operations.ts";
import { durationOf, formatted } from "../src/pages/webhooks/words.ts";

function problem(name: string, value: string, stored = false): string {
  const row = { name, value, stored };
  return problemOf(row, [row]);
}

test("a stored header needs no value, a new one does", () => {
  assert.equal(problem("X-Key", "", true), "");
  assert.notEqual(problem("X-Key", ""), "");
  assert.equal(problem("X-Key", "a b"), "");
});

test("names and values that deliveries cannot have", () => {
  for (const name of [
    "",
    "X Key",
    "Ü",
    "Host",
    "content-type",
    "Webhook-Id",
    "X-Twenty-A",
    "x-icosa-test",
    "User-Agent",
  ])
    assert.notEqual(problem(name, "v"), "", name);
  for (const value of ["é", " v", "v ", "v\nw", "v".repeat(1025)]) assert.notEqual(problem("X-Key", value), "", value);
  const rows = [
    { name: "X-Key", value: "1", stored: false },
    { name: "x-key", value: "2", stored: false },
  ];
  assert.ok(rows.every((row) => problemOf(row, rows) !== ""));
});

test("a value is sent only where one was typed", () => {
  const rows = [...rowsOf([{ name: "X-Old" }]), { name: "X-New", value: "v", stored: false }];
  assert.deepEqual(inputOf(rows), [{ name: "X-Old" }, { name: "X-New", value: "v" }]);
  assert.ok(isChanged(rows, [{ name: "X-Old" }]));
  assert.ok(!isChanged(rowsOf([{ name: "X-Old" }]), [{ name: "X-Old" }]));
  assert.ok(isChanged([], [{ name: "X-Old" }]));
});

test("tests of what a webhook listens to", () => {
  assert.deepEqual(
    eventsToTest(["person.created", "person.created", "odd", "metadata.view.created", "person.painted"]),
    ["ping", "person.created"],
  );
  assert.deepEqual(eventsToTest(["*.deleted"]), ["ping", "company.deleted"]);
  assert.equal(eventsToTest(["note.*"]).length, 6);
});

test("times and bodies as people read them", () => {
  assert.deepEqual([durationOf(null), durationOf(12), durationOf(1234)], ["–", "12 ms", "1.2 s"]);
  assert.equal(formatted('{"a":1}'), '{\n  "a": 1\n}');
  assert.equal(formatted("no JSON"), "no JSON");
});
