import { type Envelope, toHeaders } from "@malipo/event-contracts";
import { type Account, type Instant, partitionOf } from "@malipo/kernel";
import type { KeyOwner, KeyPurpose, OutgoingRecord, StoredRecord } from "@malipo/ports";
import { type WrappedKey, isKeyId, isPurpose } from "./wrapped-keys.js";

/** `<account>/<payer>`, with `-` for the account's own keys. */
export const ownerKey = (account: Account, payer: string | undefined): string => `${account}/${payer ?? "-"}`;
export const ownerOf = (owner: KeyOwner): string => ownerKey(owner.account, owner.payer);

const recordOf = (account: Account, key: string, type: string, at: Instant, source: string, value: Uint8Array) => {
  const envelope: Envelope = { id: key, source, type, time: at, subject: key, account };
  return { partition: partitionOf(account), record: { key, value, headers: toHeaders(envelope) } satisfies OutgoingRecord };
};

export const createdRecord = (owner: KeyOwner, { keyId, wrapped }: WrappedKey, at: Instant, source: string) =>
  recordOf(
    owner.account,
    `${ownerOf(owner)}/${keyId}`,
    "keys.datakey.created.v1",
    at,
    source,
    Buffer.from(JSON.stringify({ purpose: owner.purpose, wrapped: Buffer.from(wrapped).toString("base64url") })),
  );

export const erasedRecord = (account: Account, payer: string | undefined, keyId: string, at: Instant, source: string) =>
  recordOf(account, `${ownerKey(account, payer)}/${keyId}`, "keys.datakey.erased.v1", at, source, new Uint8Array(0));

export type KeyChange =
  | Readonly<{ kind: "created"; owner: string; purpose: KeyPurpose; key: WrappedKey }>
  | Readonly<{ kind: "erased"; owner: string; keyId: string }>;

/** @throws RangeError for a record that is none of ours. */
export const readKeyRecord = ({ key, value }: Pick<StoredRecord, "key" | "value">): KeyChange => {
  const cut = key.lastIndexOf("/");
  const [owner, keyId] = [key.slice(0, cut), key.slice(cut + 1)];
  if (cut < 0 || !isKeyId(keyId)) throw new RangeError("the record's key names no data key");
  if (value.byteLength === 0) return { kind: "erased", owner, keyId };
  const { purpose, wrapped } = JSON.parse(Buffer.from(value).toString("utf8")) as { purpose?: unknown; wrapped?: unknown };
  if (!isPurpose(purpose) || typeof wrapped !== "string") throw new RangeError("the record holds no wrapped data key");
  return { kind: "created", owner, purpose, key: { keyId, wrapped: Buffer.from(wrapped, "base64url") } };
};
