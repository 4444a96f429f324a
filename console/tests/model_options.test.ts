import assert from "node:assert/strict";
import { test } from "node:test";
import {
  amount,
  micros,
  quoted,
  quotedDeep,
  unquoted,
  unquotedDeep,
  withPart,
} from "../src/pages/model/logic/defaults.ts";
import * as options from "../src/pages/model/logic/options.ts";

const ascii = (text: string) => text;
const STORED = [
  { id: "b", label: "Done", value: "DONE", color: "green", position: 1 },
  { id: "a", label: "New", value: "NEW", position: 0 },
];

function ids() {
  let count = 0;
  return () => `id${++count}`;
}

test("stored options become a draft in their order, and what is unchanged is stored again", () => {
  const draft = options.draftOf(STORED, "'DONE'");
  assert.deepEqual(
    draft.list.map((each) => each.id),
    ["a", "b"],
  );
  assert.deepEqual(draft.defaults, ["b"]);
  assert.deepEqual(options.stored(draft, false), {
    options: [STORED[1], STORED[0]],
    defaultValue: "'DONE'",
  });
});

test("renaming a value keeps the id, and the default follows", () => {
  const draft = options.revalued(options.draftOf(STORED, "'DONE'"), "b", "all done");
  const saved = options.stored(draft, false);
  assert.deepEqual(saved.options[1], { id: "b", label: "Done", value: "ALL_DONE", color: "green", position: 1 });
  assert.equal(saved.defaultValue, "'ALL_DONE'");
  assert.equal(options.relabelled(draft, "b", "Finished", ascii).list[1]?.value, "ALL_DONE");
});

test("values of new options follow their labels until they are written", () => {
  const newId = ids();
  let draft = options.added(options.draftOf(STORED, null), newId, ascii);
  draft = options.relabelled(draft, "id1", "New", ascii);
  assert.equal(draft.list[2]?.value, "NEW_2");
  draft = options.revalued(draft, "id1", "FRESH");
  draft = options.relabelled(draft, "id1", "Newest", ascii);
  assert.equal(draft.list[2]?.value, "FRESH");
});

test("options move, go, and are found missing", () => {
  const draft = options.draftOf(STORED, ["'NEW'", "'DONE'"]);
  assert.deepEqual(
    options.moved(draft, 0, 1).list.map((each) => each.id),
    ["b", "a"],
  );
  assert.equal(options.moved(draft, 0, 2), draft);
  const less = options.removed(draft, "a");
  assert.deepEqual(less.defaults, ["b"]);
  assert.deepEqual(
    options.lost(STORED, less).map((each) => each.value),
    ["NEW"],
  );
});

test("one default of a SELECT, several of a MULTI_SELECT, null for none", () => {
  const draft = options.draftOf(STORED, "'NEW'");
  assert.deepEqual(options.defaulted(draft, "b", true, false).defaults, ["b"]);
  const both = options.defaulted(draft, "b", true, true);
  assert.deepEqual(options.stored(both, true).defaultValue, ["'NEW'", "'DONE'"]);
  assert.equal(options.stored(options.defaulted(draft, "a", false, true), true).defaultValue, null);
});

test("bulk text keeps the options whose labels stay", () => {
  const draft = options.draftOf(STORED, "'NEW'");
  assert.equal(options.asText(draft), "New\nDone");
  const changed = options.fromText(draft, "Done\n\n Later \nLater\n", ids(), ascii);
  assert.deepEqual(
    changed.list.map(({ id, value }) => [id, value]),
    [
      ["b", "DONE"],
      ["id1", "LATER"],
      ["id2", "LATER_2"],
    ],
  );
  assert.deepEqual(changed.defaults, []);
});

test("what is wrong with an option is said", () => {
  const draft = options.draftOf(STORED, null);
  const of = (change: object) => options.optionProblem(draft, { ...(draft.list[0] as options.OptionDraft), ...change });
  assert.equal(of({}), "");
  for (const change of [
    { label: " " },
    { label: "a, b" },
    { value: "in__x" },
    { value: "1A" },
    { value: "DONE" },
    { label: "x".repeat(64) },
  ])
    assert.notEqual(of(change), "", JSON.stringify(change));
});

test("texts of defaults have quotes of their own", () => {
  assert.equal(quoted("it's"), "'it's'");
  assert.equal(unquoted("'it's'"), "it's");
  assert.equal(quoted(""), null);
  assert.equal(unquoted("now"), "");
  const json = { a: "x", b: [1, "y", null, true] };
  assert.deepEqual(unquotedDeep(quotedDeep(json)), json);
  assert.deepEqual(withPart(null, "a", "'x'"), { a: "'x'" });
  assert.equal(withPart({ a: "'x'", b: null }, "a", null), null);
});

test("amounts are millionths, exactly", () => {
  for (const [text, value] of [
    ["12.5", 12_500_000],
    ["0.000001", 1],
    ["-3", -3_000_000],
    ["", null],
    ["1e3", undefined],
    ["1.2345678", undefined],
  ] as const)
    assert.equal(micros(text), value, text);
  for (const text of ["12.5", "0.000001", "-3", "1500"]) assert.equal(amount(micros(text)), text);
});
