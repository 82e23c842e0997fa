// SPDX-License-Identifier: Apache-2.0
import { render } from "preact";
import "uplot/dist/uPlot.min.css";
import "./style/page.css";
import "./style/parts.css";
import "./style/live.css";
import "./style/overview.css";
import "./style/services.css";
import "./style/office.css";
import { followRoute } from "./detail";
import { listenToKeys } from "./keys";
import { startLive } from "./live";
import { Page } from "./parts/page";

const root = document.getElementById("app");
if (root) {
  followRoute();
  render(<Page />, root);
  startLive();
  listenToKeys();
}
