/** Code that calls the APIs for one object, to copy and run. Pure. */

import { capitalised } from "./names.ts";
import { type Body, type Json, RECORD_ID } from "./samples.ts";

export const LANGUAGES = [
  { key: "curl", label: "curl" },
  { key: "javascript", label: "JavaScript" },
  { key: "python", label: "Python" },
  { key: "graphql", label: "GraphQL" },
] as const;

export type Language = (typeof LANGUAGES)[number]["key"];

/** Stands for the token in snippets. */
export const TOKEN = "YOUR_API_KEY";

/** What snippets are about. `selection` are members of an answer over GraphQL. */
export interface Subject {
  readonly base: string;
  readonly singular: string;
  readonly plural: string;
  readonly create: Body;
  readonly update: Body;
  readonly selection: readonly string[];
}

interface Snippet {
  readonly title: string;
  readonly code: string;
}

interface Call {
  readonly title: string;
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly body?: Body;
}

/** Snippets of a language: list, create, update, delete. */
export function snippets(language: Language, subject: Subject): readonly Snippet[] {
  if (language === "graphql") return documents(subject);
  return calls(subject).map((each) => ({ title: each.title, code: WRITERS[language](each, subject.base) }));
}

function calls({ plural, create, update }: Subject): readonly Call[] {
  const one = `rest/${plural}/${RECORD_ID}`;
  return [
    { title: "List", method: "GET", path: `rest/${plural}?limit=10` },
    { title: "Create", method: "POST", path: `rest/${plural}`, body: create },
    { title: "Update", method: "PATCH", path: one, body: update },
    { title: "Delete, to the trash", method: "DELETE", path: `${one}?soft_delete=true` },
  ];
}

const WRITERS: Readonly<Record<Exclude<Language, "graphql">, (call: Call, base: string) => string>> = {
  curl({ method, path, body }, base) {
    const lines = [
      `curl ${method === "GET" ? "" : `-X ${method} `}"${base}${path}"`,
      `  -H "Authorization: Bearer ${TOKEN}"`,
    ];
    if (body)
      lines.push(
        '  -H "Content-Type: application/json"',
        `  -d '${JSON.stringify(body, null, 2).replaceAll("'", "'\\''")}'`,
      );
    return lines.join(" \\\n");
  },

  javascript({ method, path, body }, base) {
    const options = [
      ...(method === "GET" ? [] : [`  method: "${method}",`]),
      "  headers: {",
      `    Authorization: "Bearer ${TOKEN}",`,
      ...(body ? ['    "Content-Type": "application/json",'] : []),
      "  },",
      ...(body ? [`  body: JSON.stringify(${indented(JSON.stringify(body, null, 2), 2)}),`] : []),
    ];
    return [
      `const response = await fetch("${base}${path}", {`,
      ...options,
      "});",
      "if (!response.ok) throw new Error(await response.text());",
      "console.log(await response.json());",
    ].join("\n");
  },

  python({ method, path, body }, base) {
    return [
      "import json",
      "import urllib.request",
      "",
      "request = urllib.request.Request(",
      `    "${base}${path}",`,
      `    method="${method}",`,
      `    headers={"Authorization": "Bearer ${TOKEN}"${body ? ', "Content-Type": "application/json"' : ""}},`,
      ...(body ? [`    data=json.dumps(${indented(python(body), 4)}).encode(),`] : []),
      ")",
      "with urllib.request.urlopen(request) as response:",
      "    print(json.load(response))",
    ].join("\n");
  },
};

/** JSON as Python writes it. */
function python(value: Json, depth = 0): string {
  const inner = " ".repeat((depth + 1) * 4);
  const outer = " ".repeat(depth * 4);
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((each) => python(each as Json, depth)).join(", ")}]`;
  const members = Object.entries(value).map(
    ([key, each]) => `${inner}${JSON.stringify(key)}: ${python(each, depth + 1)},`,
  );
  return members.length === 0 ? "{}" : `{\n${members.join("\n")}\n${outer}}`;
}

function indented(text: string, spaces: number): string {
  return text.replaceAll("\n", `\n${" ".repeat(spaces)}`);
}

/** GraphQL documents with the variables that they take, as playgrounds and clients want them apart. */
interface Operation {
  readonly title: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, Json>>;
}

/** The operations of an object over GraphQL. */
function operations({ singular, plural, create, update, selection }: Subject): readonly Operation[] {
  const name = capitalised(singular);
  const node = `{ ${["id", ...selection].join(" ")} }`;
  return [
    {
      title: "List",
      query: `query List {\n  ${plural}(first: 10) {\n    totalCount\n    edges {\n      node ${node}\n    }\n  }\n}`,
      variables: {},
    },
    {
      title: "Create",
      query: `mutation Create($data: ${name}CreateInput!) {\n  create${name}(data: $data) ${node}\n}`,
      variables: { data: create },
    },
    {
      title: "Update",
      query: `mutation Update($id: UUID!, $data: ${name}UpdateInput!) {\n  update${name}(id: $id, data: $data) ${node}\n}`,
      variables: { id: RECORD_ID, data: update },
    },
    {
      title: "Delete",
      query: `mutation Delete($id: UUID!) {\n  delete${name}(id: $id) { id deletedAt }\n}`,
      variables: { id: RECORD_ID },
    },
  ];
}

function documents(subject: Subject): readonly Snippet[] {
  return operations(subject).map(({ title, query, variables }) => ({
    title,
    code:
      Object.keys(variables).length === 0
        ? query
        : `${query}\n\n# Variables\n${commented(JSON.stringify(variables, null, 2))}`,
  }));
}

/** JSON as comments, so that document and variables can be pasted at once. */
function commented(text: string): string {
  return text.replaceAll(/^/gm, "# ");
}

/** What is selected of a value like `sample`: members of composites, nothing of plain values. */
export function selected(name: string, value: Json, isComposite: boolean): string {
  if (!isComposite || typeof value !== "object" || value === null) return name;
  return `${name} { ${Object.keys(value).join(" ")} }`;
}

/** What an object is called in both APIs. */
export function apiNames({ singular, plural }: Pick<Subject, "singular" | "plural">) {
  const one = capitalised(singular);
  const many = capitalised(plural);
  return {
    rest: [
      { method: "GET", path: `rest/${plural}`, about: "List, filter, order" },
      { method: "POST", path: `rest/${plural}`, about: "Create one" },
      { method: "GET", path: `rest/${plural}/{id}`, about: "Get one" },
      { method: "PATCH", path: `rest/${plural}/{id}`, about: "Update one" },
      { method: "DELETE", path: `rest/${plural}/{id}?soft_delete=true`, about: "Delete one: it goes to the trash" },
      { method: "PATCH", path: `rest/restore/${plural}/{id}`, about: "Restore one" },
      { method: "POST", path: `rest/batch/${plural}`, about: "Create up to 60" },
      { method: "GET", path: `rest/${plural}/groupBy`, about: "Group and aggregate" },
    ],
    graphql: {
      queries: [plural, singular, `${plural}GroupBy`],
      mutations: [
        `create${one}`,
        `create${many}`,
        `update${one}`,
        `update${many}`,
        `delete${one}`,
        `restore${one}`,
        `destroy${one}`,
      ],
      types: [one, `${one}CreateInput`, `${one}UpdateInput`, `${one}FilterInput`],
    },
  };
}
