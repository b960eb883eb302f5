import type { OutgoingRecord } from "@malipo/ports";

/** What a partition takes in one send: below the broker's `max.message.bytes` of 1 MB for one batch. */
export const sendBytesMax = 900_000;

const length = (value: string | Uint8Array): number => (typeof value === "string" ? Buffer.byteLength(value, "utf8") : value.length);

/** An upper bound of what a record takes on the wire: lengths are varints, and a few bytes of framing come on top. */
export const recordBytes = ({ key, value, headers }: OutgoingRecord): number => {
  let bytes = 40 + length(key) + value.length;
  for (const name in headers) bytes += 10 + name.length + length(headers[name]!);
  return bytes;
};
