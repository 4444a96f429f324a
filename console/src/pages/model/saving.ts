/** Saving a draft: what the API refuses stands at the member that it is about. */

import { useEffect, useState } from "preact/hooks";
import { ApiError } from "../../api/errors";
import { type Problem, type Problems, placed, problemsOf } from "./logic/problems";

type Places = readonly ((problem: Problem) => string | null)[];

interface Saving {
  readonly problems: Problems;
  /** Forget what was refused: something was changed. */
  readonly clear: () => void;
  /** Run, and keep what is refused. Resolves to whether it went through. */
  readonly save: (run: () => Promise<unknown>, places: Places) => Promise<boolean>;
}

const NONE: Problems = {};

/** The state of saving a form. After a refusal the first member that it is about has the focus. */
export function useSaving(): Saving {
  const [problems, setProblems] = useState<Problems>(NONE);
  useEffect(() => {
    if (problems === NONE) return;
    document.querySelector<HTMLElement>(".invalid :is(input, select, textarea):enabled, [role=alert]")?.focus();
  }, [problems]);
  async function save(run: () => Promise<unknown>, places: Places): Promise<boolean> {
    setProblems(NONE);
    try {
      await run();
      return true;
    } catch (error) {
      if (!(error instanceof ApiError) || error.status === 0) throw error;
      setProblems(placed(problemsOf(error.details, error.message), places));
      return false;
    }
  }
  return { problems, clear: () => setProblems(NONE), save };
}
