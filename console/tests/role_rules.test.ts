import assert from "node:assert/strict";
import { test } from "node:test";
import {
  choicesOf,
  chosen,
  facetsOf,
  freshValue,
  operandOf,
  periodOf,
  periodValue,
  valueProblem,
} from "../src/pages/roles/logic/operators.ts";
import { problemsOf, ruleProblem } from "../src/pages/roles/logic/problems.ts";
import { NEW_ROLE } from "../src/pages/roles/logic/role.ts";
import {
  added,
  countRules,
  joined,
  NO_RULES,
  type Rule,
  type RuleGroup,
  replaced,
  ruleInput,
  treeOf,
} from "../src/pages/roles/logic/rules.ts";
import { ruleWords, summary } from "../src/pages/roles/logic/words.ts";

// biome-ignore lint/suspicious/noExplicitAny: whole objects of the API would hide what a case is about.
type Any = any;

function rule(id: string, more: Partial<Rule> = {}): Rule {
  const plain = { operand: "IS", value: ["NEW"], member: null } as const;
  return { kind: "rule", id, fieldId: "stage", subField: null, ...plain, ...more };
}

function group(id: string, operator: "AND" | "OR", ...parts: RuleGroup["parts"]): RuleGroup {
  return { kind: "group", id, operator, parts };
}

/** What the API answers after a tree was sent. */
function stored(tree: RuleGroup): RuleGroup {
  const { predicates, predicateGroups } = ruleInput(tree, "o", () => "top");
  const complete = (each: Any) => ({
    ...{ workspaceMemberFieldMetadataId: null, workspaceMemberSubFieldName: null },
    ...{ parentRowLevelPermissionPredicateGroupId: null, value: null },
    ...each,
  });
  return treeOf(predicates.map(complete), predicateGroups.map(complete));
}

const OBJECT: Any = {
  labelPlural: "Deals",
  fieldsList: [
    { id: "stage", type: "SELECT", label: "Stage", options: [{ id: "1", value: "NEW", label: "New" }] },
    { id: "amount", type: "CURRENCY", label: "Amount" },
    { id: "close", type: "DATE_TIME", label: "Close date" },
    { id: "company", type: "RELATION", label: "Company", relation: { type: "MANY_TO_ONE" } },
    { id: "name", type: "TEXT", label: "Name" },
  ],
};

test("conditions without a group are joined by and", () => {
  const tree = group("root", "AND", rule("1"), rule("2"));
  const { predicates, predicateGroups } = ruleInput(tree, "o", () => "top");
  assert.deepEqual(predicateGroups, []);
  assert.deepEqual(
    predicates.map((each) => each.rowLevelPermissionPredicateGroupId),
    [null, null],
  );
  assert.deepEqual(stored(tree), tree);
});

test("an outermost or is a group of its own", () => {
  const tree = group("root", "OR", rule("1"), rule("2"));
  assert.deepEqual(stored(tree), { ...tree, id: "top" });
  assert.deepEqual(stored(stored(tree)), { ...tree, id: "top" });
});

test("groups keep their order and their depth", () => {
  const tree = group(
    "root",
    "AND",
    rule("1"),
    group("a", "OR", rule("2"), group("b", "AND", rule("3"), rule("4"))),
    rule("5"),
  );
  assert.deepEqual(stored(tree), tree);
  assert.equal(countRules(tree), 5);
});

test("groups without conditions are not sent, nor kept", () => {
  const { predicateGroups } = ruleInput(group("root", "AND", rule("1"), group("a", "OR")), "o", () => "top");
  assert.deepEqual(predicateGroups, []);
  assert.deepEqual(
    ruleInput(group("root", "OR"), "o", () => "top"),
    { predicates: [], predicateGroups: [] },
  );
});

test("a condition is added, changed and removed, with the group that it leaves empty", () => {
  const tree = added(added(NO_RULES, "root", rule("1")), "root", group("a", "OR", rule("2")));
  assert.equal(countRules(added(tree, "a", rule("3"))), 3);
  assert.deepEqual(replaced(tree, "2", null), group("root", "AND", rule("1")));
  assert.deepEqual(replaced(tree, "1", rule("1", { value: [] })).parts[0], rule("1", { value: [] }));
  assert.equal((joined(tree, "a", "AND").parts[1] as RuleGroup).operator, "AND");
});

test("a condition on the calling member is kept as it is", () => {
  const tree = group("root", "AND", rule("1", { member: { fieldId: "m", subField: null }, value: null }));
  assert.deepEqual(stored(tree), tree);
});

