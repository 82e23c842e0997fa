// SPDX-License-Identifier: Apache-2.0
// Which key does what.
import { useEffect, useRef } from "preact/hooks";
import { keys, shortcutsFor, switchKeys } from "../keys";
import { session } from "../session";
import { useStore } from "../store";

const close = () => keys.patch({ help: false });

function Dialog({ on }: { on: boolean }) {
  const box = useRef<HTMLDialogElement>(null);
  const { role } = useStore(session);
  useEffect(() => {
    const before = document.activeElement;
    box.current?.showModal();
    return () => (before as HTMLElement | null)?.focus?.();
  }, []);
  return (
    <dialog class="help" ref={box} aria-labelledby="help-title" onClose={close}>
      <h2 id="help-title">Keys</h2>
      <dl>
        {shortcutsFor(role).map(({ key, text }) => (
          <div key={key}>
            <dt>{key.split(" ").map((one) => <kbd key={one}>{one}</kbd>)}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <label class="switch">
        <input type="checkbox" checked={on} onChange={(event) => switchKeys(event.currentTarget.checked)} />{" "}
        Single keys do something
      </label>
      <p class="buttons"><button type="button" onClick={close}>Close</button></p>
    </dialog>
  );
}

export function Help() {
  const { help, on } = useStore(keys);
  return help ? <Dialog on={on} /> : null;
}

export function HelpButton() {
  return (
    <button type="button" class="quiet help-button" title="Which key does what" onClick={() => keys.patch({ help: true })}>
      <span aria-hidden="true">?</span><span class="unseen">Keys</span>
    </button>
  );
}
