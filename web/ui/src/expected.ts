// SPDX-License-Identifier: Apache-2.0
// What people have said of the service that is looked at: that it may be there, for how long and why.
import type { Service } from "./api";
import { approve, getApproval, withdraw, type Approval } from "./orders";
import { newStore } from "./store";

interface Expected {
  of: Service | null;
  known: boolean; // it has been asked for
  entry: Approval | null;
  error: string;
}

const nothing: Expected = { of: null, known: false, entry: null, error: "" };
const settleDelay = 500; // ms until it is looked whether what was ordered can be read
const settleTries = 20;

export const expected = newStore<Expected>(nothing);

const isShown = ({ id }: Service) => expected.get().of?.id === id;

export async function loadExpected(service: Service): Promise<void> {
  if (!isShown(service)) expected.set({ ...nothing, of: service });
  try {
    const entry = await getApproval(service);
    if (isShown(service)) expected.patch({ known: true, entry, error: "" });
  } catch (error) {
    if (isShown(service)) expected.patch({ error: (error as Error).message });
  }
}

async function order(service: Service, what: () => Promise<void>): Promise<void> {
  try {
    const before = JSON.stringify(expected.get().entry);
    await what();
    for (let i = 0; i < settleTries && isShown(service); i++) {
      await new Promise((done) => setTimeout(done, settleDelay));
      await loadExpected(service);
      if (expected.get().error || JSON.stringify(expected.get().entry) !== before) return;
    }
  } catch (error) {
    if (isShown(service)) expected.patch({ error: (error as Error).message });
  }
}

export interface Approving {
  owner: string;
  reason: string;
  ticket: string;
  days: number; // 0 for good
}

export const expect = (service: Service, { owner, reason, ticket, days }: Approving) =>
  order(service, () => approve({
    services: [service.id],
    ...(owner && { owner }), ...(reason && { reason }), ...(ticket && { ticket }), ...(days && { days }),
  }));

export const expectNoMore = (service: Service) => order(service, () => withdraw(service.id));
