// SPDX-License-Identifier: Apache-2.0
// What has changed about a service: as it was, as it is.
import type { Finding } from "../api";
import { changeText } from "../words";
import { ShortText, Text } from "./text";

export function Change({ of, most = 60 }: { of: Partial<Finding>; most?: number }) {
  if (!of.what) return null;
  return (
    <span class="change">
      <ShortText value={changeText(of.what)} most={30} />{" "}
      {of.before && <><Text value={of.before} most={most} />{" \u2192 "}</>}
      {of.after && <Text value={of.after} most={most} />}
    </span>
  );
}
