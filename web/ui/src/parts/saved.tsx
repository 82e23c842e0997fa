// SPDX-License-Identifier: Apache-2.0
// Filters with a name: to choose, to keep, to forget.
import { useState } from "preact/hooks";
import { filterOf, go, hasFilter, route, sortingOf } from "../route";
import { forgetFilter, saved, saveFilter } from "../saved";
import { useStore } from "../store";

export function Saved() {
  const { list } = useStore(saved);
  const now = useStore(route);
  const [name, setName] = useState("");
  const wish = JSON.stringify({ ...filterOf(now), ...sortingOf(now) });
  const mine = list.find(({ part }) => JSON.stringify(part) === wish);
  if (!list.length && !hasFilter(now)) return null;
  return (
    <div class="saved">
      {list.length > 0 && (
        <label>
          <span>Saved filter</span>
          <select
            name="saved" value={mine?.name ?? ""}
            onChange={(event) => {
              const chosen = list.find((one) => one.name === event.currentTarget.value);
              if (chosen) go(chosen.part);
            }}
          >
            <option value="">none of them</option>
            {list.map((one) => <option key={one.name} value={one.name}>{one.name}</option>)}
          </select>
        </label>
      )}
      {mine && <button type="button" class="quiet" onClick={() => forgetFilter(mine.name)}>Forget it</button>}
      {!mine && hasFilter(now) && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (name.trim()) saveFilter(name.trim());
            setName("");
          }}
        >
          <label>
            <span>Save this filter as</span>
            <input name="save-as" value={name} maxLength={40} autocomplete="off" onInput={(event) => setName(event.currentTarget.value)} />
          </label>
          <button type="submit" disabled={!name.trim()}>Save</button>
        </form>
      )}
    </div>
  );
}
