import assert from "node:assert/strict";
import { test } from "node:test";
import { explainOf } from "../src/pages/playground/explain.ts";
import { firstQuery } from "../src/pages/playground/first_query.ts";

test("an explain has plan, units and prices", () => {
  const headers = new Headers({
    "X-Icosa-Plan": "walk index name by id; 2 changed meanwhile",
    "X-Icosa-Round-Trips": "2",
    "X-Icosa-Capacity": "read=3.5 write=12",
    "X-Icosa-Cost": "call=0.00000574 million=5.74 dynamodb=1.88 lambda=0.36 gateway=3.50",
  });
  const services = [
    ["dynamodb", "1.88"],
    ["lambda", "0.36"],
    ["gateway", "3.50"],
  ];
  assert.deepEqual(explainOf(headers), {
    plan: ["walk index name by id", "2 changed meanwhile"],
    roundTrips: "2",
    read: "3.5",
    write: "12",
    cost: { call: "0.00000574", million: "5.74", services },
  });
});

test("what an answer does not tell is left out", () => {
  assert.equal(explainOf(new Headers({ "X-Icosa-Plan": "none" })), null);
  const short = explainOf(new Headers({ "X-Icosa-Plan": "none", "X-Icosa-Capacity": "read=1 write=0" }));
  assert.deepEqual([short?.plan, short?.cost], [[], null]);
});

type Ref = { kind: string; name: string | null; ofType: Ref | null };

function ref(name: string, kind = "SCALAR"): Ref {
  return { kind, name, ofType: null };
}

function field(name: string, type: Ref, args: string[] = []) {
  return { name, type, args: args.map((each) => ({ name: each, type: ref("Int"), defaultValue: null })) };
}

function type(name: string, fields: ReturnType<typeof field>[]) {
  return { kind: "OBJECT", name, fields };
}

const LIST = { kind: "LIST", name: null, ofType: ref("Edge", "OBJECT") };
const SCHEMA = {
  data: {
    __schema: {
      queryType: { name: "Query" },
      types: [
        type("Query", [
          field("person", ref("Person", "OBJECT")),
          field("people", { kind: "NON_NULL", name: null, ofType: ref("Connection", "OBJECT") }, ["first"]),
          field("robots", ref("Connection", "OBJECT"), ["paging"]),
        ]),
        type("Connection", [field("edges", LIST), field("totalCount", ref("Int"))]),
        type("Edge", [field("node", ref("Person", "OBJECT"))]),
        type("Person", [
          field("companyId", ref("UUID")),
          field("city", ref("String")),
          field("company", ref("Company", "OBJECT")),
          field("name", ref("FullName", "OBJECT")),
          field("id", { kind: "NON_NULL", name: null, ofType: ref("UUID") }),
        ]),
        type("FullName", [field("firstName", ref("String")), field("lastName", ref("String"))]),
        type("Company", [field("id", ref("UUID"))]),
      ],
    },
  },
};

test("the first query lists people: id and name first, values only, nothing technical", () => {
  const query = firstQuery(SCHEMA, "");
  assert.match(query, /people\(first: 10\) \{/);
  assert.match(query, /node \{\s+id\s+name \{ firstName lastName \}\s+city\s+\}/);
});

test("the first query lists what the address names, with the paging of its schema", () => {
  assert.match(firstQuery(SCHEMA, "robots"), /robots\(paging: \{ first: 10 \}\) \{/);
  assert.match(firstQuery(SCHEMA, "nonsense"), /people/);
});

test("a schema that could not be read still leaves something to begin with", () => {
  assert.match(firstQuery({ errors: [] }, "people"), /\{ __typename \}/);
});
