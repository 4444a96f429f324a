import assert from "node:assert/strict";
import { test } from "node:test";
import { type Advice, actionsOf, covers, effect, isOverOne, times, units } from "../src/pages/model/logic/advice.ts";

test("what is little is not nothing", () => {
  assert.equal(units(0), "–");
  assert.equal(units(0.4), "< 1");
  assert.match(units(12_345.6), /^12.?346$/);
});

const NONE: Advice = {
  fieldMetadataId: "f",
  subFieldName: null,
  path: "city",
  records: "NONE",
  status: "NONE",
  madeBy: null,
  isDroppable: false,
  uses: 0,
  lastUse: null,
  scans: 0,
  scanUnits: 0,
  indexUnits: 0,
  advice: "KEEP",
  reason: "Nobody missed it",
  usdPerMonth: 2,
};
const SHIPPED: Advice = { ...NONE, records: "ALL", madeBy: "SHIPPED", isDroppable: true, usdPerMonth: -1.5 };
const BY_USE: Advice = { ...SHIPPED, madeBy: "TUNER" };
const DECLARED: Advice = { ...SHIPPED, madeBy: "DECLARED", isDroppable: false };
const OF_SEARCH: Advice = { ...SHIPPED, isDroppable: false };
const OF_NULLS: Advice = { ...NONE, records: "NULLS", madeBy: "SHIPPED" };

test("what the bill would be like is said of what can be done", () => {
  assert.equal(effect(NONE), "Building it costs $2.00 a month more");
  assert.equal(effect({ ...NONE, usdPerMonth: -12 }), "Building it saves $12.00 a month");
  assert.equal(effect({ ...NONE, usdPerMonth: 0.004 }), "Building it: about the same bill");
  assert.equal(effect(OF_NULLS), "Building it costs $2.00 a month more");
  for (const there of [SHIPPED, BY_USE, DECLARED]) assert.equal(effect(there), "Dropping it saves $1.50 a month");
  assert.equal(effect(OF_SEARCH), "");
  assert.equal(effect({ ...SHIPPED, records: "VALUES", scans: 3 }), "Building it saves $1.50 a month");
});

test("what use has made can be kept or dropped, what is shipped too, where it would go", () => {
  assert.deepEqual(actionsOf(NONE, "auto"), ["build"]);
  assert.deepEqual(actionsOf(OF_NULLS, "auto"), ["build"]);
  assert.deepEqual(actionsOf(BY_USE, "auto"), ["keep", "drop"]);
  assert.deepEqual(actionsOf(SHIPPED, "advise"), ["drop"]);
  assert.deepEqual(actionsOf({ ...SHIPPED, advice: "DROP" }, "auto"), ["keep", "drop"]);
  assert.deepEqual(actionsOf({ ...SHIPPED, records: "VALUES" }, "auto"), ["build", "drop"]);
  assert.deepEqual(actionsOf(DECLARED, "all"), ["drop"]);
  assert.deepEqual(actionsOf(OF_SEARCH, "auto"), []);
  assert.deepEqual(actionsOf(BY_USE, "all"), []);
});

test("of which records an index has rows", () => {
  assert.equal(covers("ALL"), "");
  assert.equal(covers("VALUES"), "only records with a value");
  assert.equal(covers("NULLS"), "only records without one");
});

test("numbers of times in words", () => {
  assert.equal(times(1), "once");
  assert.equal(times(1200), "1,200 times");
});

test("an index of several fields, or of parts of texts, is not that of one", () => {
  const member = { id: "m", fieldMetadataId: "f", order: 0, subFieldName: null };
  const index = {
    id: "i",
    name: "n",
    indexType: "BTREE",
    isUnique: false,
    isCustom: true,
    status: "READY",
    indexFieldMetadataList: [member],
  };
  const place = { fieldMetadataId: "f", subFieldName: null };
  assert.ok(isOverOne(index, place));
  assert.ok(!isOverOne({ ...index, indexType: "GIN" }, place));
  assert.ok(!isOverOne({ ...index, isCustom: false }, place));
  assert.ok(!isOverOne({ ...index, indexFieldMetadataList: [member, { ...member, id: "o" }] }, place));
  assert.ok(!isOverOne(index, { fieldMetadataId: "f", subFieldName: "firstName" }));
});
