// A record's life through openapi-fetch, with the types that openapi-typescript makes of a workspace's document: the
// compiler checks that they know every name, and the run that they tell the truth.
//
//   node cycle.js URL TOKEN
//
// Prints what was seen as JSON.

import createClient from 'openapi-fetch';

import type { components, paths } from './core.js';

declare const process: { argv: string[] };

const [, , url, token] = process.argv;
const client = createClient<paths>({ baseUrl: `${url}/rest`, headers: { Authorization: `Bearer ${token}` } });

/** What an answer holds; refusals are thrown. */
const of = <T>({ data, error }: { data?: T; error?: components['schemas']['Error_Body'] }): T => {
  if (data === undefined) throw new Error(JSON.stringify(error));
  return data;
};

const company = of(await client.POST('/companies', { body: { name: 'Pad Builders' } })).data.createCompany;
const body: components['schemas']['LaunchPad'] = {
  name: 'Pad 39A',
  state: 'READY',
  tags: ['coast', 'old'],
  price: { amountMicros: 1_500_000, currencyCode: 'EUR' },
  builderId: company.id,
};
const created = of(await client.POST('/launchPads', { body, params: { query: { depth: 1 } } })).data.createLaunchPad;
const path = { id: created.id };
const read = of(await client.GET('/launchPads/{id}', { params: { path, query: { depth: 1 } } })).data.launchPad;
const filter = 'state[eq]:READY';
const page = of(await client.GET('/launchPads', { params: { query: { filter, limit: 5 } } }));
const listed: components['schemas']['LaunchPadForResponse'][] = page.data.launchPads;
const query = { group_by: '[{"state":true}]', aggregate: '["totalCount"]' };
const [group] = of(await client.GET('/launchPads/groupBy', { params: { query } }));
const changes: components['schemas']['LaunchPadForUpdate'] = { state: 'CLOSED', builderId: null };
const updated = of(await client.PATCH('/launchPads/{id}', { params: { path }, body: changes })).data.updateLaunchPad;
const deleted = of(await client.DELETE('/launchPads/{id}', { params: { path } })).data.deleteLaunchPad;
const refused = await client.GET('/launchPads/{id}', { params: { path } });

const builder: components['schemas']['CompanyForRelation'] | null | undefined = read.builder;
const total: string | null | undefined = group?.totalCount;
console.log(
  JSON.stringify({
    id: created.id,
    state: created.state,
    builder: builder?.name,
    listed: listed.map((record) => record.id),
    total: page.totalCount,
    group: [group?.groupByDimensionValues, total],
    updated: [updated.state, updated.builderId],
    deleted: deleted.id,
    refused: refused.error?.code,
  }),
);
