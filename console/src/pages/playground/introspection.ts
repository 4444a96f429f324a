/** The caller's own GraphQL schema. */

import { call } from "../../api/http";
import type { Introspection } from "./first_query";
import type { Schema } from "./schemas";

const TYPE_REF = `kind name ${"ofType { kind name ".repeat(7)}${"} ".repeat(7)}`;
const VALUE = `name description type { ${TYPE_REF} } defaultValue`;

/** What GraphiQL asks for itself; it is sent while GraphiQL is still being loaded. */
const QUERY = `query IntrospectionQuery { __schema {
  queryType { name } mutationType { name } subscriptionType { name }
  types {
    kind name description
    fields(includeDeprecated: true) { name description args { ${VALUE} } type { ${TYPE_REF} } isDeprecated deprecationReason }
    inputFields { ${VALUE} }
    interfaces { ${TYPE_REF} }
    enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
    possibleTypes { ${TYPE_REF} }
  }
  directives { name description locations args { ${VALUE} } }
} }`;

/** Whether GraphiQL asks for the schema. */
export function isIntrospection(query: string, operationName?: string | null): boolean {
  return operationName === "IntrospectionQuery" && query.includes("__schema");
}

/** Read the schema. What the server refuses is in the answer, as in any GraphQL answer. */
export async function introspect(schema: Schema): Promise<Introspection> {
  const body = { query: QUERY, operationName: "IntrospectionQuery" };
  const response = await call(schema.graphql, { method: "POST", body });
  return (await response.json()) as Introspection;
}
