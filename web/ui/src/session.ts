// SPDX-License-Identifier: Apache-2.0
// Who looks at the page.
import type { Session } from "./api";
import { newStore } from "./store";

export const session = newStore<Session>({ role: "", name: null, csrf: null });

/** May this role order anything? None before it is known. */
export const mayOrder = (role: string) => role === "operator" || role === "admin";
