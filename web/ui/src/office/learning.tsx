// SPDX-License-Identifier: Apache-2.0
// Whether the border is still being learnt, and the word that ends it.
import { act } from "../api";
import { Problem, Time } from "../parts/bits";
import { mayOrder, session } from "../session";
import { useStore } from "../store";
import { Field, Order, Sure } from "./bits";
import { useOrders, usePages } from "./pages";

interface State {
  learning: boolean;
  until: string | null; // null: until somebody accepts
  accepted: string | null;
}

const goOn = ({ days }: Record<string, string>) => act("learning", "POST", { days: days ? Number(days) : null });

/** `done`: services have been approved. */
export function Learning({ done }: { done: () => void }) {
  const { role } = useStore(session);
  const { answer, error, again } = usePages<never, State>({ path: "learning", key: "learning" });
  const orders = useOrders(() => (again(), done()));
  if (error) return <Problem text={`Could not be read: ${error}`} retry={again} />;
  if (!answer) return null;
  const { learning, until, accepted } = answer;
  return (
    <>
      {orders.fault && <Problem text={orders.fault} />}
      <p class="learning">
        {!learning && "The border is known: what is new is alerted. "}
        {learning && <>The border is being learnt, {until ? <>until <Time stamp={until} /></> : "until somebody accepts what has been seen"}: only what is high or critical is alerted. </>}
        {accepted && <span class="dim">Accepted last <Time stamp={accepted} />. </span>}
        {mayOrder(role) && (
          <Sure
            text="Accept what has been seen" about="but for what is high or critical" disabled={orders.busy}
            act={() => void orders.order(() => act("learning", "POST", { accept: true }))}
          />
        )}
      </p>
      {mayOrder(role) && (
        <Order title="Learn for longer" button="Learn" by={orders} send={goOn}>
          <Field label="Days" name="days" hint="until somebody accepts" number />
        </Order>
      )}
    </>
  );
}
