/** Data of a page: loaded when it opens, again on request. */

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { ApiError } from "./errors";

export interface Loaded<T> {
  /** Null until the first answer. Stays during a reload. */
  readonly data: T | null;
  readonly error: ApiError | null;
  readonly loading: boolean;
  /** Load again; resolves when it is done. */
  readonly reload: () => Promise<void>;
}

/** What `load` gives, anew whenever `inputs` change. An answer that came too late is dropped. */
export function useLoaded<T>(load: () => Promise<T>, inputs: readonly unknown[] = []): Loaded<T> {
  const [state, setState] = useState<{ data: T | null; error: ApiError | null; loading: boolean }>({
    data: null,
    error: null,
    loading: true,
  });
  const turn = useRef(0);
  const reload = useCallback(async () => {
    const mine = ++turn.current;
    setState((before) => ({ ...before, loading: true }));
    try {
      const data = await load();
      if (mine === turn.current) setState({ data, error: null, loading: false });
    } catch (error) {
      if (mine !== turn.current) return;
      setState((before) => ({ ...before, error: asApiError(error), loading: false }));
    }
  }, inputs as unknown[]);
  useEffect(() => {
    setState({ data: null, error: null, loading: true });
    void reload();
    return () => {
      turn.current++;
    };
  }, [reload]);
  return { ...state, reload };
}

/** An ApiError as it is, anything else as one: a fault of ours is shown, too. */
export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError(error instanceof Error ? error.message : String(error));
}
