// What graphql-js and GraphQL Code Generator make of a workspace's schema.
//
//   node schema.mjs URL TOKEN FOLDER
//
// Writes schema.graphql and types.ts to FOLDER; prints {"errors": […], "types": n} as JSON.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { codegen } from '@graphql-codegen/core';
import * as typescript from '@graphql-codegen/typescript';
import { buildClientSchema, getIntrospectionQuery, parse, printSchema, validate, validateSchema } from 'graphql';

const [url, token, folder] = process.argv.slice(2);

const ask = async (query, more = {}) => {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...more },
    body: JSON.stringify({ query }),
  });
  return answer.json();
};

const { data } = await ask(getIntrospectionQuery({ specifiedByUrl: true, directiveIsRepeatable: true, inputValueDeprecation: true }));
const schema = buildClientSchema(data);
const errors = [...validateSchema(schema)];

// Documents that are valid by the schema run, and those that are not are refused where they ask for it.
const valid = `
  query Q($filter: PersonFilterInput, $first: Int = 2) {
    people(filter: $filter, first: $first, orderBy: [{ name: { lastName: AscNullsLast } }]) {
      totalCount countUniqueValuesJobTitle
      edges { cursor node { id name { firstName } company { name people(last: 1) { totalCount } } } }
      pageInfo { hasNextPage endCursor }
    }
    opportunitiesGroupBy(groupBy: [{ stage: true }]) { groupByDimensionValues totalCount }
    search(searchInput: "a", limit: 1) { edges { node { label } } }
  }`;
const invalid = '{ people { edges { node { id nope } } } }';
errors.push(...validate(schema, parse(valid)));
errors.push(...((await ask(valid)).errors ?? []));
if (!validate(schema, parse(invalid)).length) errors.push({ message: 'graphql-js accepts what it should not' });
const refused = await ask(invalid, { 'x-icosa-strict': '1' });
if (refused.errors?.[0].extensions.code !== 'GRAPHQL_VALIDATION_FAILED') errors.push({ message: 'an invalid document was run' });

const text = printSchema(schema);
writeFileSync(join(folder, 'schema.graphql'), text);
const types = await codegen({
  schema: parse(text),
  schemaAst: schema,
  documents: [],
  config: {},
  filename: 'types.ts',
  plugins: [{ typescript: {} }],
  pluginMap: { typescript },
});
writeFileSync(join(folder, 'types.ts'), types);

console.log(JSON.stringify({ errors: errors.map((error) => error.message), types: Object.keys(schema.getTypeMap()).length }));
