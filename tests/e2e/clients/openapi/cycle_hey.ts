// A record's life through the client that hey-api makes of a part of a workspace's document.
//
//   node cycle_hey.mjs URL TOKEN
//
// Prints what was seen as JSON.

import {
  createOneCompany,
  createOneLaunchPad,
  deleteOneLaunchPad,
  findManyLaunchPads,
  findOneLaunchPad,
  groupByLaunchPads,
  updateOneLaunchPad,
} from './hey';
import { client } from './hey/client.gen';

declare const process: { argv: string[] };

const [, , url, token] = process.argv;
client.setConfig({ baseUrl: `${url}/rest`, auth: () => token, throwOnError: true });

const company = (await createOneCompany({ body: { name: 'Pad Builders' }, throwOnError: true })).data.data.createCompany;
const created = (
  await createOneLaunchPad({ body: { name: 'Pad 39A', state: 'READY', builderId: company.id }, query: { depth: 1 }, throwOnError: true })
).data.data.createLaunchPad;
const path = { id: created.id };
const read = (await findOneLaunchPad({ path, query: { depth: 1 }, throwOnError: true })).data.data.launchPad;
const page = (await findManyLaunchPads({ query: { filter: 'state[eq]:READY', limit: 5 }, throwOnError: true })).data;
const query = { group_by: '[{"state":true}]', aggregate: '["totalCount"]' };
const [group] = (await groupByLaunchPads({ query, throwOnError: true })).data;
const body = { state: 'CLOSED', builderId: null } as const;
const updated = (await updateOneLaunchPad({ path, body, throwOnError: true })).data.data.updateLaunchPad;
const deleted = (await deleteOneLaunchPad({ path, throwOnError: true })).data.data.deleteLaunchPad;
const refused = await findOneLaunchPad({ path, throwOnError: false });

console.log(
  JSON.stringify({
    id: created.id,
    state: created.state,
    builder: read.builder?.name,
    listed: page.data.launchPads.map((record) => record.id),
    total: page.totalCount,
    group: [group?.groupByDimensionValues, group?.totalCount],
    updated: [updated.state, updated.builderId],
    deleted: deleted.id,
    refused: refused.error?.code,
  }),
);
