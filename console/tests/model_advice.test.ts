import assert from "node:assert/strict";
import { test } from "node:test";
import { isOverOne, money, units } from "../src/pages/model/logic/advice.ts";

test("what is little is not nothing", () => {
  assert.equal(units(0), "–");
  assert.equal(units(0.4), "< 1");
  assert.match(units(12_345.6), /^12.?346$/);
});

test("changes of a bill have a sign", () => {
  assert.equal(money(-0.004), "about $0");
  assert.equal(money(-1.5), "-$1.50");
  assert.equal(money(2), "+$2.00");
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
