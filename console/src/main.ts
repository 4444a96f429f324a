/** Starts the console. */

import "../styles/main.css";
import { render } from "preact";
import { html } from "./html";
import { App } from "./shell/app";
import { useTheme } from "./shell/theme";

useTheme();
const root = document.getElementById("app");
if (root) {
  root.replaceChildren();
  render(html`<${App} />`, root);
}
