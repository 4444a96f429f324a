/** Why a draft cannot be saved yet. Pure. */

import type { ObjectMetadata } from "../../../data/objects";
import { operandOf, valueProblem } from "./operators.ts";
import { contradictions } from "./rights.ts";
import type { RoleDraft } from "./role.ts";
import { allRules, MAX_RULES, type Rule } from "./rules.ts";
import { labelProblem, targetProblem } from "./save.ts";

/** All that is missing or contradicts itself, in sentences. */
export function problemsOf(draft: RoleDraft, objects: readonly ObjectMetadata[]): readonly string[] {
  const found = [labelProblem(draft.label), targetProblem(draft)];
  for (const id of contradictions(draft)) {
    const name = objects.find((each) => each.id === id)?.labelPlural ?? "an object";
    found.push(`${name}: who may edit, delete or destroy records must be able to see them.`);
  }
  for (const [id, tree] of Object.entries(draft.rows)) {
    const object = objects.find((each) => each.id === id);
    const rules = allRules(tree);
    if (object === undefined) continue;
    if (rules.some((rule) => ruleProblem(rule, object) !== "")) {
      found.push(`${object.labelPlural}: a condition on records has no value yet.`);
    }
    if (rules.length > MAX_RULES) found.push(`${object.labelPlural}: at most ${MAX_RULES} conditions.`);
  }
  return found.filter(Boolean);
}

/** What is wrong with a condition; empty when it can be saved. */
export function ruleProblem(rule: Rule, object: ObjectMetadata): string {
  const field = object.fieldsList.find((each) => each.id === rule.fieldId);
  if (field === undefined) return "This field is gone. Remove the condition.";
  // What this page does not offer was made elsewhere; the server has taken it.
  const info = operandOf(field, rule.subField, rule.operand);
  return rule.member !== null || info === undefined ? "" : valueProblem(info.value, rule.value);
}
