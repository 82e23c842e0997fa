// SPDX-License-Identifier: Apache-2.0
// What people have made of an alert.
import { getAlertState, getAlertHistory, patchAlert, type AlertChange, type AlertEntry } from "./api";
import { newStore } from "./store";

interface Triage {
  number: number; // of the alert; 0 none
  status: string;
  assignee: string | null;
  history: AlertEntry[];
  error: string;
}

export const triage = newStore<Triage>({ number: 0, status: "", assignee: null, history: [], error: "" });

export async function loadTriage(number: number): Promise<void> {
  if (triage.get().number !== number)
    triage.set({ number, status: "", assignee: null, history: [], error: "" });
  try {
    const [alert, { history }] = await Promise.all([getAlertState(number), getAlertHistory(number)]);
    if (triage.get().number === number)
      triage.set({ number, status: alert.status, assignee: alert.triage.assignee, history, error: "" });
  } catch (error) {
    if (triage.get().number === number) triage.patch({ error: (error as Error).message });
  }
}

/** The stream says that something has become of an alert. */
export function touchTriage(entry: { alert: number }): void {
  if (entry.alert === triage.get().number) void loadTriage(entry.alert);
}

export async function changeAlert(change: AlertChange): Promise<void> {
  const { number } = triage.get();
  try {
    await patchAlert(number, change);
    triage.patch({ error: "" });
  } catch (error) {
    triage.patch({ error: (error as Error).message });
  }
}
