/** Calls with the session's token. */

import { url } from "../base";
import { end, session } from "../session";
import { toast } from "../ui/toast";
import { ApiError, endsSession, graphqlError, restError } from "./errors";

/** How often a call that was throttled is repeated. */
const REPEATS = 3;

/** Seconds to wait at most between two tries; more is an error at once. */
const PATIENCE = 30;

export interface CallOptions {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** The JSON of a REST call: `rest("rest/metadata/me")`. Raises ApiError. */
export async function rest<T>(path: string, options: CallOptions = {}): Promise<T> {
  const response = await call(path, options);
  const body: unknown = await json(response);
  if (!response.ok) throw ended(restError(response.status, body));
  return body as T;
}

/** `data` of a GraphQL call. Raises ApiError for the first error. */
export async function graphql<T>(
  api: "graphql" | "metadata",
  query: string,
  variables: Record<string, unknown> = {},
): Promise<T> {
  const response = await call(api, { method: "POST", body: { query, variables } });
  const body = (await json(response)) as { data?: T };
  const error = graphqlError(response.status, body) ?? (response.ok ? null : restError(response.status, body));
  if (error) throw ended(error);
  return body.data as T;
}

/** The response itself, throttled calls repeated. Raises ApiError when there is none. */
export async function call(path: string, options: CallOptions = {}): Promise<Response> {
  for (let tries = 0; ; tries++) {
    const response = await send(path, options);
    if (response.status !== 429 || tries === REPEATS) return response;
    const seconds = Number(response.headers.get("Retry-After") ?? "") || 2 ** tries;
    if (seconds > PATIENCE) return response;
    toast(`Too many calls; trying again in ${seconds} s.`, "warning");
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  }
}

async function send(path: string, { method = "GET", body, headers = {}, signal }: CallOptions): Promise<Response> {
  const token = session.peek()?.token;
  const init: RequestInit = {
    method,
    headers: {
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      ...headers,
    },
    // The token is all that identifies us; a cookie of the same host is none of our business.
    credentials: "omit",
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  };
  try {
    return await fetch(url(path), init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError("The server cannot be reached. Check the connection, then repeat.");
  }
}

async function json(response: Response): Promise<unknown> {
  const text = await response.text();
  if (text === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiError(`The server answered ${response.status} without JSON.`, { status: response.status });
  }
}

/** The error, after it ended the session if it is one that does. */
function ended(error: ApiError): ApiError {
  if (session.peek() !== null && endsSession(error)) end(error.message);
  return error;
}
