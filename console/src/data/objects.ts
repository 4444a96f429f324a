/** The workspace's data model, read once for all pages. */

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { ApiError } from "../api/errors";
import { graphql } from "../api/http";
import { asApiError, type Loaded } from "../api/load";

export interface ObjectRef {
  readonly id: string;
  readonly nameSingular: string;
  readonly namePlural: string;
}

export interface FieldRef {
  readonly id: string;
  readonly name: string;
}

export interface RelationEnd {
  readonly type: "MANY_TO_ONE" | "ONE_TO_MANY";
  readonly sourceObjectMetadata: ObjectRef;
  readonly targetObjectMetadata: ObjectRef;
  readonly sourceFieldMetadata: FieldRef;
  readonly targetFieldMetadata: FieldRef;
}

export interface FieldOption {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly color: string;
  readonly position: number;
}

/** A field as the metadata API has it. */
export interface FieldMetadata {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly label: string;
  readonly description: string | null;
  readonly icon: string | null;
  readonly applicationId: string;
  /** Owned by the workspace's own application, not shipped. */
  readonly isCustom: boolean;
  readonly isActive: boolean;
  readonly isSystem: boolean;
  readonly isUIReadOnly: boolean;
  readonly status: string;
  readonly isNullable: boolean;
  readonly isUnique: boolean;
  readonly isLabelSyncedWithName: boolean;
  readonly defaultValue: unknown;
  readonly options: readonly FieldOption[] | null;
  readonly settings: Readonly<Record<string, unknown>> | null;
  readonly relation: RelationEnd | null;
  readonly morphRelations: readonly RelationEnd[] | null;
}

export interface IndexMetadata {
  readonly id: string;
  readonly name: string;
  readonly indexType: string;
  readonly isUnique: boolean;
  readonly isCustom: boolean;
  readonly status: string;
  readonly indexFieldMetadataList: readonly {
    readonly id: string;
    readonly fieldMetadataId: string;
    readonly order: number;
    readonly subFieldName: string | null;
  }[];
}

/** An object as the metadata API has it. */
export interface ObjectMetadata {
  readonly id: string;
  readonly nameSingular: string;
  readonly namePlural: string;
  readonly labelSingular: string;
  readonly labelPlural: string;
  readonly description: string | null;
  readonly icon: string | null;
  readonly applicationId: string;
  /** Owned by the workspace's own application, not shipped. */
  readonly isCustom: boolean;
  readonly isActive: boolean;
  readonly isSystem: boolean;
  readonly isUIReadOnly: boolean;
  readonly isSearchable: boolean;
  readonly isLabelSyncedWithName: boolean;
  readonly labelIdentifierFieldMetadataId: string | null;
  readonly imageIdentifierFieldMetadataId: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly fieldsList: readonly FieldMetadata[];
  readonly indexMetadataList: readonly IndexMetadata[];
}

const END = "id nameSingular namePlural";

const RELATION = `{
  type
  sourceObjectMetadata { ${END} } targetObjectMetadata { ${END} }
  sourceFieldMetadata { id name } targetFieldMetadata { id name }
}`;

const QUERY = `query Objects($after: ConnectionCursor) {
  objects(paging: { first: 200, after: $after }) {
    edges {
      node {
        id nameSingular namePlural labelSingular labelPlural description icon applicationId isCustom isActive
        isSystem isUIReadOnly isSearchable isLabelSyncedWithName labelIdentifierFieldMetadataId
        imageIdentifierFieldMetadataId createdAt updatedAt
        fieldsList {
          id type name label description icon applicationId isCustom isActive isSystem isUIReadOnly status isNullable
          isUnique isLabelSyncedWithName defaultValue options settings
          relation ${RELATION}
          morphRelations ${RELATION}
        }
        indexMetadataList {
          id name indexType isUnique isCustom status
          indexFieldMetadataList { id fieldMetadataId order subFieldName }
        }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}`;

interface Answer<T> {
  readonly objects: {
    readonly edges: readonly { readonly node: T }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}

interface State {
  readonly data: readonly ObjectMetadata[] | null;
  readonly error: ApiError | null;
  readonly loading: boolean;
}

const NOTHING: State = { data: null, error: null, loading: false };

const state = signal<State>(NOTHING);

/** All objects of the workspace, inactive and system ones included: read once, again after `reloadObjects`. */
export function useObjects(): Loaded<readonly ObjectMetadata[]> {
  useEffect(() => {
    const { data, loading } = state.peek();
    if (data === null && !loading) void reloadObjects();
  }, []);
  return { ...state.value, loading: state.value.loading, reload: reloadObjects };
}

/** Read the data model again, as after a change. What is shown stays until the answer is there. */
export async function reloadObjects(): Promise<void> {
  state.value = { ...state.value, loading: true };
  try {
    state.value = { data: await readObjects<ObjectMetadata>(QUERY), error: null, loading: false };
  } catch (error) {
    state.value = { ...state.value, error: asApiError(error), loading: false };
  }
}

/** Forget the data model of a session that ended. */
export function forgetObjects(): void {
  state.value = NOTHING;
}

/** What a query of `objects(paging: { after: $after })` selects of every object, page by page. */
export async function readObjects<T>(query: string): Promise<readonly T[]> {
  const found: T[] = [];
  let after: string | null = null;
  do {
    const { objects }: Answer<T> = await graphql<Answer<T>>("metadata", query, { after });
    found.push(...objects.edges.map((each) => each.node));
    after = objects.pageInfo.hasNextPage ? objects.pageInfo.endCursor : null;
  } while (after !== null);
  return found;
}