test("each type offers what the API takes for it", () => {
  const operands = (id: string, part = "") =>
    facetsOf(OBJECT.fieldsList.find((each: Any) => each.id === id))
      .find((each) => each.name === part)
      ?.operands.map((each) => each.operand);
  assert.deepEqual(operands("stage"), ["IS", "IS_NOT", "IS_EMPTY", "IS_NOT_EMPTY"]);
  assert.deepEqual(operands("amount"), ["IS_EMPTY", "IS_NOT_EMPTY"]);
  assert.ok(operands("amount", "amountMicros")?.includes("GREATER_THAN_OR_EQUAL"));
  assert.ok(operands("close")?.includes("IS_RELATIVE"));
  assert.ok(operands("name")?.includes("CONTAINS"));
  assert.deepEqual(facetsOf({ type: "RELATION", relation: { type: "ONE_TO_MANY" } } as Any), []);
  assert.deepEqual(facetsOf({ type: "TS_VECTOR" } as Any), []);
});

test("values are read in every form in which they can be stored", () => {
  assert.deepEqual(chosen('["A","B"]'), ["A", "B"]);
  assert.deepEqual(chosen({ selectedRecordIds: ["x"] }), ["x"]);
  assert.deepEqual(chosen('{"selectedRecordIds":["x"]}'), ["x"]);
  assert.deepEqual(chosen("A"), ["A"]);
  assert.deepEqual(chosen(""), []);
  assert.deepEqual(chosen("{broken"), ["{broken"]);
});

test("periods are read and written", () => {
  assert.deepEqual(periodOf("PAST_7_DAY"), { direction: "PAST", amount: 7, unit: "DAY" });
  assert.deepEqual(periodOf("NEXT_3_MONTH;;Europe/Paris;;"), { direction: "NEXT", amount: 3, unit: "MONTH" });
  assert.deepEqual(periodOf({ direction: "THIS", unit: "WEEK" }), { direction: "THIS", amount: 1, unit: "WEEK" });
  assert.equal(periodValue({ direction: "THIS", amount: 5, unit: "WEEK" }), "THIS_1_WEEK");
});

test("a condition without a value cannot be saved", () => {
  assert.match(valueProblem("options", freshValue("options")), /Choose/);
  assert.match(valueProblem("text", freshValue("text")), /Enter/);
  assert.match(valueProblem("number", "much"), /number/);
  for (const kind of ["none", "boolean", "period"] as const) assert.equal(valueProblem(kind, freshValue(kind)), "");
  assert.match(ruleProblem(rule("1", { fieldId: "gone" }), OBJECT), /gone/);
  assert.equal(ruleProblem(rule("1", { operand: "IS_TODAY" }), OBJECT), "");
  const draft = { ...NEW_ROLE, label: "Reader", rows: { o: group("root", "AND", rule("1", { value: [] })) } };
  assert.deepEqual(problemsOf(draft, [{ ...OBJECT, id: "o" }]), ["Deals: a condition on records has no value yet."]);
});

test("conditions are said in words", () => {
  const tree = group(
    "root",
    "AND",
    rule("1", { value: ["NEW", "LOST"] }),
    group(
      "a",
      "OR",
      rule("2", { fieldId: "amount", subField: "amountMicros", operand: "GREATER_THAN_OR_EQUAL", value: "5" }),
      rule("3", { fieldId: "close", operand: "IS_RELATIVE", value: "PAST_7_DAY" }),
      rule("4", { fieldId: "company", value: { selectedRecordIds: ["x"] } }),
      rule("5", { fieldId: "name", operand: "CONTAINS", value: "big" }),
    ),
  );
  assert.equal(
    ruleWords(tree, OBJECT, new Map([["x", "Acme"]])),
    "Stage is New or LOST and (Amount › Amount in millionths is at least 5 or Close date is in the past 7 days or Company is Acme or Name contains “big”)",
  );
  assert.equal(operandOf(OBJECT.fieldsList[0], null, "CONTAINS"), undefined);
});

test("what a role may do is said in one line", () => {
  assert.equal(summary(NEW_ROLE), "No records");
  const rights = { read: true, update: true, softDelete: false, destroy: false };
  const objects = { o: { read: false, update: null, softDelete: null, destroy: null } };
  assert.equal(
    summary({ ...NEW_ROLE, rights, objects, flags: ["ROLES", "VIEWS"], allTools: true }),
    "See and edit all records, 1 object by rules of their own · all tools · 2 flags",
  );
});

test("where a record comes from is chosen among the API's own sources", () => {
  const field: Any = { id: "createdBy", type: "ACTOR", label: "Created by" };
  const operands = facetsOf(field).find((each) => each.name === "source")?.operands ?? [];
  assert.deepEqual(
    operands.map((each) => [each.operand, each.value]),
    [
      ["IS", "options"],
      ["IS_NOT", "options"],
      ["IS_EMPTY", "none"],
      ["IS_NOT_EMPTY", "none"],
    ],
  );
  const info = operandOf(field, "source", "IS");
  assert.ok(info);
  const values = choicesOf(field, info).map((each) => each.value);
  assert.deepEqual(values.slice(3, 5), ["AGENT", "API"]);
  const object: Any = { labelPlural: "Deals", fieldsList: [field] };
  const tree = group("top", "AND", rule("1", { fieldId: "createdBy", subField: "source", value: ["API", "MANUAL"] }));
  assert.equal(ruleWords(tree, object, new Map()), "Created by › Source is API or MANUAL");
});
