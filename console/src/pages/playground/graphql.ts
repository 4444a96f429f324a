import { useEffect, useRef, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import type { ApiError } from "../../api/errors";
import { asApiError } from "../../api/load";
import { url } from "../../base";
import type { Fetcher } from "../../graphiql/contract";
import { html } from "../../html";
import { dark } from "../../shell/theme";
import { NotFound } from "../../ui/page";
import { send } from "./calls";
import { firstQuery, type Introspection } from "./first_query";
import { PlaygroundFrame, Stopped } from "./frame";
import { introspect, isIntrospection } from "./introspection";
import { type Schema, schemaOf } from "./schemas";
import { loadGraphiql, WORKERS } from "./tools";

/** The GraphQL playground: GraphiQL with the caller's own schema. `?query=` fills the editor, `?object=` begins a query. */
export function GraphqlPlayground({ schema: key }: { schema: string }) {
  const { query } = useLocation();
  const schema = schemaOf(key);
  if (schema === undefined)
    return html`<main class="lonely"><${NotFound} what="playground" back="playground" label="All playgrounds" /></main>`;
  return html`<${PlaygroundFrame} api="graphql" schema=${schema}>
    <${Tool} key=${schema.key} schema=${schema} query=${query.query ?? ""} object=${query.object ?? ""} />
  <//>`;
}

function Tool({ schema, query, object }: { schema: Schema; query: string; object: string }) {
  const element = useRef<HTMLDivElement>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let leave = () => {};
    let left = false;
    void start().catch((failure: unknown) => setError(asApiError(failure)));
    async function start() {
      setError(null);
      const [introspection, { module, leave: removeStyles }] = await Promise.all([introspect(schema), loadGraphiql()]);
      if (left || element.current === null) return removeStyles();
      element.current.replaceChildren();
      const mounted = module.start(element.current, {
        fetcher: fetcherOf(schema, introspection),
        query: query || firstQuery(introspection, object),
        dark: dark.peek(),
        workers: WORKERS,
      });
      const stop = dark.subscribe(mounted.setDark);
      leave = () => {
        stop();
        mounted.stop();
        removeStyles();
      };
    }
    return () => {
      left = true;
      leave();
    };
  }, [turn]);
  if (error) return html`<${Stopped} error=${error} retry=${() => setTurn(turn + 1)} />`;
  return html`<main class="tool graphiql-tool" ref=${element}><p class="boot" role="status">Loading the editor…</p></main>`;
}

/** Sends GraphiQL's requests. The schema that is there already is its first answer; asked again it is read anew. */
function fetcherOf(schema: Schema, introspection: Introspection): Fetcher {
  let ready: Introspection | null = introspection;
  return async (request, options) => {
    if (isIntrospection(request.query, request.operationName)) {
      const found = ready ?? (await introspect(schema));
      ready = null;
      return found;
    }
    const headers = { "Content-Type": "application/json", ...options?.headers };
    const sent = new Request(url(schema.graphql), { method: "POST", headers, body: JSON.stringify(request) });
    return (await send(sent, titleOf(request.query, request.operationName))).json();
  };
}

/** `mutation CreateTask`, `query`: as much as the text says. */
function titleOf(query: string, operationName?: string | null): string {
  const bare = query.replace(/#.*$/gm, "");
  const kinds = [...bare.matchAll(/(?:^|\})\s*(query|mutation|subscription)\b\s*(\w*)/g)];
  const found = kinds.find(([, , name]) => !operationName || name === operationName);
  return `${found?.[1] ?? "query"} ${operationName ?? found?.[2] ?? ""}`.trim();
}
