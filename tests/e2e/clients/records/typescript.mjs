// Clients of npm, as their packages ship them, at work on one workspace.
//
//   node typescript.mjs        with TWENTY_API_URL and TWENTY_API_KEY
//
// Prints {client: {operation: true, or what went wrong}}.

import { createRequire } from 'node:module';

import { Client, fetchExchange, gql as urqlGql } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import { MetadataApiClient } from 'twenty-client-sdk/metadata';
import { RestApiClient } from 'twenty-client-sdk/rest';

// Apollo Client 3 has no ES modules for Node.
const require = createRequire(import.meta.url);
const { ApolloClient, HttpLink, InMemoryCache, gql } = require('@apollo/client/core');
const { relayStylePagination } = require('@apollo/client/utilities');

const url = process.env.TWENTY_API_URL;
const headers = { Authorization: `Bearer ${process.env.TWENTY_API_KEY}` };
const seen = {};

/** Runs one operation of a client; `check` gets what it gave. */
const does = async (client, operation, run, check = Boolean) => {
  seen[client] ??= {};
  try {
    const value = await run();
    seen[client][operation] = check(value) ? true : `unexpected: ${JSON.stringify(value)}`;
    return value;
  } catch (error) {
    seen[client][operation] = error.message;
    return undefined;
  }
};

const SDK = 'twenty-client-sdk';
const rest = new RestApiClient({ baseUrl: url, token: process.env.TWENTY_API_KEY });
const metadata = new MetadataApiClient();
const marker = `Sdk ${Date.now()}`;
await does(SDK, 'workspace', () => metadata.query({ currentWorkspace: { id: true } }), ({ currentWorkspace }) => currentWorkspace.id);
await does(SDK, 'model', () => metadata.query({ objects: { __args: { paging: { first: 100 } }, edges: { node: { nameSingular: true } } } }), ({ objects }) => objects.edges.length > 10);
const made = await does(SDK, 'create', () => rest.post('/rest/companies', { name: marker }), ({ data }) => data.createCompany.name === marker);
const path = `/rest/companies/${made?.data.createCompany.id}`;
await does(SDK, 'batch', () => rest.post('/rest/batch/companies', [{ name: marker }, { name: marker }]), ({ data }) => data.createCompanies.length === 2);
await does(SDK, 'list', () => rest.get('/rest/companies', { query: { filter: `name[eq]:${marker}`, limit: 2 } }), (page) => page.totalCount === 3 && page.pageInfo.hasNextPage);
await does(SDK, 'read', () => rest.get(path, { query: { depth: 1 } }), ({ data }) => Array.isArray(data.company.people));
await does(SDK, 'update', () => rest.patch(path, { domainName: { primaryLinkUrl: 'https://sdk.example' } }), ({ data }) => data.updateCompany.name === marker);
await does(SDK, 'groups', () => rest.get('/rest/companies/groupBy', { query: { group_by: '[{"name":true}]', filter: `name[eq]:${marker}`, aggregate: '["totalCount"]' } }), (groups) => groups[0].totalCount === '3');
await does(SDK, 'delete', () => rest.delete(path, { query: { soft_delete: true } }), ({ data }) => data.deleteCompany.id);
await does(SDK, 'restore', () => rest.patch(`${path}/restore`), ({ data }) => data.restoreCompany.deletedAt === null);
await does(SDK, 'webhooks', async () => {
  const input = { targetUrl: 'https://hooks.example.com/sdk', operations: ['person.created'] };
  const { createWebhook: hook } = await metadata.mutation({ createWebhook: { __args: { input }, id: true, secret: true } });
  return metadata.mutation({ deleteWebhook: { __args: { id: hook.id }, id: true } });
}, ({ deleteWebhook }) => deleteWebhook.id);

const PAGE = `query People($after: String) { people(first: 40, after: $after) {
  edges { cursor node { id city { x } name { firstName lastName } employees } } pageInfo { hasNextPage endCursor } totalCount } }`;
const whole = ({ people }) => people.edges.length === people.totalCount && new Set(people.edges.map(({ node }) => node.id)).size === people.totalCount;
const rename = `mutation Rename($id: UUID!) { updatePerson(id: $id, data: { jobTitle: "Cached" }) { id jobTitle } }`;

const APOLLO = '@apollo/client';
const cache = new InMemoryCache({ typePolicies: { Query: { fields: { people: relayStylePagination() } } } });
const apollo = new ApolloClient({ cache, link: new HttpLink({ uri: `${url}/graphql`, headers }) });
const first = await does(APOLLO, 'list', () => apollo.query({ query: gql(PAGE) }), ({ data }) => data.people.edges.length === 40);
await does(APOLLO, 'pages', async () => {
  const observed = apollo.watchQuery({ query: gql(PAGE) });
  for (let page = first?.data.people.pageInfo; page?.hasNextPage; ) {
    const { data } = await observed.fetchMore({ variables: { after: page.endCursor } });
    page = data.people.pageInfo;
  }
  return cache.readQuery({ query: gql(PAGE) });
}, whole);
await does(APOLLO, 'update', async () => {
  const { id } = first.data.people.edges[0].node;
  await apollo.mutate({ mutation: gql(rename), variables: { id } });
  return cache.extract()[`Person:${id}`].jobTitle;
}, (title) => title === 'Cached');
apollo.stop();

const URQL = '@urql/core';
for (const [method, preferGetMethod] of [['pages', false], ['pages by GET', 'force']]) {
  const urql = new Client({
    url: `${url}/graphql`,
    preferGetMethod,
    fetchOptions: { headers },
    exchanges: [cacheExchange({ resolvers: { Query: { people: relayPagination() } } }), fetchExchange],
  });
  await does(URQL, method, async () => {
    let answer = await urql.query(urqlGql(PAGE), {});
    while (answer.data?.people.pageInfo.hasNextPage) {
      answer = await urql.query(urqlGql(PAGE), { after: answer.data.people.pageInfo.endCursor });
    }
    if (answer.error) throw answer.error;
    return answer.data;
  }, whole);
}

await rest.delete('/rest/companies', { query: { filter: `name[eq]:${marker}` } });
console.log(JSON.stringify(seen));
