import assert from "node:assert/strict";
import { test } from "node:test";
import { mayGiveAll, mayGiveFlag, mayGiveOn, mayGiveRight, mayOpen } from "../src/pages/roles/logic/escalation.ts";
import { flagsFor, holds, withFlag } from "../src/pages/roles/logic/flags.ts";
import {
  contradictions,
  limitOf,
  may,
  mentioned,
  rightsOn,
  withEdited,
  withObjectRight,
  withOnlySeen,
  withoutObject,
  withRight,
  withSeen,
} from "../src/pages/roles/logic/rights.ts";
import { draftOf, NEW_ROLE, type RoleDraft } from "../src/pages/roles/logic/role.ts";
import { documentsOf, labelProblem, same, stepsOf, targetProblem } from "../src/pages/roles/logic/save.ts";

// biome-ignore lint/suspicious/noExplicitAny: whole roles of the API would hide what a case is about.
type Any = any;

const NOT_NEW = { isNew: false, newId: () => "new" };
const READER: RoleDraft = withRight({ ...NEW_ROLE, label: "Reader" }, "read", true);
const EDITOR: RoleDraft = withRight(READER, "update", true);

function mutations(before: RoleDraft, after: RoleDraft, options = NOT_NEW): string[] {
  return stepsOf("r", before, after, options).map((each) => each.mutation);
}

function inputOf(before: RoleDraft, after: RoleDraft, mutation: string): Any {
  return stepsOf("r", before, after, NOT_NEW).find((each) => each.mutation === mutation)?.input;
}

test("a right to write brings the right to see, and without it there is none", () => {
  assert.deepEqual(EDITOR.rights, { read: true, update: true, softDelete: false, destroy: false });
  assert.deepEqual(withRight(EDITOR, "read", false).rights, NEW_ROLE.rights);
});

test("an object inherits, is granted and revoked", () => {
  assert.equal(may(READER, "o", "update"), false);
  const granted = withObjectRight(READER, "o", "update", true);
  assert.deepEqual(rightsOn(granted, "o"), { read: null, update: true, softDelete: null, destroy: null });
  assert.equal(may(granted, "o", "update"), true);
  assert.deepEqual(withObjectRight(granted, "o", "update", null).objects, {});
});

test("granting to write on an object grants to see it", () => {
  const draft = withObjectRight(NEW_ROLE, "o", "destroy", true);
  assert.deepEqual(rightsOn(draft, "o"), { read: true, update: null, softDelete: null, destroy: true });
});

test("revoking to see an object takes what may be written there", () => {
  const draft = withObjectRight(withObjectRight(EDITOR, "o", "destroy", true), "o", "read", false);
  assert.deepEqual(rightsOn(draft, "o"), { read: false, update: false, softDelete: null, destroy: null });
});

test("rights on all objects that leave an object written and unseen are a contradiction", () => {
  const draft = withObjectRight(READER, "o", "update", true);
  assert.deepEqual(contradictions(draft), []);
  assert.deepEqual(contradictions(withRight(draft, "read", false)), ["o"]);
});

test("a field that is not seen is not edited, and one that is edited is seen", () => {
  const hidden = withSeen(EDITOR, "o", "f", false);
  assert.deepEqual(limitOf(hidden, "o", "f"), { hidden: true, locked: true });
  assert.deepEqual(limitOf(withSeen(hidden, "o", "f", true), "o", "f"), { hidden: false, locked: true });
  assert.deepEqual(withEdited(hidden, "o", "f", true).fields, {});
  assert.deepEqual(limitOf(withEdited(EDITOR, "o", "f", false), "o", "f"), { hidden: false, locked: true });
});

test("only some fields are seen; limits of those stay as they are", () => {
  const draft = withOnlySeen(withEdited(EDITOR, "o", "a", false), "o", ["a", "b", "c"], new Set(["a"]));
  assert.deepEqual(draft.fields.o, {
    a: { hidden: false, locked: true },
    b: { hidden: true, locked: true },
    c: { hidden: true, locked: true },
  });
});

test("removing an object removes all that is said of it", () => {
  const draft = withSeen(withObjectRight(READER, "o", "update", true), "o", "f", false);
  assert.deepEqual([...mentioned(draft)], ["o"]);
  assert.ok(same(withoutObject(draft, "o"), READER));
});

