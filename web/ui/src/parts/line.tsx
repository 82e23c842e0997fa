// SPDX-License-Identifier: Apache-2.0
// A line that somebody types, and that something else may set.
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

/** Not a value of the element: that would be put back whenever a list comes while somebody is typing. */
export function Line({ text, ...rest }: { text: string } & JSX.InputHTMLAttributes<HTMLInputElement>) {
  const input = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    if (input.current) input.current.value = text;
  }, [text]);
  return <input ref={input} autocomplete="off" autocapitalize="off" spellcheck={false} {...rest} />;
}
