/** Fields and objects while they are edited, and what is sent to save them. Pure. */

import type { FieldMetadata, ObjectMetadata } from "../../../data/objects";
import { draftOf, type OptionsDraft, stored } from "./options.ts";
import { initialSettings } from "./settings.ts";
import { isRelation, typeInfo } from "./types.ts";

type Members = Readonly<Record<string, unknown>>;

export interface RelationDraft {
  readonly kind: "MANY_TO_ONE" | "ONE_TO_MANY";
  /** Ids of the objects at the other end. */
  readonly targets: readonly string[];
  /** Label of the field at the other end. */
  readonly label: string;
}

export interface FieldDraft {
  readonly type: string;
  readonly label: string;
  readonly name: string;
  /** The name follows the label. */
  readonly synced: boolean;
  readonly description: string;
  readonly icon: string;
  readonly isRequired: boolean;
  readonly isUnique: boolean;
  readonly defaultValue: unknown;
  readonly settings: Members | null;
  /** Of a SELECT or MULTI_SELECT, which have their default there. */
  readonly options: OptionsDraft | null;
  /** Of a new relation. */
  readonly relation: RelationDraft | null;
}

/** What a new field of a type begins with. */
export function freshField(type: string, options: OptionsDraft): FieldDraft {
  return {
    type,
    label: "",
    name: "",
    synced: true,
    description: "",
    icon: "",
    isRequired: false,
    isUnique: false,
    defaultValue: null,
    settings: initialSettings(type),
    options: hasOptions(type) ? options : null,
    relation: isRelation(type) ? { kind: "MANY_TO_ONE", targets: [], label: "" } : null,
  };
}

/** A stored field as a draft. */
export function draftOfField(field: FieldMetadata): FieldDraft {
  return {
    type: field.type,
    label: field.label,
    name: field.name,
    synced: field.isLabelSyncedWithName,
    description: field.description ?? "",
    icon: field.icon ?? "",
    isRequired: !field.isNullable,
    isUnique: field.isUnique,
    defaultValue: field.defaultValue,
    settings: field.settings,
    options: hasOptions(field.type) ? draftOf(field.options ?? [], field.defaultValue) : null,
    relation: null,
  };
}

/** Whether the options of a type are edited. */
function hasOptions(type: string): boolean {
  return typeInfo(type).default.kind === "options";
}

/** The input of `createOneField`. */
export function fieldInput(draft: FieldDraft, objectMetadataId: string): Members {
  const common = {
    objectMetadataId,
    type: draft.type,
    name: draft.name,
    label: draft.label.trim(),
    description: textOrNull(draft.description),
    icon: textOrNull(draft.icon),
  };
  if (draft.relation) return { ...common, ...relationInput(draft, draft.relation) };
  return {
    ...common,
    isLabelSyncedWithName: draft.synced,
    isNullable: !draft.isRequired,
    isUnique: draft.isUnique,
    settings: draft.settings,
    ...values(draft),
  };
}

function relationInput(draft: FieldDraft, { kind, targets, label }: RelationDraft): Members {
  const payloads = targets.map((targetObjectMetadataId) => ({
    type: kind,
    targetObjectMetadataId,
    targetFieldLabel: label.trim(),
    targetFieldIcon: "",
  }));
  if (draft.type === "RELATION")
    return { isLabelSyncedWithName: draft.synced, relationCreationPayload: payloads[0] ?? null };
  // The fields of a morph relation have names with their targets in them, which no label gives.
  return { isLabelSyncedWithName: false, morphRelationsCreationPayload: payloads };
}

/** What of a stored field is to be changed: `update` of `updateOneField`, empty when nothing is. */
export function fieldChanges(field: FieldMetadata, draft: FieldDraft): Members {
  const before = members(draftOfField(field));
  return differing(before, members(draft));
}

function members(draft: FieldDraft): Members {
  return {
    name: draft.name,
    label: draft.label.trim(),
    isLabelSyncedWithName: draft.synced,
    description: textOrNull(draft.description),
    icon: textOrNull(draft.icon),
    isUnique: draft.isUnique,
    settings: draft.settings,
    ...values(draft),
  };
}

function values(draft: FieldDraft): Members {
  const kind = typeInfo(draft.type).default;
  if (kind.kind === "options" && draft.options) return { ...stored(draft.options, kind.many) };
  return { defaultValue: draft.defaultValue ?? null };
}

export interface ObjectDraft {
  readonly labelSingular: string;
  readonly labelPlural: string;
  readonly nameSingular: string;
  readonly namePlural: string;
  /** The names follow the labels. */
  readonly synced: boolean;
  readonly description: string;
  readonly icon: string;
}

export const FRESH_OBJECT: ObjectDraft = {
  labelSingular: "",
  labelPlural: "",
  nameSingular: "",
  namePlural: "",
  synced: true,
  description: "",
  icon: "",
};

/** A stored object as a draft. */
export function draftOfObject(object: ObjectMetadata): ObjectDraft {
  return {
    labelSingular: object.labelSingular,
    labelPlural: object.labelPlural,
    nameSingular: object.nameSingular,
    namePlural: object.namePlural,
    synced: object.isLabelSyncedWithName,
    description: object.description ?? "",
    icon: object.icon ?? "",
  };
}

/** The input of `createOneObject`. */
export function objectInput(draft: ObjectDraft): Members {
  return {
    labelSingular: draft.labelSingular.trim(),
    labelPlural: draft.labelPlural.trim(),
    nameSingular: draft.nameSingular,
    namePlural: draft.namePlural,
    isLabelSyncedWithName: draft.synced,
    description: textOrNull(draft.description),
    icon: textOrNull(draft.icon),
  };
}

/** What of a stored object is to be changed. */
export function objectChanges(object: ObjectMetadata, draft: ObjectDraft): Members {
  return differing(objectInput(draftOfObject(object)), objectInput(draft));
}

function differing(before: Members, after: Members): Members {
  return Object.fromEntries(
    Object.entries(after).filter(([key, value]) => canonical(value) !== canonical(before[key])),
  );
}

/** JSON with keys in order and without empty members: two texts are equal if the values mean the same. */
function canonical(value: unknown): string {
  return JSON.stringify(value ?? null, (_, each: unknown) =>
    typeof each === "object" && each !== null && !Array.isArray(each)
      ? Object.fromEntries(
          Object.entries(each)
            .filter(([, member]) => member !== null && member !== undefined)
            .sort(([a], [b]) => (a < b ? -1 : 1)),
        )
      : each,
  );
}

function textOrNull(text: string): string | null {
  return text.trim() === "" ? null : text.trim();
}
