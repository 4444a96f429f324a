/** The calls of a playground: made with the session's token, timed, and remembered as long as the page is open. */

import { signal } from "@preact/signals";
import { type ApiError, endsSession, graphqlError, restError } from "../../api/errors";
import { BASE } from "../../base";
import { end, session } from "../../session";
import { ASK, type Explain, explainOf } from "./explain";

/** A call that was answered, or that failed: then `status` is 0. */
export interface Call {
  readonly id: number;
  /** `POST rest/people`, or a GraphQL operation. */
  readonly title: string;
  readonly status: number;
  readonly milliseconds: number;
  /** Of the body, before compression. */
  readonly bytes: number;
  readonly explain: Explain | null;
  readonly requestId: string;
  /** Body of an error, why there is no answer, or the first error of a GraphQL answer; empty when all went well. */
  readonly error: string;
}

/** How many are remembered. */
const KEPT = 20;

/** Characters of an error's body that are shown. */
const SHOWN = 4000;

/** Characters of a path that are shown. */
const LONGEST = 80;

/** Stands for the session's token in the samples of code, so that the token itself is nowhere in the page. */
export const PLACEHOLDER = "YOUR_API_KEY";

/** The last calls, the newest first. */
export const calls = signal<readonly Call[]>([]);

/** Whether calls ask what they cost. */
export const explaining = signal(true);

let count = 0;

/**
 * Send a request of a playground and remember it. The session's token goes with what is for our APIs, unless the
 * request has a token of its own; nothing else may be asked for.
 */
export async function send(request: Request, title = titleOf(request)): Promise<Response> {
  if (!isOurs(request.url)) throw new TypeError("The playground sends requests to this installation only.");
  const own = authorize(request);
  const begin = performance.now();
  try {
    const response = await fetch(new Request(request, { headers: headersOf(request, own), credentials: "omit" }));
    const copy = response.clone();
    const bytes = new Uint8Array(await copy.arrayBuffer());
    const milliseconds = performance.now() - begin;
    const error = errorOf(response, bytes);
    remember({
      title,
      status: response.status,
      milliseconds,
      bytes: bytes.length,
      explain: explainOf(response.headers),
      requestId: response.headers.get("x-amzn-requestid") ?? "",
      error: error?.text ?? "",
    });
    if (error && own === null && endsSession(error.cause)) end(error.cause.message);
    return response;
  } catch (failure) {
    const error = failure instanceof Error ? failure.message : String(failure);
    remember({
      title,
      status: 0,
      milliseconds: performance.now() - begin,
      bytes: 0,
      explain: null,
      requestId: "",
      error,
    });
    throw failure;
  }
}

/** Forget the calls, as when a playground closes. */
export function forgetCalls(): void {
  calls.value = [];
}

function remember(call: Omit<Call, "id">): void {
  calls.value = [{ id: ++count, ...call }, ...calls.peek()].slice(0, KEPT);
}

function isOurs(address: string): boolean {
  const { origin, pathname } = new URL(address);
  return origin === window.location.origin && pathname.startsWith(BASE);
}

/** The token that the user typed into the request, null when the session's is meant. */
function authorize(request: Request): string | null {
  const given = request.headers.get("Authorization")?.trim() ?? "";
  return given === "" || given === "Bearer" || given.endsWith(PLACEHOLDER) ? null : given;
}

function headersOf(request: Request, own: string | null): Headers {
  const headers = new Headers(request.headers);
  headers.set("Authorization", own ?? `Bearer ${session.peek()?.token ?? ""}`);
  if (explaining.peek()) headers.set(ASK, "1");
  return headers;
}

function titleOf(request: Request): string {
  const { pathname, search } = new URL(request.url);
  const path = readable((pathname + search).slice(BASE.length));
  return `${request.method} ${path.length > LONGEST ? `${path.slice(0, LONGEST)}…` : path}`;
}

function readable(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** What is wrong with an answer: a text to show, and the error as the rest of the console has it. */
function errorOf(response: Response, bytes: Uint8Array): { text: string; cause: ApiError } | null {
  const isJson = /json/.test(response.headers.get("Content-Type") ?? "");
  if (!isJson && response.ok) return null;
  const text = new TextDecoder().decode(bytes);
  const body = isJson ? parsed(text) : undefined;
  const cause = graphqlError(response.status, body) ?? (response.ok ? null : restError(response.status, body));
  if (cause === null) return null;
  const shown = response.ok ? cause.message : indented(body) || text || cause.message;
  return { text: shown.slice(0, SHOWN), cause };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function indented(body: unknown): string {
  return body === undefined ? "" : JSON.stringify(body, null, 2);
}
