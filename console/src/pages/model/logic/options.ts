/** Options of SELECT and MULTI_SELECT while they are edited (docs/wire/metadata.md#options). Pure. */

import { type Ascii, MAX_LENGTH, optionValue } from "./names.ts";

export const COLORS = [
  "green",
  "turquoise",
  "sky",
  "blue",
  "purple",
  "pink",
  "red",
  "orange",
  "yellow",
  "gray",
] as const;

/** An option. Records know it by its id: whoever keeps the id keeps the records. */
export interface OptionDraft {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly color: string;
  /** The value follows the label: of new options, until somebody writes a value. */
  readonly follows: boolean;
}

/** All options in their order, and the ids of those that are the default. */
export interface OptionsDraft {
  readonly list: readonly OptionDraft[];
  readonly defaults: readonly string[];
}

interface Stored {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly color?: string | undefined;
  readonly position: number;
}

/** What a new field begins with: one option. */
export function freshOptions(newId: () => string, ascii: Ascii): OptionsDraft {
  return added({ list: [], defaults: [] }, newId, ascii);
}

/** The draft of stored options and the field's default, `'A'` or `["'A'", "'B'"]`. */
export function draftOf(options: readonly Stored[], defaultValue: unknown): OptionsDraft {
  const named = new Set(
    (Array.isArray(defaultValue) ? defaultValue : [defaultValue]).map((each) => String(each).slice(1, -1)),
  );
  const list = [...options]
    .sort((a, b) => a.position - b.position)
    .map(({ id, label, value, color }) => ({ id, label, value, color: color ?? "", follows: false }));
  return { list, defaults: list.filter((each) => named.has(each.value)).map((each) => each.id) };
}

/** The members `options` and `defaultValue` of a field. */
export function stored(draft: OptionsDraft, many: boolean): { options: Stored[]; defaultValue: unknown } {
  const options = draft.list.map(({ id, label, value, color }, position) => ({
    id,
    label: label.trim(),
    value,
    position,
    ...(color === "" ? {} : { color }),
  }));
  const values = options.filter((each) => draft.defaults.includes(each.id)).map((each) => `'${each.value}'`);
  return { options, defaultValue: many ? (values.length > 0 ? values : null) : (values[0] ?? null) };
}

/** With a new option at the end, or behind the one at `index`. */
export function added(
  draft: OptionsDraft,
  newId: () => string,
  ascii: Ascii,
  index = draft.list.length - 1,
): OptionsDraft {
  const label = freeLabel(draft.list);
  const color = COLORS[draft.list.length % COLORS.length] ?? "gray";
  const option = { id: newId(), label, value: optionValue(label, values(draft.list), ascii), color, follows: true };
  return { ...draft, list: draft.list.toSpliced(index + 1, 0, option) };
}

/** Without an option. */
export function removed(draft: OptionsDraft, id: string): OptionsDraft {
  return { list: draft.list.filter((each) => each.id !== id), defaults: draft.defaults.filter((each) => each !== id) };
}

/** With the option at `from` moved to `to`. */
export function moved(draft: OptionsDraft, from: number, to: number): OptionsDraft {
  const option = draft.list[from];
  if (option === undefined || to < 0 || to >= draft.list.length) return draft;
  return { ...draft, list: draft.list.toSpliced(from, 1).toSpliced(to, 0, option) };
}

/** With another label; the value follows where it still does. */
export function relabelled(draft: OptionsDraft, id: string, label: string, ascii: Ascii): OptionsDraft {
  return changed(draft, id, (option, others) => ({
    ...option,
    label,
    ...(option.follows ? { value: optionValue(label, values(others), ascii) } : {}),
  }));
}

/** With another value. */
export function revalued(draft: OptionsDraft, id: string, value: string): OptionsDraft {
  return changed(draft, id, (option) => ({
    ...option,
    value: value.toUpperCase().replace(/[\s-]/g, "_"),
    follows: false,
  }));
}

/** With another colour. */
export function recoloured(draft: OptionsDraft, id: string, color: string): OptionsDraft {
  return changed(draft, id, (option) => ({ ...option, color }));
}

/** With an option made the default, or not; of a SELECT there is one at most. */
export function defaulted(draft: OptionsDraft, id: string, is: boolean, many: boolean): OptionsDraft {
  const others = many ? draft.defaults.filter((each) => each !== id) : [];
  return { ...draft, defaults: is ? [...others, id] : others };
}

/** The labels, one a line. */
export function asText(draft: OptionsDraft): string {
  return draft.list.map((each) => each.label).join("\n");
}

/**
 * The options of a text, one label a line. A line whose label is there keeps that option with its id, value and
 * colour; others are new.
 */
export function fromText(draft: OptionsDraft, text: string, newId: () => string, ascii: Ascii): OptionsDraft {
  const left = [...draft.list];
  const kept: OptionDraft[] = [];
  const labels = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const known = labels.map((label) => {
    const place = left.findIndex((each) => each.label.trim() === label);
    return place < 0 ? undefined : left.splice(place, 1)[0];
  });
  const taken = values(known.filter((each) => each !== undefined));
  for (const [index, label] of labels.entries()) {
    const value = optionValue(label, taken, ascii);
    const color = COLORS[index % COLORS.length] ?? "gray";
    const option = known[index] ?? { id: newId(), label, value, color, follows: true };
    taken.add(option.value);
    kept.push(option);
  }
  return { list: kept, defaults: draft.defaults.filter((id) => kept.some((each) => each.id === id)) };
}

/** Stored options that the draft lacks. */
export function lost<T extends { readonly id: string }>(before: readonly T[], draft: OptionsDraft): T[] {
  return before.filter((option) => !draft.list.some((each) => each.id === option.id));
}

/** What is wrong with an option, in words; empty when nothing is. */
export function optionProblem(draft: OptionsDraft, option: OptionDraft): string {
  const label = option.label.trim();
  if (label === "") return "Type a label.";
  if (label.length > MAX_LENGTH) return `A label has at most ${MAX_LENGTH} characters.`;
  if (label.includes(",")) return "A label has no comma.";
  if (option.value.length > MAX_LENGTH) return `A value has at most ${MAX_LENGTH} characters.`;
  if (!/^(?!.*__)[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/.test(option.value)) return "A value is written like IN_PROGRESS.";
  if (draft.list.some((each) => each.id !== option.id && each.value === option.value))
    return `Another option has the value ${option.value}.`;
  return "";
}

function changed(
  draft: OptionsDraft,
  id: string,
  change: (option: OptionDraft, others: readonly OptionDraft[]) => OptionDraft,
): OptionsDraft {
  const others = draft.list.filter((each) => each.id !== id);
  return { ...draft, list: draft.list.map((each) => (each.id === id ? change(each, others) : each)) };
}

function values(list: readonly OptionDraft[]): Set<string> {
  return new Set(list.map((each) => each.value));
}

function freeLabel(list: readonly OptionDraft[]): string {
  const labels = new Set(list.map((each) => each.label));
  let count = list.length + 1;
  while (labels.has(`Option ${count}`)) count++;
  return `Option ${count}`;
}
