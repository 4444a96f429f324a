/** A menu of actions behind a button. */

import { useEffect, useRef } from "preact/hooks";
import { html } from "../html";

export interface MenuItem {
  readonly label: string;
  readonly onSelect: () => void;
  readonly danger?: boolean;
}

/** The button with three dots. `label` says whose actions they are: "Actions of Company". */
export function Menu({ label, items }: { label: string; items: readonly MenuItem[] }) {
  const element = useRef<HTMLDetailsElement>(null);
  function close() {
    if (element.current) element.current.open = false;
  }
  useEffect(() => {
    function outside(event: Event) {
      if (!element.current?.contains(event.target as Node)) close();
    }
    document.addEventListener("pointerdown", outside);
    document.addEventListener("focusin", outside);
    return () => {
      document.removeEventListener("pointerdown", outside);
      document.removeEventListener("focusin", outside);
    };
  }, []);
  function onKey(event: KeyboardEvent) {
    if (event.key !== "Escape" || !element.current?.open) return;
    close();
    element.current.querySelector("summary")?.focus();
  }
  return html`<details class="menu" ref=${element} onKeyDown=${onKey}>
    <summary aria-label=${label}>⋯</summary>
    <div class="menu-items">
      ${items.map(
        (item) =>
          html`<button key=${item.label} type="button" class=${item.danger ? "danger" : ""} onClick=${() => {
            close();
            item.onSelect();
          }}>${item.label}</button>`,
      )}
    </div>
  </details>`;
}
