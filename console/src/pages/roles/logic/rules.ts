/** Rules of rows: as stored, and as a tree that is edited (docs/wire/access.md#row-level-predicates). Pure. */

/** A predicate as the API has it. */
export interface StoredRule {
  readonly id: string;
  readonly objectMetadataId: string;
  readonly fieldMetadataId: string;
  readonly operand: string;
  readonly value: unknown;
  readonly subFieldName: string | null;
  readonly workspaceMemberFieldMetadataId: string | null;
  readonly workspaceMemberSubFieldName: string | null;
  readonly rowLevelPermissionPredicateGroupId: string | null;
  readonly positionInRowLevelPermissionPredicateGroup: number | null;
}

/** A group of predicates as the API has it. */
export interface StoredGroup {
  readonly id: string;
  readonly objectMetadataId: string;
  readonly logicalOperator: Operator;
  readonly parentRowLevelPermissionPredicateGroupId: string | null;
  readonly positionInRowLevelPermissionPredicateGroup: number | null;
}

export type Operator = "AND" | "OR";

export interface Rule {
  readonly kind: "rule";
  readonly id: string;
  readonly fieldId: string;
  readonly subField: string | null;
  readonly operand: string;
  readonly value: unknown;
  /** In place of a value: a field of the calling workspace member. */
  readonly member: { readonly fieldId: string; readonly subField: string | null } | null;
}

export interface RuleGroup {
  readonly kind: "group";
  readonly id: string;
  readonly operator: Operator;
  readonly parts: readonly RulePart[];
}

export type RulePart = Rule | RuleGroup;

/** Groups inside one another that the API takes. */
export const MAX_DEPTH = 10;
/** Predicates, and groups, of an object that the API takes. */
export const MAX_RULES = 50;

/** Id of the tree's root, which is no stored group when it is AND. */
const ROOT = "root";

/** A tree without rules. */
export const NO_RULES: RuleGroup = { kind: "group", id: ROOT, operator: "AND", parts: [] };

/** The tree of stored rules. A single group at the root is the root. */
export function treeOf(rules: readonly StoredRule[], groups: readonly StoredGroup[]): RuleGroup {
  const parts = partsOf(null, rules, groups, 0);
  const [only] = parts;
  if (parts.length === 1 && only?.kind === "group") return only;
  return { ...NO_RULES, parts };
}

function partsOf(
  parent: string | null,
  rules: readonly StoredRule[],
  groups: readonly StoredGroup[],
  depth: number,
): RulePart[] {
  if (depth > MAX_DEPTH) return [];
  const found: { readonly at: number; readonly part: RulePart }[] = [];
  for (const rule of rules) {
    if (rule.rowLevelPermissionPredicateGroupId === parent) found.push({ at: position(rule), part: ruleOf(rule) });
  }
  for (const group of groups) {
    if (group.parentRowLevelPermissionPredicateGroupId !== parent) continue;
    const parts = partsOf(group.id, rules, groups, depth + 1);
    // A group without rules says nothing.
    if (parts.length === 0) continue;
    const part: RuleGroup = { kind: "group", id: group.id, operator: group.logicalOperator, parts };
    found.push({ at: position(group), part });
  }
  return found.sort((a, b) => a.at - b.at).map((each) => each.part);
}

function position(of: StoredRule | StoredGroup): number {
  return of.positionInRowLevelPermissionPredicateGroup ?? 0;
}

function ruleOf(rule: StoredRule): Rule {
  const { workspaceMemberFieldMetadataId: fieldId, workspaceMemberSubFieldName: subField } = rule;
  return {
    kind: "rule",
    id: rule.id,
    fieldId: rule.fieldMetadataId,
    subField: rule.subFieldName,
    operand: rule.operand,
    value: rule.value,
    member: fieldId === null ? null : { fieldId, subField },
  };
}

/** The lists that the API takes for an object. */
export interface RuleInput {
  readonly predicates: readonly Record<string, unknown>[];
  readonly predicateGroups: readonly Record<string, unknown>[];
}

/** A tree as the API takes it; `newId` names a root that must be a group of its own. Groups without rules are left out. */
export function ruleInput(tree: RuleGroup, objectMetadataId: string, newId: () => string): RuleInput {
  const predicates: Record<string, unknown>[] = [];
  const predicateGroups: Record<string, unknown>[] = [];
  const write = (group: RuleGroup, id: string | null) => {
    group.parts.forEach((part, index) => {
      const place = { positionInRowLevelPermissionPredicateGroup: index };
      if (part.kind === "rule") {
        predicates.push({ ...written(part), rowLevelPermissionPredicateGroupId: id, ...place });
        return;
      }
      if (countRules(part) === 0) return;
      const { id: inner, operator: logicalOperator } = part;
      const parent = { parentRowLevelPermissionPredicateGroupId: id };
      predicateGroups.push({ id: inner, objectMetadataId, logicalOperator, ...parent, ...place });
      write(part, inner);
    });
  };
  const id = tree.operator === "AND" ? null : tree.id === ROOT ? newId() : tree.id;
  if (id !== null && countRules(tree) > 0)
    predicateGroups.push({ id, objectMetadataId, logicalOperator: tree.operator });
  write(tree, id);
  return { predicates, predicateGroups };
}

function written(rule: Rule): Record<string, unknown> {
  const plain = { id: rule.id, fieldMetadataId: rule.fieldId, operand: rule.operand, subFieldName: rule.subField };
  if (rule.member === null) return { ...plain, value: rule.value };
  return {
    ...plain,
    workspaceMemberFieldMetadataId: rule.member.fieldId,
    workspaceMemberSubFieldName: rule.member.subField,
  };
}

// ------------------------------------------------------------------ edits

/** The tree with another part in place of the one with this id; null removes it, and groups that are empty then. */
export function replaced(tree: RuleGroup, id: string, part: RulePart | null): RuleGroup {
  return { ...tree, parts: tree.parts.flatMap((each) => swapped(each, id, part)) };
}

function swapped(each: RulePart, id: string, part: RulePart | null): readonly RulePart[] {
  if (each.id === id) return part === null ? [] : [part];
  if (each.kind === "rule") return [each];
  const next = replaced(each, id, part);
  return next.parts.length === 0 && each.parts.length > 0 ? [] : [next];
}

/** The tree with one more part at the end of a group. */
export function added(tree: RuleGroup, groupId: string, part: RulePart): RuleGroup {
  if (tree.id === groupId) return { ...tree, parts: [...tree.parts, part] };
  return { ...tree, parts: tree.parts.map((each) => (each.kind === "group" ? added(each, groupId, part) : each)) };
}

/** The tree in which a group joins its parts otherwise. */
export function joined(tree: RuleGroup, groupId: string, operator: Operator): RuleGroup {
  if (tree.id === groupId) return { ...tree, operator };
  return { ...tree, parts: tree.parts.map((each) => (each.kind === "group" ? joined(each, groupId, operator) : each)) };
}

export function allRules(part: RulePart): readonly Rule[] {
  return part.kind === "rule" ? [part] : part.parts.flatMap(allRules);
}

export function countRules(part: RulePart): number {
  return allRules(part).length;
}
