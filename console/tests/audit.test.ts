import assert from "node:assert/strict";
import { test } from "node:test";
import { actionInWords, actorInWords, changes, valueInWords } from "../src/pages/audit/words.ts";

const NONE = new Map<string, string>();

test("members that changed are told with both values, nested ones with their way", () => {
  const before = { label: "Old", objectPermissions: { o1: { canReadObjectRecords: true } } };
  const after = { label: "New", objectPermissions: { o1: { canReadObjectRecords: false } } };
  assert.deepEqual(changes(before, after, new Map([["o1", "People"]])), [
    { name: "Label", before: "Old", after: "New" },
    { name: "Object permissions › People › Can read object records", before: "yes", after: "no" },
  ]);
});

test("what began or ended has one side, and what is empty is left out", () => {
  const found = changes(null, { name: "Sync", icon: null, flags: [], roleId: "r1" }, new Map([["r1", "Reader"]]));
  assert.deepEqual(found, [
    { name: "Name", before: "", after: "Sync" },
    { name: "Role", before: "", after: "Reader" },
  ]);
  assert.deepEqual(changes({ tooLarge: true }, null, NONE), [{ name: "Too large", before: "yes", after: "" }]);
  assert.deepEqual(changes(null, null, NONE), []);
});

test("values of every kind are text", () => {
  assert.equal(valueInWords(0, NONE), "0");
  assert.equal(valueInWords(false, NONE), "no");
  assert.equal(valueInWords(["A", "B"], NONE), "A, B");
  assert.equal(
    valueInWords([{ id: "x", operand: "IS", value: ["a"] }, { operand: "IS_EMPTY" }], NONE),
    "Operand: IS, Value: a; Operand: IS_EMPTY",
  );
});

test("actions and actors that are not known are shown as they are", () => {
  assert.equal(actionInWords("apiKey.created"), "made the API key");
  assert.equal(actionInWords("key.somethingNew"), "key.somethingNew");
  assert.equal(actorInWords({ type: "API_KEY", name: "Sync" }), "Sync");
  assert.equal(actorInWords({ type: "ADMINISTRATOR", name: null }), "An administrator of the installation");
});
