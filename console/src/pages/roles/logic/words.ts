/** Roles and rules of rows in words. Pure. */

import type { FieldMetadata, ObjectMetadata } from "../../../data/objects";
import { enumerated } from "../../model/logic/text.ts";
import { choicesOf, chosen, facetOf, type OperandInfo, operandOf, periodOf } from "./operators.ts";
import { mentioned } from "./rights.ts";
import { RIGHTS, type RoleDraft } from "./role.ts";
import { allRules, type Rule, type RuleGroup, type RulePart } from "./rules.ts";

/** What a role may do, in one line. */
export function summary(draft: RoleDraft): string {
  const allowed = RIGHTS.filter((each) => draft.rights[each.key]).map((each) => each.verb);
  const rules = mentioned(draft).size;
  const records = allowed.length === 0 ? "No records" : `${capital(enumerated(allowed))} all records`;
  const parts = [records];
  if (rules > 0) parts[0] = `${records}, ${rules === 1 ? "1 object" : `${rules} objects`} by rules of their own`;
  if (draft.allSettings) parts.push("all settings");
  if (draft.allTools) parts.push("all tools");
  if (draft.flags.length > 0) parts.push(draft.flags.length === 1 ? "1 flag" : `${draft.flags.length} flags`);
  return parts.join(" · ");
}

/** What records must be like, in a sentence without its end; `labels` names records by their ids. */
export function ruleWords(tree: RuleGroup, object: ObjectMetadata, labels: ReadonlyMap<string, string>): string {
  return grouped(tree, object, labels, true);
}

function grouped(
  part: RulePart,
  object: ObjectMetadata,
  labels: ReadonlyMap<string, string>,
  outermost: boolean,
): string {
  if (part.kind === "rule") return oneRule(part, object, labels);
  const word = part.operator === "AND" ? " and " : " or ";
  const inside = part.parts
    .filter((each) => allRules(each).length > 0)
    .map((each) => grouped(each, object, labels, part.parts.length === 1))
    .join(word);
  return outermost || part.parts.length < 2 ? inside : `(${inside})`;
}

function oneRule(rule: Rule, object: ObjectMetadata, labels: ReadonlyMap<string, string>): string {
  const field = object.fieldsList.find((each) => each.id === rule.fieldId);
  if (field === undefined) return "a field that is gone";
  const name = [field.label, rule.subField ? (facetOf(field, rule.subField)?.label ?? rule.subField) : ""]
    .filter(Boolean)
    .join(" › ");
  if (rule.member !== null) return `${name} is that of the calling member (no key is one)`;
  const info = operandOf(field, rule.subField, rule.operand);
  if (info === undefined) return `${name} ${rule.operand} ${JSON.stringify(rule.value)}`;
  return [name, info.words, valueWords(info, rule.value, field, labels)].filter(Boolean).join(" ");
}

/** A value in words; "…" while there is none. */
export function valueWords(
  info: OperandInfo,
  value: unknown,
  field: FieldMetadata,
  labels: ReadonlyMap<string, string>,
): string {
  if (info.value === "none") return "";
  if (info.value === "boolean") return String(value) === "true" ? "true" : "false";
  if (info.value === "period") return periodWords(value);
  const names = chosen(value).map((each) => named(info, each, field, labels));
  if (names.length === 0) return "…";
  const last = names.at(-1);
  return names.length === 1 ? String(last) : `${names.slice(0, -1).join(", ")} or ${last}`;
}

function named(info: OperandInfo, value: string, field: FieldMetadata, labels: ReadonlyMap<string, string>): string {
  if (info.value === "options" || info.value === "option") {
    return choicesOf(field, info).find((each) => each.value === value || each.label === value)?.label ?? value;
  }
  if (info.value === "records") return labels.get(value) ?? "a record";
  return info.value === "text" ? `“${value}”` : value;
}

function periodWords(value: unknown): string {
  const { direction, amount, unit } = periodOf(value);
  const name = unit.toLowerCase();
  if (direction === "THIS") return `this ${name}`;
  const length = amount === 1 ? name : `${amount} ${name}s`;
  return `the ${direction === "PAST" ? "past" : "next"} ${length}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
