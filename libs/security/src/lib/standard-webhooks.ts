import { createHmac, createSecretKey, type KeyObject } from "node:crypto";
import { timingSafeEqualText } from "./timing-safe.js";
import { type ByteSource } from "./tokens.js";

/** Standard Webhooks 1.0 (standardwebhooks.com), symmetric scheme `v1`. */
export type StandardWebhookHeaders = Readonly<{
  "webhook-id": string;
  "webhook-timestamp": string;
  "webhook-signature": string;
}>;

const PREFIX = "whsec_";
const TOLERANCE_S = 300;
const KEYS_MAX = 1_000;

/** Of the secrets used lately, ready for use: making one costs several times as much as a signature. */
const keys = new Map<string, KeyObject>();

/** A signing secret: `whsec_` and the base64 of 32 random bytes (the standard asks for 24 to 64). */
export const newWebhookSecret = (random: ByteSource): string => PREFIX + Buffer.from(random.bytes(32)).toString("base64");

const keyOf = (secret: string): KeyObject => {
  const known = keys.get(secret);
  if (known !== undefined) return known;
  const key = Buffer.from(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret, "base64");
  if (key.byteLength < 24) throw new RangeError("a webhook secret is whsec_ and the base64 of at least 24 bytes");
  if (keys.size >= KEYS_MAX) keys.delete(keys.keys().next().value!);
  const made = createSecretKey(key);
  keys.set(secret, made);
  return made;
};

const signature = (secret: string, id: string, timestamp: string, body: string | Uint8Array): string =>
  `v1,${createHmac("sha256", keyOf(secret)).update(`${id}.${timestamp}.`, "utf8").update(body).digest("base64")}`;

/**
 * Headers over the exact body bytes. During a rotation there is one signature per valid secret, newest first; a receiver
 * accepts if any of them fits.
 */
export const signStandardWebhook = (message: {
  id: string;
  timestampS: number;
  body: string | Uint8Array;
  secrets: readonly string[];
}): StandardWebhookHeaders => {
  if (message.secrets.length === 0) throw new RangeError("a webhook is signed with at least one secret");
  const timestamp = String(Math.floor(message.timestampS));
  return {
    "webhook-id": message.id,
    "webhook-timestamp": timestamp,
    "webhook-signature": message.secrets.map((secret) => signature(secret, message.id, timestamp, message.body)).join(" "),
  };
};

export type WebhookFault = "headers_missing" | "timestamp_outside_tolerance" | "signature_mismatch";

/** What a receiver does: undefined when the message is genuine and fresh. Compares in constant time. */
export const standardWebhookFault = (
  headers: Readonly<Record<string, string | undefined>>,
  body: string | Uint8Array,
  secret: string,
  nowS: number,
  toleranceS = TOLERANCE_S,
): WebhookFault | undefined => {
  const { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signatures } = headers;
  if (!id || !timestamp || !signatures || !/^\d{1,12}$/.test(timestamp)) return "headers_missing";
  if (Math.abs(nowS - Number(timestamp)) > toleranceS) return "timestamp_outside_tolerance";
  const expected = signature(secret, id, timestamp, body);
  const fits = signatures.split(" ").filter((given) => timingSafeEqualText(given, expected)).length > 0;
  return fits ? undefined : "signature_mismatch";
};
