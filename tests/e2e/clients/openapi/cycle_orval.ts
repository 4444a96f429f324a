// A record's life through the client that orval makes of a part of a workspace's document. Its addresses are paths, so
// fetch is told where they are.
//
//   node cycle_orval.mjs URL TOKEN
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
} from './orval-part';

declare const process: { argv: string[] };

const [, , url, token] = process.argv;
const plain = globalThis.fetch;
globalThis.fetch = (path, init) =>
  plain(`${url}/rest${path}`, { ...init, headers: { ...(init?.headers as Record<string, string>), Authorization: `Bearer ${token}` } });

/** The answer of a call that must have the status. */
const of = <T extends { status: number }, S extends T['status']>(answer: T, status: S): Extract<T, { status: S }> => {
  if (answer.status !== status) throw new Error(JSON.stringify(answer));
  return answer as Extract<T, { status: S }>;
};

const company = of(await createOneCompany({ name: 'Pad Builders' }), 201).data.data.createCompany;
const created = of(await createOneLaunchPad({ name: 'Pad 39A', state: 'READY', builderId: company.id }, { depth: 1 }), 201).data.data
  .createLaunchPad;
const read = of(await findOneLaunchPad(created.id, { depth: 1 }), 200).data.data.launchPad;
const page = of(await findManyLaunchPads({ filter: 'state[eq]:READY', limit: 5 }), 200).data;
const [group] = of(await groupByLaunchPads({ group_by: '[{"state":true}]', aggregate: '["totalCount"]' }), 200).data;
const updated = of(await updateOneLaunchPad(created.id, { state: 'CLOSED', builderId: null }), 200).data.data.updateLaunchPad;
const deleted = of(await deleteOneLaunchPad(created.id), 200).data.data.deleteLaunchPad;
const refused = of(await findOneLaunchPad(created.id), 404).data;

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
    refused: refused.code,
  }),
);
