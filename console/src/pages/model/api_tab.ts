/** How to use an object in the APIs: names, addresses, code that works as it is. */

import { useState } from "preact/hooks";
import { page, url } from "../../base";
import { caller } from "../../caller";
import type { FieldMetadata, ObjectMetadata } from "../../data/objects";
import { html } from "../../html";
import { CodeBlock } from "../../ui/copy";
import { createBody, exampleFields, sample, updateBody } from "./logic/samples";
import { apiNames, LANGUAGES, type Language, type Subject, selected, snippets, TOKEN } from "./logic/snippets";
import { typeInfo } from "./logic/types";

export function ApiTab({ object }: { object: ObjectMetadata }) {
  const [language, setLanguage] = useState<Language>("curl");
  // Differs from visit to visit, so that a unique field takes the example again.
  const [unlike] = useState(() => Math.random().toString(36).slice(2, 6));
  const subject = subjectOf(object, unlike);
  return html`
    <p class="links">
      <a class="button" href=${page(`playground/rest/core?object=${object.namePlural}`)}>Open in the REST playground</a>
      <a class="button" href=${page(`playground/graphql/core?object=${object.namePlural}`)}>Open in the GraphQL playground</a>
    </p>
    <section class="section"><h2>Code</h2>
      <p>Put the token of <a href=${page("settings/api-webhooks")}>an API key</a> in place of <code>${TOKEN}</code> and a record's id in place of${" "}<code>RECORD_ID</code>.</p>
      <div class="segments" role="group" aria-label="Language">${LANGUAGES.map(
        ({ key, label }) => html`<button key=${key} type="button" class="button small" aria-pressed=${language === key}
          onClick=${() => setLanguage(key)}>${label}</button>`,
      )}</div>
      ${snippets(language, subject).map(
        ({ title, code }) =>
          html`<div key=${title}><h3 class="code-title">${title}</h3><${CodeBlock} code=${code} label="${title}" /></div>`,
      )}
    </section>
    <${Names} subject=${subject} />
  `;
}

function Names({ subject }: { subject: Subject }) {
  const { rest, graphql } = apiNames(subject);
  return html`
    <section class="section"><h2>REST</h2>
      <div class="table-frame"><table><caption class="visually-hidden">Addresses in REST</caption>
        <thead><tr><th scope="col">Address</th><th scope="col">What it does</th></tr></thead>
        <tbody>${rest.map(
          ({ method, path, about }) =>
            html`<tr key=${method + path}><th scope="row"><code>${method} ${url(path).replaceAll("%7B", "{").replaceAll("%7D", "}")}</code></th><td data-label="">${about}</td></tr>`,
        )}</tbody></table></div>
    </section>
    <section class="section"><h2>GraphQL</h2>
      <p>Send documents to <code>${url("graphql")}</code>.</p>
      <dl class="names">
        <dt>Queries</dt><dd>${codes(graphql.queries)}</dd>
        <dt>Mutations</dt><dd>${codes(graphql.mutations)}</dd>
        <dt>Types</dt><dd>${codes(graphql.types)}</dd>
      </dl>
    </section>`;
}

function codes(names: readonly string[]) {
  return names.map((each) => html`<code key=${each}>${each}</code> `);
}

function subjectOf(object: ObjectMetadata, unlike: string): Subject {
  const rights = caller.value?.objectPermissions.find((each) => each.objectMetadataId === object.id);
  const may = (what: "canRead" | "canUpdate") => (field: FieldMetadata) =>
    rights?.restrictedFields[field.id]?.[what] !== false;
  const fields = exampleFields(object, may("canUpdate"));
  return {
    base: url(""),
    singular: object.nameSingular,
    plural: object.namePlural,
    create: createBody(object, fields, unlike),
    update: updateBody(object, fields),
    selection: fields
      .filter(may("canRead"))
      .map((each) => selected(each.name, sample(each, object), isComposite(each))),
  };
}

function isComposite(field: FieldMetadata): boolean {
  return typeInfo(field.type).default.kind === "parts" || field.type === "ACTOR";
}
