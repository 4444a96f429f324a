import { useEffect, useRef, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import type { ApiError } from "../../api/errors";
import { rest } from "../../api/http";
import { asApiError, useLoaded } from "../../api/load";
import { page, url } from "../../base";
import { html } from "../../html";
import { dark } from "../../shell/theme";
import { Dialog } from "../../ui/dialog";
import { NotFound } from "../../ui/page";
import { Ready } from "../../ui/states";
import { PLACEHOLDER, send } from "./calls";
import { PlaygroundFrame, Stopped } from "./frame";
import { ObjectPicker } from "./picker";
import { addressOf, type Schema, schemaOf } from "./schemas";
import { loadScalar } from "./tools";

/** Tags up to which the menu shows all operations at once. */
const FEW = 4;

type Document = Readonly<Record<string, unknown>>;

/** The REST playground: Scalar with the document of the chosen objects. */
export function RestPlayground({ schema: key }: { schema: string }) {
  const { query, route } = useLocation();
  const [picking, setPicking] = useState(false);
  const schema = schemaOf(key);
  if (schema === undefined)
    return html`<main class="lonely"><${NotFound} what="playground" back="playground" label="All playgrounds" /></main>`;
  const objects = (query.object ?? "").split(",").filter(Boolean);
  const chosen = schema.key === "metadata" || objects.length > 0;
  function choose(names: readonly string[]) {
    setPicking(false);
    route(`${page(addressOf("rest", schema as Schema))}?object=${names.map(encodeURIComponent).join(",")}`);
  }
  const actions =
    schema.key === "core" &&
    chosen &&
    html`<button type="button" class="button small"
    onClick=${() => setPicking(true)}>Objects <span class="count">${objects.length}</span></button>`;
  return html`<${PlaygroundFrame} api="rest" schema=${schema} actions=${actions}>
    ${
      chosen
        ? html`<${Reference} key=${`${schema.key}:${objects}`} schema=${schema} objects=${objects} />`
        : html`<main class="playground-start"><h2>Choose objects</h2>
            <p>The reference shows the paths of these objects, and those that belong to none.</p>
            <${ObjectPicker} chosen=${objects} onChoose=${choose} />
          </main>`
    }
    ${
      picking &&
      html`<${Dialog} title="Choose objects" onClose=${() => setPicking(false)}>
        <${ObjectPicker} chosen=${objects} onChoose=${choose} />
      <//>`
    }
  <//>`;
}

function Reference({ schema, objects }: { schema: Schema; objects: readonly string[] }) {
  const loaded = useLoaded(() => rest<Document>(documentPath(schema, objects)));
  if (loaded.data === null) return html`<main class="playground-start"><${Ready} of=${loaded} /></main>`;
  return html`<${Tool} schema=${schema} document=${loaded.data} />`;
}

function documentPath(schema: Schema, objects: readonly string[]): string {
  const part = objects.length > 0 ? `?objects=${objects.map(encodeURIComponent).join(",")}` : "";
  return `rest/open-api/${schema.key}${part}`;
}

function Tool({ schema, document: content }: { schema: Schema; document: Document }) {
  const element = useRef<HTMLDivElement>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let leave = () => {};
    let left = false;
    void start().catch((failure: unknown) => setError(asApiError(failure)));
    async function start() {
      setError(null);
      const scalar = await loadScalar();
      // Its links are bare fragments, which a base URL would lead away from this page.
      document.querySelector("base")?.remove();
      if (left || element.current === null) return;
      // With anything in the element Scalar takes it for its own page, made by a server.
      element.current.replaceChildren();
      const mounted = scalar.createApiReference(element.current, configuration(schema, content));
      leave = () => {
        mounted.destroy();
        document.body.classList.remove("dark-mode", "light-mode");
      };
    }
    return () => {
      left = true;
      leave();
    };
    // Scalar keeps the theme that it began with.
  }, [turn, dark.value]);
  if (error) return html`<${Stopped} error=${error} retry=${() => setTurn(turn + 1)} />`;
  return html`<div class="tool"><div class="scalar-tool" ref=${element}>
    <p class="boot" role="status">Loading the reference…</p>
  </div></div>`;
}

/**
 * Scalar's options. Nothing leaves this installation, nothing is stored, and of the token it knows a placeholder only:
 * `send` puts the real one in its place.
 */
function configuration(schema: Schema, content: Document): Readonly<Record<string, unknown>> {
  return {
    content,
    servers: [{ url: url(schema.rest), description: schema.label }],
    customFetch: (input: RequestInfo | URL, init?: RequestInit) => send(new Request(input, init)),
    authentication: {
      preferredSecurityScheme: "bearerAuth",
      securitySchemes: { bearerAuth: { token: PLACEHOLDER } },
    },
    persistAuth: false,
    telemetry: false,
    withDefaultFonts: false,
    proxyUrl: "",
    agent: { disabled: true },
    mcp: { disabled: true },
    showDeveloperTools: "never",
    hideClientButton: true,
    hideDarkModeToggle: true,
    forceDarkModeState: dark.peek() ? "dark" : "light",
    hideModels: schema.key === "metadata",
    defaultOpenAllTags: Array.isArray(content.tags) && content.tags.length <= FEW,
    defaultHttpClient: { targetKey: "shell", clientKey: "curl" },
    documentDownloadType: "json",
  };
}
