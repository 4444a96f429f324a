/** Which member of a form an answer complains about (docs/wire/metadata.md#the-report-on-a-change). Pure. */

export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly value: unknown;
}

/** Messages by member of the form; what belongs to none is under an empty name. */
export type Problems = Readonly<Record<string, string>>;

/** Who is asked for a problem in turn: the first that says a member has it. */
type Place = (problem: Problem) => string | null;

/** The problems of a report, in `details` of an error; the error's own message where it has no report. */
export function problemsOf(details: Readonly<Record<string, unknown>>, message: string): readonly Problem[] {
  const found: Problem[] = [];
  for (const failures of Object.values(isRecord(details.errors) ? details.errors : {})) {
    for (const failure of list(failures)) {
      for (const each of list(isRecord(failure) ? failure.errors : null)) {
        if (isRecord(each)) found.push(problem(each));
      }
    }
  }
  return found.length > 0 ? found : [{ code: String(details.subCode ?? details.code ?? ""), message, value: null }];
}

/** The problems of a report at the members of a form, the first one of each. */
export function placed(problems: readonly Problem[], places: readonly Place[]): Problems {
  const found: Record<string, string> = {};
  for (const each of problems) {
    const place = places.map((say) => say(each)).find((name) => name !== null) ?? "";
    found[place] ??= sentence(each.message);
  }
  return found;
}

/** Where problems of an object belong. */
export function objectPlaces(draft: {
  nameSingular: string;
  namePlural: string;
  labelPlural: string;
}): readonly Place[] {
  return [
    ({ message }) => (/^labelIdentifier/.test(message) ? "labelIdentifierFieldMetadataId" : null),
    ({ message }) => (/^imageIdentifier/.test(message) ? "imageIdentifierFieldMetadataId" : null),
    ({ message, value }) =>
      /label is too/.test(message) ? (value === draft.labelPlural ? "labelPlural" : "labelSingular") : null,
    ({ message }) => (/cannot be the same/.test(message) ? "namePlural" : null),
    ({ message, value }) => (/name/i.test(message) && value === draft.namePlural ? "namePlural" : null),
    ({ message }) =>
      /^(namePlural|labelPlural|labelSingular|nameSingular|description|icon)\b/.exec(message)?.[1] ?? null,
    ({ code, message }) => (code === "OBJECT_ALREADY_EXISTS" || /name/i.test(message) ? "nameSingular" : null),
  ];
}

/** Where problems of a field belong. */
export const FIELD_PLACES: readonly Place[] = [
  ({ code }) => (/^INDEX_/.test(code) ? "isUnique" : null),
  ({ message }) => (/not supported for unique/.test(message) ? "isUnique" : null),
  ({ message }) => (/option|^Label must|^Value must/i.test(message) && !/^Default/.test(message) ? "options" : null),
  ({ message }) => (/default value, or be nullable/.test(message) ? "isRequired" : null),
  ({ message }) => (/default/i.test(message) ? "defaultValue" : null),
  ({ message }) => (/maxNumberOfValues|junction|on delete action/i.test(message) ? "settings" : null),
  ({ code, message }) =>
    code === "FIELD_METADATA_RELATION_MALFORMED" || /relation|Source object/i.test(message) ? "relation" : null,
  ({ message }) => /^(description|icon|label)\b/.exec(message)?.[1] ?? null,
  ({ code, message }) =>
    code === "NOT_AVAILABLE" || code === "RESERVED_KEYWORD" || /name|label/i.test(message) ? "name" : null,
];

function problem(raw: Record<string, unknown>): Problem {
  const friendly = typeof raw.userFriendlyMessage === "string" ? raw.userFriendlyMessage : "";
  const technical = String(raw.message ?? "");
  const code = String(raw.code ?? "");
  return {
    code,
    message: code === "INDEX_DUPLICATE_VALUES" ? technical : friendly || technical,
    value: raw.value ?? null,
  };
}

function sentence(text: string): string {
  return /[.!?"]$/.test(text) ? text : `${text}.`;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
