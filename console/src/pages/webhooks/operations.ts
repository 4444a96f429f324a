/** The events that a webhook wants, as rows of a form and as the API has them: `person.created`, `*.*`. */

/** An object and what happens to it; empty as long as it is not chosen. */
export interface Row {
  readonly object: string;
  readonly action: string;
  /** It is no pair: another client wrote `object` as it stands. */
  readonly verbatim?: boolean;
}

export const ANY = "*";

/** What can happen to a record. */
export const ACTIONS: readonly { readonly value: string; readonly label: string }[] = [
  { value: ANY, label: "any change" },
  { value: "created", label: "created" },
  { value: "updated", label: "updated" },
  { value: "deleted", label: "deleted (into the trash)" },
  { value: "restored", label: "restored" },
  { value: "destroyed", label: "destroyed (for good)" },
];

const EMPTY: Row = { object: "", action: "" };

/** The rows of a webhook that is new. */
export const ALL: readonly Row[] = [{ object: ANY, action: ANY }];

/** Rows of operations. What is no pair, as another client may have written it, stays as it is. */
export function rowsOf(operations: readonly string[]): readonly Row[] {
  return operations.map((operation) => {
    const dot = operation.lastIndexOf(".");
    const row = { object: operation.slice(0, Math.max(dot, 0)), action: operation.slice(dot + 1) };
    return isWhole(row) ? row : { object: operation, action: "", verbatim: true };
  });
}

/** Operations of the whole rows, each once. */
export function operationsOf(rows: readonly Row[]): readonly string[] {
  const named = rows.filter(isWhole).map(({ object, action, verbatim }) => (verbatim ? object : `${object}.${action}`));
  return [...new Set(named)];
}

/** Whether an object and an action are chosen. */
export function isWhole({ object, action, verbatim }: Row): boolean {
  return verbatim === true || (object !== "" && action !== "");
}

/** The rows with an empty one at the end, to be filled next; none beyond `limit`. */
export function withEmpty(rows: readonly Row[], limit: number): readonly Row[] {
  const last = rows.at(-1);
  return rows.length < limit && (last === undefined || isWhole(last)) ? [...rows, EMPTY] : rows;
}

/** Whether two lists ask for the same. */
export function sameOperations(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((each) => b.includes(each));
}

/** Events that a test can send: those that a webhook wants by name, a sample of others, and the ping. */
export function eventsToTest(operations: readonly string[]): readonly string[] {
  const named = operations.flatMap((operation) => {
    const [object = "", action = "", rest] = operation.split(".");
    if (rest !== undefined || object === "" || action === "") return [];
    const actions = action === ANY ? RECORD_ACTIONS : [action];
    if (!actions.every((each) => RECORD_ACTIONS.includes(each))) return [];
    return actions.map((each) => `${object === ANY ? SAMPLE : object}.${each}`);
  });
  return ["ping", ...new Set(named)];
}

/** The object of which a sample is sent where all are wanted. */
const SAMPLE = "company";
const RECORD_ACTIONS: readonly string[] = ACTIONS.map((each) => each.value).filter((value) => value !== ANY);
