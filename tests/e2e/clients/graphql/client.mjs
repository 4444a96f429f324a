// Twenty's own client, generated from a workspace's schema, at work.
//
//   node client.mjs SCHEMA FOLDER        with TWENTY_API_URL and TWENTY_API_KEY
//
// Generates the client from the file SCHEMA into FOLDER, makes, reads, changes and removes records with it; prints what it saw.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { generateCoreClientFromSchema } from 'twenty-client-sdk/generate';

const [schema, folder] = process.argv.slice(2);
await generateCoreClientFromSchema({ schema: readFileSync(schema, 'utf8'), outputPath: folder });
const { CoreApiClient } = await import(pathToFileURL(join(folder, 'index.mjs')));
const client = new CoreApiClient();

const name = `Typed ${Date.now()}`;
const { createCompany: company } = await client.mutation({
  createCompany: { __args: { data: { name, domainName: { primaryLinkUrl: `https://typed-${Date.now()}.example` } } }, id: true, name: true },
});
const { createPeople: people } = await client.mutation({
  createPeople: {
    __args: {
      data: ['Ann', 'Bob'].map((firstName) => ({ name: { firstName, lastName: name }, company: { connect: { where: { id: company.id } } } })),
    },
    id: true,
    companyId: true,
  },
});
const read = await client.query({
  people: {
    __args: { filter: { name: { lastName: { eq: name } } }, orderBy: [{ name: { firstName: 'DescNullsLast' } }], first: 10 },
    totalCount: true,
    edges: { node: { id: true, name: { firstName: true }, company: { name: true, people: { totalCount: true } } } },
    pageInfo: { hasNextPage: true },
  },
  peopleGroupBy: {
    __args: { groupBy: [{ name: { firstName: true } }], filter: { companyId: { eq: company.id } } },
    groupByDimensionValues: true,
    totalCount: true,
  },
  search: { __args: { searchInput: name, limit: 5 }, edges: { node: { label: true, objectNameSingular: true } } },
});
const { updatePerson: updated } = await client.mutation({
  updatePerson: { __args: { id: people[0].id, data: { jobTitle: 'Typist' } }, jobTitle: true },
});
let failure = null;
try {
  await client.query({ person: { __args: { filter: { id: { eq: company.id } } }, id: true } });
} catch (error) {
  failure = error.message;
}
await client.mutation({
  destroyPeople: { __args: { filter: { companyId: { eq: company.id } } }, id: true },
  destroyCompany: { __args: { id: company.id }, id: true },
});

console.log(JSON.stringify({ name, people, read, updated, failure }));
