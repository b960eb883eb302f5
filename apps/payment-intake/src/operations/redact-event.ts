import { isRedactedField } from "@malipo/security";

const sealedForm = /^v1\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

/** An event's data for operators: ciphertexts, ids of payers, and hashes are named, not shown. */
export const redactData = (value: unknown, name = ""): unknown => {
  if (typeof value === "string") return sealedForm.test(value) ? "[sealed]" : isHidden(name) ? "[redacted]" : value;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => redactData(item, name));
  return Object.fromEntries(Object.entries(value).map(([field, item]) => [field, name === "payer" && field === "id" ? "[redacted]" : redactData(item, field)]));
};

const isHidden = (name: string): boolean => name === "keyHash" || name === "fingerprint" || (isRedactedField(name) && name !== "payer");
