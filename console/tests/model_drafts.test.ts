import assert from "node:assert/strict";
import { test } from "node:test";
import {
  draftOfField,
  draftOfObject,
  fieldChanges,
  fieldInput,
  freshField,
  objectChanges,
} from "../src/pages/model/logic/draft.ts";
import { defaulted, draftOf } from "../src/pages/model/logic/options.ts";
import { FIELD_PLACES, objectPlaces, placed, problemsOf } from "../src/pages/model/logic/problems.ts";
import { createBody, exampleFields, updateBody } from "../src/pages/model/logic/samples.ts";
import { LANGUAGES, snippets } from "../src/pages/model/logic/snippets.ts";
import { CREATABLE } from "../src/pages/model/logic/types.ts";

// biome-ignore lint/suspicious/noExplicitAny: whole objects of the API would hide what a case is about.
type Any = any;

const NO_OPTIONS = { list: [], defaults: [] };

function field(more: object = {}): Any {
  return {
    id: "f",
    type: "TEXT",
    name: "title",
    label: "Title",
    description: null,
    icon: null,
    isActive: true,
    isSystem: false,
    isUIReadOnly: false,
    isNullable: true,
    isUnique: false,
    isLabelSyncedWithName: true,
    defaultValue: null,
    options: null,
    settings: null,
    relation: null,
    morphRelations: null,
    ...more,
  };
}

function object(fieldsList: readonly Any[] = [], more: object = {}): Any {
  return {
    nameSingular: "rocket",
    namePlural: "rockets",
    labelSingular: "Rocket",
    labelPlural: "Rockets",
    description: null,
    icon: null,
    isLabelSyncedWithName: true,
    labelIdentifierFieldMetadataId: "f",
    fieldsList,
    ...more,
  };
}

test("a field that was not changed has nothing to send", () => {
  const cases = [
    {},
    { type: "NUMBER", defaultValue: 3, settings: { decimals: 2, dataType: "float" } },
    { type: "EMAILS", defaultValue: { primaryEmail: "'a@b.example'", additionalEmails: null } },
    { type: "SELECT", options: [{ id: "o", label: "A", value: "A", position: 0 }], defaultValue: "'A'" },
    {
      type: "MULTI_SELECT",
      options: [{ id: "o", label: "A", value: "A", position: 0, color: "red" }],
      defaultValue: null,
    },
    { type: "RELATION", settings: { relationType: "MANY_TO_ONE", joinColumnName: "titleId", onDelete: "SET_NULL" } },
  ];
  for (const each of cases)
    assert.deepEqual(fieldChanges(field(each), draftOfField(field(each))), {}, JSON.stringify(each));
});

test("only what was changed is sent", () => {
  const before = field({ description: "Old" });
  const draft = { ...draftOfField(before), label: " Name ", name: "name", description: "  " };
  assert.deepEqual(fieldChanges(before, draft), { label: "Name", name: "name", description: null });
  const choice = field({
    type: "SELECT",
    options: [{ id: "o", label: "A", value: "A", position: 0 }],
    defaultValue: "'A'",
  });
  const open = draftOfField(choice);
  assert.deepEqual(
    fieldChanges(choice, { ...open, options: defaulted(open.options ?? NO_OPTIONS, "o", false, false) }),
    {
      defaultValue: null,
    },
  );
});

test("inputs of new fields have what their types need", () => {
  for (const { type } of CREATABLE) {
    const draft = freshField(type, draftOf([{ id: "o", label: "A", value: "A", position: 0 }], null));
    const input = fieldInput({ ...draft, label: "X", name: "x" }, "object") as Any;
    assert.equal(input.type, type);
    assert.equal("options" in input, type === "SELECT" || type === "MULTI_SELECT", type);
    assert.equal("relationCreationPayload" in input, type === "RELATION");
    assert.equal("morphRelationsCreationPayload" in input, type === "MORPH_RELATION");
  }
  const relation = { kind: "ONE_TO_MANY" as const, targets: ["t1", "t2"], label: "Owner" };
  const input = fieldInput(
    { ...freshField("MORPH_RELATION", NO_OPTIONS), label: "X", name: "x", relation },
    "object",
  ) as Any;
  assert.equal(input.isLabelSyncedWithName, false);
  assert.deepEqual(
    input.morphRelationsCreationPayload.map((each: Any) => each.targetObjectMetadataId),
    ["t1", "t2"],
  );
});