test("a stored role is a draft, and nothing is sent for one that did not change", () => {
  const role: Any = {
    ...{ id: "r", label: "Reader", description: null, icon: "IconUser", isEditable: true },
    ...{ canBeAssignedToApiKeys: true, canBeAssignedToUsers: false, canBeAssignedToAgents: false },
    ...{ canUpdateAllSettings: false, canAccessAllTools: false, canReadAllObjectRecords: true },
    ...{ canUpdateAllObjectRecords: false, canSoftDeleteAllObjectRecords: false, canDestroyAllObjectRecords: false },
    ...{ apiKeys: [], permissionFlags: [{ flag: "VIEWS" }, { flag: "ROLES" }] },
    objectPermissions: [
      {
        objectMetadataId: "o",
        canReadObjectRecords: null,
        canUpdateObjectRecords: null,
        canSoftDeleteObjectRecords: null,
        canDestroyObjectRecords: null,
      },
    ],
    fieldPermissions: [
      { objectMetadataId: "o", fieldMetadataId: "f", canReadFieldValue: null, canUpdateFieldValue: false },
    ],
    rowLevelPermissionPredicates: [],
    rowLevelPermissionPredicateGroups: [],
  };
  const draft = draftOf(role);
  assert.deepEqual(draft.objects, {});
  assert.deepEqual(draft.fields, { o: { f: { hidden: false, locked: true } } });
  assert.deepEqual(draft.flags, ["ROLES", "VIEWS"]);
  assert.deepEqual(mutations(draft, draftOf({ ...role, fieldPermissions: [...role.fieldPermissions] })), []);
});

test("drafts are compared by what they say, not by the order in which it was said", () => {
  assert.ok(same({ a: 1, b: { c: 1, d: 2 } }, { b: { d: 2, c: 1 }, a: 1 }));
  assert.ok(!same({ a: [1, 2] }, { a: [2, 1] }));
});

// ------------------------------------------------------------------ order of calls

test("rights are raised on all objects first, then on single ones", () => {
  const after = withObjectRight(EDITOR, "o", "destroy", true);
  assert.deepEqual(mutations(NEW_ROLE, { ...after, label: "" }), ["updateOneRole", "upsertObjectPermissions"]);
});

test("rights are lowered on single objects first, then on all", () => {
  const before = withObjectRight(READER, "o", "update", true);
  const after = withoutObject(withRight(before, "read", false), "o");
  assert.deepEqual(mutations(before, after), ["upsertObjectPermissions", "updateOneRole"]);
});

test("an object that is to stay closed is closed before all are opened", () => {
  const after = withObjectRight(READER, "o", "read", false);
  assert.deepEqual(mutations({ ...NEW_ROLE, label: "Reader" }, after), ["upsertObjectPermissions", "updateOneRole"]);
});

test("an object is closed first and another one opened last when both is needed", () => {
  const before: RoleDraft = { ...NEW_ROLE, label: "Reader" };
  const after = withObjectRight(withObjectRight(READER, "closed", "read", false), "open", "update", true);
  assert.deepEqual(mutations(before, after), ["upsertObjectPermissions", "updateOneRole", "upsertObjectPermissions"]);
  const [first, , last]: Any[] = stepsOf("r", before, after, NOT_NEW).map((each) => each.input);
  assert.deepEqual(
    first.objectPermissions.map((each: Any) => [each.objectMetadataId, each.canReadObjectRecords]),
    [["closed", false]],
  );
  assert.equal(last.objectPermissions.length, 2);
});

test("fields are hidden once their object can be seen, and records chosen before", () => {
  const seen = withSeen(READER, "o", "f", false);
  const rule: Any = {
    kind: "rule",
    id: "1",
    fieldId: "f",
    subField: null,
    operand: "IS_EMPTY",
    value: null,
    member: null,
  };
  const after = { ...seen, rows: { o: { kind: "group", id: "root", operator: "AND", parts: [rule] } as const } };
  assert.deepEqual(mutations({ ...NEW_ROLE, label: "Reader" }, after), [
    "upsertRowLevelPermissionPredicates",
    "updateOneRole",
    "upsertFieldPermissions",
  ]);
});

test("conditions on records end only when their object is closed", () => {
  const rule: Any = {
    kind: "rule",
    id: "1",
    fieldId: "f",
    subField: null,
    operand: "IS_EMPTY",
    value: null,
    member: null,
  };
  const before = { ...READER, rows: { o: { kind: "group", id: "root", operator: "AND", parts: [rule] } as const } };
  const after = withObjectRight(withoutObject(before, "o"), "o", "read", false);
  assert.deepEqual(mutations(before, after), ["upsertObjectPermissions", "upsertRowLevelPermissionPredicates"]);
});

test("a limit that says nothing on its object is not sent", () => {
  const after = withSeen(READER, "o", "f", false);
  const { fieldPermissions } = inputOf(READER, after, "upsertFieldPermissions");
  assert.deepEqual(fieldPermissions, [{ objectMetadataId: "o", fieldMetadataId: "f", canReadFieldValue: false }]);
  const back = inputOf(withSeen(EDITOR, "o", "f", false), EDITOR, "upsertFieldPermissions");
  assert.deepEqual(back.fieldPermissions, [
    { objectMetadataId: "o", fieldMetadataId: "f", canReadFieldValue: null, canUpdateFieldValue: null },
  ]);
});

test("only what changed of the role itself is sent, in one call with its rights", () => {
  const after = withRight({ ...READER, label: " Editor ", description: " " }, "update", true);
  assert.deepEqual(inputOf(READER, after, "updateOneRole"), {
    id: "r",
    update: { label: "Editor", canUpdateAllObjectRecords: true },
  });
});

