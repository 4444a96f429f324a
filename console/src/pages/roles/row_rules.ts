/** Which records of an object exist for a role: conditions, in groups. */

import { useEffect, useRef } from "preact/hooks";
import { useLoaded } from "../../api/load";
import type { FieldMetadata, ObjectMetadata } from "../../data/objects";
import { html } from "../../html";
import { Empty } from "../../ui/states";
import { newId } from "../model/new_id";
import type { Editor } from "./editor";
import { chosen, type Facet, facetOf, facetsOf, freshValue, type OperandInfo, operandOf } from "./logic/operators";
import { ruleProblem } from "./logic/problems";
import { may } from "./logic/rights";
import type { RoleDraft } from "./logic/role";
import {
  added,
  allRules,
  countRules,
  joined,
  MAX_DEPTH,
  MAX_RULES,
  NO_RULES,
  type Operator,
  type Rule,
  type RuleGroup,
  type RulePart,
  replaced,
} from "./logic/rules";
import { ruleWords } from "./logic/words";
import { readLabels } from "./records";
import { RuleValue } from "./rule_value";

interface RowRulesProps {
  readonly editor: Editor;
  readonly object: ObjectMetadata;
  readonly objects: readonly ObjectMetadata[];
}

export function RowRules({ editor, object, objects }: RowRulesProps) {
  const { draft, editable, change } = editor;
  const tree = draft.rows[object.id] ?? NO_RULES;
  const labels = useLabels(tree, object, objects);
  const offered = object.fieldsList.filter((each) => each.isActive && facetsOf(each).length > 0);
  const update = (next: RuleGroup) => change(withRows(draft, object.id, next));
  const name = object.labelPlural.toLowerCase();
  const fresh = useRef("");
  const heading = useRef<HTMLHeadingElement>(null);
  const first = offered.find((each) => !each.isSystem) ?? offered[0];
  /** Add a part, and lead to the field of its first condition. */
  function append(group: RuleGroup, part: RulePart) {
    fresh.current = allRules(part)[0]?.id ?? "";
    update(added(tree, group.id, part));
  }
  function remove(id: string) {
    update(replaced(tree, id, null));
    heading.current?.focus();
  }
  const add =
    first &&
    html`<button type="button" class="button small" onClick=${() => append(tree, freshRule(first))}>Add condition</button>`;
  return html`<section class="section" aria-labelledby="records">
    <h2 id="records" tabindex="-1" ref=${heading}>Records</h2>
    <p class="quiet">Conditions choose which ${name} exist for the role. All others are as if they were not there: not listed, not counted,
      404 by their id. Days are those of UTC.</p>
    ${
      countRules(tree) === 0
        ? html`<${Empty} title="All records" action=${editable && add}>No condition: the role works with all ${name}${may(draft, object.id, "read") ? "" : " once it may see them"}.<//>`
        : html`
          <${Group} ...${{ group: tree, depth: 1, tree, object, objects, offered, update, append, remove, fresh, editable }} outer=${null} />
          <p class="preview" role="note"><strong>In words:</strong> the role works with ${name} where ${ruleWords(tree, object, labels)}.</p>
          ${
            editable &&
            html`<button type="button" class="button small" onClick=${() => {
              update(NO_RULES);
              heading.current?.focus();
            }}>Remove all conditions</button>`
          }`
    }
  </section>`;
}

function withRows(draft: RoleDraft, objectId: string, tree: RuleGroup): RoleDraft {
  const { [objectId]: _, ...others } = draft.rows;
  return { ...draft, rows: countRules(tree) === 0 ? others : { ...others, [objectId]: tree } };
}

function freshRule(field: FieldMetadata): Rule {
  const facet = facetsOf(field)[0] as Facet;
  return ruleFor(newId(), field, facet, facet.operands[0] as OperandInfo);
}

function ruleFor(id: string, field: FieldMetadata, facet: Facet, info: OperandInfo): Rule {
  return {
    kind: "rule",
    id,
    fieldId: field.id,
    subField: facet.name || null,
    operand: info.operand,
    value: freshValue(info.value),
    member: null,
  };
}

/** Names of the records that conditions on relations choose, by id. */
function useLabels(
  tree: RuleGroup,
  object: ObjectMetadata,
  objects: readonly ObjectMetadata[],
): ReadonlyMap<string, string> {
  const wanted = allRules(tree).flatMap((rule) => {
    const field = object.fieldsList.find((each) => each.id === rule.fieldId);
    const target = objects.find((each) => each.id === field?.relation?.targetObjectMetadata.id);
    const ids = target === undefined ? [] : chosen(rule.value);
    return target !== undefined && ids.length > 0 ? [{ target, ids }] : [];
  });
  const key = JSON.stringify(wanted.map(({ target, ids }) => [target.id, ids]));
  const loaded = useLoaded(async () => {
    const maps = await Promise.all(wanted.map(({ target, ids }) => readLabels(target, ids)));
    return new Map(maps.flatMap((each) => [...each]));
  }, [key]);
  return loaded.data ?? new Map();
}

interface Shared {
  readonly tree: RuleGroup;
  readonly object: ObjectMetadata;
  readonly objects: readonly ObjectMetadata[];
  readonly offered: readonly FieldMetadata[];
  readonly update: (next: RuleGroup) => void;
  readonly append: (group: RuleGroup, part: RulePart) => void;
  readonly remove: (id: string) => void;
  /** Id of the condition that was added last, until it has the focus. */
  readonly fresh: { current: string };
  readonly editable: boolean;
}

const JOINS: readonly { readonly value: Operator; readonly label: string }[] = [
  { value: "AND", label: "all of these hold" },
  { value: "OR", label: "any of these holds" },
];

interface GroupProps extends Shared {
  readonly group: RuleGroup;
  readonly depth: number;
  /** How the group around it joins its parts; null for the outermost one. */
  readonly outer: Operator | null;
}

const LEGENDS: Readonly<Record<Operator, string>> = { AND: "and if", OR: "or if" };

function Group({ group, depth, outer, ...shared }: GroupProps) {
  const { tree, offered, update, append, editable } = shared;
  const first = offered.find((each) => !each.isSystem) ?? offered[0];
  const full = countRules(tree) >= MAX_RULES;
  return html`<fieldset class="rule-group">
    <legend>${outer === null ? "Show a record if" : LEGENDS[outer]}</legend>
    <select class="join" aria-label="How the conditions are joined" value=${group.operator} disabled=${!editable}
      onChange=${(event: Event) => update(joined(tree, group.id, (event.target as HTMLSelectElement).value as Operator))}>
      ${JOINS.map(({ value, label }) => html`<option key=${value} value=${value} selected=${value === group.operator}>${label}</option>`)}
    </select>
    ${group.parts.map((part) =>
      part.kind === "group"
        ? html`<${Group} key=${part.id} ...${shared} group=${part} depth=${depth + 1} outer=${group.operator} />`
        : html`<${OneRule} key=${part.id} ...${shared} rule=${part} />`,
    )}
    ${
      editable &&
      first &&
      html`<div class="rule-actions">
        <button type="button" class="button small" disabled=${full} onClick=${() => append(group, freshRule(first))}>Add condition</button>
        ${
          depth < MAX_DEPTH &&
          html`<button type="button" class="button small" disabled=${full} onClick=${() =>
            append(group, {
              kind: "group",
              id: newId(),
              operator: group.operator === "AND" ? "OR" : "AND",
              parts: [freshRule(first)],
            })}>Add group</button>`
        }
        ${full && html`<span class="quiet">At most ${MAX_RULES} conditions.</span>`}
      </div>`
    }
  </fieldset>`;
}

function OneRule({
  rule,
  tree,
  object,
  objects,
  offered,
  update,
  remove: end,
  fresh,
  editable,
}: Shared & { rule: Rule }) {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (fresh.current !== rule.id) return;
    fresh.current = "";
    element.current?.querySelector("select")?.focus();
  }, []);
  const field = object.fieldsList.find((each) => each.id === rule.fieldId);
  const facet = field && facetOf(field, rule.subField);
  const info = field && operandOf(field, rule.subField, rule.operand);
  const problem = ruleProblem(rule, object);
  const set = (next: Rule) => update(replaced(tree, rule.id, next));
  const remove = html`<button type="button" class="icon-button" aria-label="Remove condition on ${field?.label ?? "a field"}"
    onClick=${() => end(rule.id)}>✕</button>`;
  if (field === undefined || facet === undefined || info === undefined || rule.member !== null) {
    const alone: RuleGroup = { ...NO_RULES, parts: [rule] };
    return html`<div class="rule"><p class="rule-fixed">${ruleWords(alone, object, new Map())} <span class="quiet">(made over the API)</span></p>
      ${editable && remove}</div>`;
  }
  const facets = facetsOf(field);
  const known = offered.some((each) => each.id === field.id) ? offered : [field, ...offered];
  return html`<div class="rule" ref=${element}>
    <select aria-label="Field" value=${field.id} disabled=${!editable} onChange=${(event: Event) => {
      const next = known.find((each) => each.id === (event.target as HTMLSelectElement).value);
      if (next) set({ ...freshRule(next), id: rule.id });
    }}>
      ${known.map((each) => html`<option key=${each.id} value=${each.id} selected=${each.id === field.id}>${each.label}</option>`)}
    </select>
    ${
      facets.length > 1 &&
      html`<select aria-label="Part of ${field.label}" value=${facet.name} disabled=${!editable} onChange=${(
        event: Event,
      ) => {
        const next = facets.find((each) => each.name === (event.target as HTMLSelectElement).value);
        if (next) set(ruleFor(rule.id, field, next, next.operands[0] as OperandInfo));
      }}>
        ${facets.map((each) => html`<option key=${each.name} value=${each.name} selected=${each.name === facet.name}>${each.label}</option>`)}
      </select>`
    }
    <select aria-label="How ${field.label} is compared" value=${rule.operand} disabled=${!editable} onChange=${(
      event: Event,
    ) => {
      const next = facet.operands.find((each) => each.operand === (event.target as HTMLSelectElement).value);
      if (next)
        set({ ...rule, operand: next.operand, value: next.value === info.value ? rule.value : freshValue(next.value) });
    }}>
      ${facet.operands.map((each) => html`<option key=${each.operand} value=${each.operand} selected=${each.operand === rule.operand}>${each.words}</option>`)}
    </select>
    <${RuleValue} info=${info} field=${field} value=${rule.value} objects=${objects} disabled=${!editable}
      onChange=${(value: unknown) => set({ ...rule, value })} />
    ${editable && remove}
    ${problem && html`<p class="hint">${problem}</p>`}
  </div>`;
}
