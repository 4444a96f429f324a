import type { PageRoute } from "../../routes";

export const routes: readonly PageRoute[] = [];
