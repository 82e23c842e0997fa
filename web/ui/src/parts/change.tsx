// SPDX-License-Identifier: Apache-2.0
// What has changed about a service: as it was, as it is.
import type { Finding } from "../api";
import { changeText } from "../words";
import { Time } from "./bits";
import { ShortText, Text } from "./text";

const stamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

/** The end of a certificate is a time; all else is shown as it is. */
function Value({ of, most }: { of: string; most: number }) {
  return stamp.test(of) ? <Time stamp={of} exact /> : <Text value={of} most={most} />;
}

export function Change({ of, most = 60 }: { of: Partial<Finding>; most?: number }) {
  if (!of.what) return null;
  return (
    <span class="change">
      <ShortText value={changeText(of.what)} most={30} />{" "}
      {of.before && <><Value of={of.before} most={most} />{" \u2192 "}</>}
      {of.after && <Value of={of.after} most={most} />}
    </span>
  );
}
