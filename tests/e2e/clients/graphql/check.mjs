// What graphql-js says about an introspection.
//
//   node check.mjs FILE.json.gz
//
// Prints {"errors": […], "types": n, "undescribed": […]} as JSON.

import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

import { buildClientSchema, validateSchema } from 'graphql';

const schema = buildClientSchema(JSON.parse(gunzipSync(readFileSync(process.argv[2])).toString()));
const errors = validateSchema(schema).map((error) => error.message);

const types = Object.values(schema.getTypeMap());
const undescribed = [];
for (const type of types.filter(({ name }) => !name.startsWith('__'))) {
  if (!type.description) undescribed.push(type.name);
  const members = type.getFields ? Object.values(type.getFields()) : (type.getValues?.() ?? []);
  for (const member of members) {
    if (!member.description) undescribed.push(`${type.name}.${member.name}`);
    for (const arg of member.args ?? []) if (!arg.description) undescribed.push(`${type.name}.${member.name}(${arg.name})`);
  }
}

console.log(JSON.stringify({ errors, types: types.length, undescribed }));