test("flags come last, but first when all settings go: the caller may need what is taken", () => {
  const all = { ...READER, allSettings: true };
  const some = { ...READER, flags: ["ROLES"] };
  assert.deepEqual(mutations(READER, some), ["upsertPermissionFlags"]);
  assert.deepEqual(mutations(all, some), ["upsertPermissionFlags", "updateOneRole"]);
  assert.deepEqual(mutations(some, all), ["updateOneRole", "upsertPermissionFlags"]);
});

test("a new role is made without rights, then given them", () => {
  const after = withFlag(withObjectRight(EDITOR, "o", "update", false), "VIEWS", true);
  const steps = stepsOf("r", NEW_ROLE, after, { isNew: true, newId: () => "new" });
  assert.deepEqual(
    steps.map((each) => each.mutation),
    ["createOneRole", "upsertObjectPermissions", "updateOneRole", "upsertPermissionFlags"],
  );
  assert.equal(steps[0]?.input.label, "Reader");
  assert.equal(steps[0]?.input.canReadAllObjectRecords, undefined);
});

test("all calls are one document", () => {
  const documents = documentsOf(stepsOf("r", READER, withFlag(EDITOR, "VIEWS", true), NOT_NEW));
  const { query, variables } = documents[0] as Any;
  assert.equal(documents.length, 1);
  assert.match(query, /^mutation SaveRole\(\$input0: UpdateRoleInput!, \$input1: UpsertPermissionFlagsInput!\) {/);
  assert.match(query, /step1: upsertPermissionFlags\(upsertPermissionFlagsInput: \$input1\) { flag }/);
  assert.deepEqual(Object.keys(variables), ["input0", "input1"]);
});

test("more calls than a document may have are several, in their order", () => {
  const steps = Array.from({ length: 21 }, (_, id) => ({ mutation: "updateOneRole", input: { id } }) as const);
  const documents = documentsOf(steps);
  assert.deepEqual(
    documents.map((each) => Object.keys(each.variables).length),
    [10, 10, 1],
  );
  assert.deepEqual(documents[1]?.variables.input0, { id: 10 });
  assert.deepEqual(documentsOf([]), []);
});

test("a role needs a name and somebody who may have it", () => {
  assert.match(labelProblem("  "), /needs a name/);
  assert.equal(labelProblem("Reader"), "");
  assert.match(labelProblem("x".repeat(256)), /255/);
  assert.match(
    targetProblem({ ...READER, targets: { ...READER.targets, canBeAssignedToApiKeys: false } }),
    /at least one/,
  );
});

// ------------------------------------------------------------------ flags and what may be given

test("roles for keys only are not offered what only users or agents use", () => {
  const keys = flagsFor(NEW_ROLE, "settings").map((each) => each.key);
  assert.ok(keys.includes("ROLES"));
  for (const hidden of ["SSO_BYPASS", "IMPERSONATE", "BILLING"]) assert.ok(!keys.includes(hidden));
  const users: RoleDraft = { ...NEW_ROLE, targets: { ...NEW_ROLE.targets, canBeAssignedToUsers: true } };
  assert.ok(flagsFor(users, "settings").some((each) => each.key === "BILLING"));
  assert.ok(flagsFor(users, "tools").every((each) => each.key !== "HTTP_REQUEST_TOOL"));
  assert.ok(flagsFor({ ...NEW_ROLE, flags: ["BILLING"] }, "settings").some((each) => each.key === "BILLING"));
});

test("a flag is held by name or with all of its kind", () => {
  assert.ok(holds({ ...NEW_ROLE, allSettings: true }, "ROLES"));
  assert.ok(!holds({ ...NEW_ROLE, allSettings: true }, "VIEWS"));
  assert.ok(holds(withFlag(NEW_ROLE, "VIEWS", true), "VIEWS"));
  assert.deepEqual(withFlag(withFlag(NEW_ROLE, "VIEWS", true), "VIEWS", false).flags, []);
});

test("what neither the own role nor the role before has cannot be given", () => {
  const own = withSeen(withObjectRight({ ...READER, flags: ["ROLES"] }, "closed", "read", false), "o", "secret", false);
  assert.ok(mayGiveFlag([own], "ROLES") && !mayGiveFlag([own], "SECURITY"));
  assert.ok(!mayGiveAll([own], "allSettings") && mayGiveAll([own, { ...READER, allSettings: true }], "allSettings"));
  assert.ok(mayGiveRight([own], "read") && !mayGiveRight([own], "update"));
  assert.ok(mayGiveOn([own], "o", "read") && !mayGiveOn([own], "closed", "read"));
  assert.ok(mayOpen([own], "o", "name", "hidden") && !mayOpen([own], "o", "secret", "hidden"));
  assert.ok(!mayOpen([own], "o", "name", "locked"));
});
