import { UndecodableError } from "./codec.js";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** A record's value: JSON as UTF-8. */
export const toJsonBytes = (json: unknown): Uint8Array => encoder.encode(JSON.stringify(json));

/** @throws UndecodableError when the bytes are not UTF-8 or not JSON. */
export const fromJsonBytes = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(decoder.decode(bytes)) as unknown;
  } catch {
    throw new UndecodableError("is not JSON in UTF-8");
  }
};
