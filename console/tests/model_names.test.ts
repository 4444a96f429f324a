import assert from "node:assert/strict";
import { test } from "node:test";
import anyAscii from "any-ascii";
import { latin } from "../src/pages/model/logic/ascii.ts";
import {
  fieldName,
  nameProblem,
  optionValue,
  pluralLabel,
  pluralName,
  singularName,
} from "../src/pages/model/logic/names.ts";
import { counted, enumerated, matches } from "../src/pages/model/logic/text.ts";

test("letters of Latin scripts are written as the server writes them", () => {
  for (let code = 0x20; code < 0x250; code++) {
    const letter = String.fromCodePoint(code);
    const written = latin(letter);
    if (written !== null) assert.equal(written, anyAscii(letter), `U+${code.toString(16)}`);
  }
  assert.equal(latin("Größe, Øresund, Łódź"), "Grosse, Oresund, Lodz");
  assert.equal(latin("東京"), null);
  assert.equal(latin("½ €"), null);
});

test("names follow from labels", () => {
  const cases: Record<string, string> = {
    "2nd Größe": "n2NdGrosse",
    "Net  revenue (EUR)": "netRevenueEur",
    "iPhone 15Pro": "iphone15Pro",
    type: "typeCustom",
    東京: "dongjing",
    "!!!": "",
    "  ": "",
  };
  for (const [label, name] of Object.entries(cases)) assert.equal(fieldName(label, anyAscii), name, label);
  assert.equal(singularName("Phones", anyAscii), "phonesCustom");
  assert.equal(pluralName("Batch", "box", anyAscii), "batchCustom");
  assert.equal(pluralName("Sheep", "sheep", anyAscii), "sheeps");
});

test("what is no name is said", () => {
  for (const name of ["", "Rocket", "2nd", "my-name", "a".repeat(64), "type", "größe"])
    assert.notEqual(nameProblem(name), "", name);
  for (const name of ["rocket", "n2Nd", "a".repeat(63)]) assert.equal(nameProblem(name), "", name);
});

test("plural labels are proposed", () => {
  const cases = { Rocket: "Rockets", Company: "Companies", Box: "Boxes", Day: "Days", Bus: "Buses", "": "" };
  for (const [one, many] of Object.entries(cases)) assert.equal(pluralLabel(one), many);
});

test("values of options follow from labels and differ", () => {
  const cases: Record<string, string> = {
    "In progress": "IN_PROGRESS",
    "2nd try": "OPT_2ND_TRY",
    "?!": "OPTION",
    Größe: "GROSSE",
  };
  for (const [label, value] of Object.entries(cases)) assert.equal(optionValue(label, new Set(), anyAscii), value);
  assert.equal(optionValue("New", new Set(["NEW", "NEW_2"]), anyAscii), "NEW_3");
  const long = optionValue("x ".repeat(60), new Set(), anyAscii);
  assert.match(long, /^(?!.*__)[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/);
  assert.ok(long.length <= 63);
});

test("searches look over case and accents", () => {
  assert.ok(matches("SOCIETE", "Sociétés"));
  assert.ok(matches("cust rock", "Rockets", "Custom"));
  assert.ok(!matches("x", "Rockets"));
  assert.equal(counted(1, "record"), "1 record");
  assert.equal(counted(2000, "entry", "entries"), "2,000 entries");
  assert.equal(enumerated(["a", "b", "c"]), "a, b and c");
});
