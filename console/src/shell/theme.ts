/** Light, dark, or as the system has it. The one thing that is remembered beyond the tab. */

import { computed, signal } from "@preact/signals";

export type Theme = "system" | "light" | "dark";

const STORED = "icosa.theme";

export const theme = signal<Theme>(stored());

/** Apply the remembered theme. */
export function useTheme(): void {
  apply(theme.value);
}

/** Choose a theme and remember it. */
export function choose(next: Theme): void {
  theme.value = next;
  if (next === "system") localStorage.removeItem(STORED);
  else localStorage.setItem(STORED, next);
  apply(next);
}

const system = matchMedia("(prefers-color-scheme: dark)");
const systemIsDark = signal(system.matches);
system.addEventListener("change", () => {
  systemIsDark.value = system.matches;
});

/** Whether the page is dark at the moment, for what has a theme of its own. */
export const dark = computed(() => theme.value === "dark" || (theme.value === "system" && systemIsDark.value));

function apply(next: Theme): void {
  if (next === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
}

function stored(): Theme {
  const value = localStorage.getItem(STORED);
  return value === "light" || value === "dark" ? value : "system";
}
