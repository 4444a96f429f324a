/** What the application and the file with GraphiQL know of each other. Types only: neither loads the other's code. */

/** A GraphQL request as GraphiQL makes it. */
export interface GraphqlRequest {
  readonly query: string;
  readonly operationName?: string | null;
  readonly variables?: unknown;
}

/** Sends a request and gives the JSON of the answer. */
export type Fetcher = (
  request: GraphqlRequest,
  options?: { readonly headers?: Readonly<Record<string, string>> },
) => Promise<unknown>;

export interface GraphiqlOptions {
  readonly fetcher: Fetcher;
  /** What the editor holds at first. */
  readonly query: string;
  readonly dark: boolean;
  /** Addresses of the editor's workers, by label. */
  readonly workers: Readonly<Record<string, string>>;
}

export interface MountedGraphiql {
  readonly setDark: (dark: boolean) => void;
  readonly stop: () => void;
}

export type StartGraphiql = (element: HTMLElement, options: GraphiqlOptions) => MountedGraphiql;

export interface GraphiqlModule {
  readonly start: StartGraphiql;
}
