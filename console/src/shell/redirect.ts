/** A page that leads to another at once. */

import { useEffect } from "preact/hooks";
import { useLocation } from "preact-iso";
import { page } from "../base";

/** Goes to a path below the console's folder, in place of the present one. */
export function Redirect({ to }: { to: string }) {
  const { route } = useLocation();
  useEffect(() => route(page(to), true), [to]);
  return null;
}
