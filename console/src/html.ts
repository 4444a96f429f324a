/** Tagged templates that make Preact elements. Values become text or attributes, never markup. */

import htm from "htm";
import { h, type VNode } from "preact";

// biome-ignore lint/suspicious/noExplicitAny: htm hands over whatever the template has; components type their own members.
export const html = htm.bind(h as any) as (strings: TemplateStringsArray, ...values: unknown[]) => VNode;