test("of an object, too, only what was changed is sent", () => {
  const before = object();
  assert.deepEqual(objectChanges(before, draftOfObject(before)), {});
  assert.deepEqual(objectChanges(before, { ...draftOfObject(before), icon: "IconRocket" }), { icon: "IconRocket" });
});

test("problems of a report stand at the members that they are about", () => {
  const report = (code: string, message: string, value: unknown = null) => ({
    errors: { fieldMetadata: [{ errors: [{ code, message, value }] }] },
  });
  const at = (code: string, message: string) =>
    Object.keys(placed(problemsOf(report(code, message), message), FIELD_PLACES))[0];
  assert.equal(at("NOT_AVAILABLE", 'Name "x" is not available as it is already used by another field'), "name");
  assert.equal(
    at("INDEX_DUPLICATE_VALUES", "Unique index cannot be created for field x: several records have the value v"),
    "isUnique",
  );
  assert.equal(at("INVALID_FIELD_INPUT", "Duplicated option value"), "options");
  assert.equal(at("INVALID_FIELD_INPUT", 'Invalid default value "x"'), "defaultValue");
  assert.equal(
    at("INVALID_FIELD_INPUT", "Field mass must have a default value, or be nullable, because the object has records"),
    "isRequired",
  );
  assert.equal(at("INVALID_FIELD_INPUT", "maxNumberOfValues must be defined"), "settings");
  assert.equal(at("FIELD_METADATA_RELATION_MALFORMED", "Relation creation payload is required"), "relation");
  assert.equal(at("X", "Something else"), "");

  const names = { nameSingular: "rocket", namePlural: "rockets", labelPlural: "Rockets" };
  const ofObject = (code: string, message: string, value: unknown) =>
    Object.keys(placed(problemsOf(report(code, message, value), message), objectPlaces(names)))[0];
  assert.equal(ofObject("OBJECT_ALREADY_EXISTS", "Object already exists", "rocket"), "nameSingular");
  assert.equal(ofObject("INVALID_OBJECT_INPUT", "This name is reserved.", "rockets"), "namePlural");
  assert.equal(ofObject("INVALID_OBJECT_INPUT", "Object label is too long", "Rockets"), "labelPlural");
});

test("bodies hold what is required and leave out what would collide", () => {
  const title = field();
  const rocket = object([
    title,
    field({ id: "a", name: "mass", type: "NUMBER", isNullable: false }),
    field({ id: "b", name: "serial", isUnique: true }),
    field({ id: "c", name: "code", isUnique: true, isNullable: false }),
    field({ id: "d", name: "crew", type: "RELATION" }),
    field({ id: "e", name: "old", isActive: false }),
    field({ id: "g", name: "data", type: "RAW_JSON" }),
    field({ id: "h", name: "secret", label: "Secret" }),
  ]);
  const fields = exampleFields(rocket, (each) => each.name !== "secret");
  assert.deepEqual(createBody(rocket, fields, "x1"), { title: "Example Rocket", mass: 42, code: "Some Title x1" });
  assert.deepEqual(updateBody(rocket, fields), { mass: 42 });
  assert.deepEqual(updateBody(rocket, []), { position: "first" });
});

test("snippets name the base and a placeholder, never a token", () => {
  const subject = {
    base: "https://api.example/dev/",
    singular: "rocket",
    plural: "rockets",
    update: { mass: 1 },
    selection: ["title"],
    create: { title: "It's", nested: { on: true, off: null }, list: ["a"] },
  };
  for (const { key } of LANGUAGES) {
    const all = snippets(key, subject);
    assert.equal(all.length, 4);
    if (key === "graphql") continue;
    for (const { code } of all) {
      assert.ok(code.includes("https://api.example/dev/rest/rockets"));
      assert.ok(code.includes("YOUR_API_KEY"));
    }
  }
  const [, curl] = snippets("curl", subject);
  assert.match(curl?.code ?? "", /It'\\''s/);
  const [, python] = snippets("python", subject);
  assert.match(python?.code ?? "", /"on": True,\n\s+"off": None/);
});
