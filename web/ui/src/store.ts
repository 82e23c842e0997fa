// SPDX-License-Identifier: Apache-2.0
// A value that can be watched: all the state of the page lies in a few of these.
import { useEffect, useState } from "preact/hooks";

export interface Store<T> {
  get(): T;
  set(value: T): void;
  /** Replaces some keys of the value. */
  patch(part: Partial<T>): void;
  /** Calls `fn` after each change until the function returned is called. */
  watch(fn: () => void): () => void;
}

export function newStore<T extends object>(value: T): Store<T> {
  const watchers = new Set<() => void>();
  const store: Store<T> = {
    get: () => value,
    set(next) {
      value = next;
      watchers.forEach((fn) => fn());
    },
    patch: (part) => store.set({ ...value, ...part }),
    watch(fn) {
      watchers.add(fn);
      return () => watchers.delete(fn);
    },
  };
  return store;
}

/** The value of a store; the component is drawn again when it changes. */
export function useStore<T extends object>(store: Store<T>): T {
  const [value, setValue] = useState(store.get());
  useEffect(() => {
    const update = () => setValue(store.get());
    update(); // it may have changed between drawing and now
    return store.watch(update);
  }, [store]);
  return value;
}
