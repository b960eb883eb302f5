const REDACTED = "[redacted]";

/** Holds what must not be printed: logs, JSON, template strings, and the inspector all show `[redacted]`. */
export class Redacted<Value> {
  readonly #value: Value;

  constructor(value: Value) {
    this.#value = value;
  }

  /** The value itself; the call is what a reviewer looks for. */
  reveal(): Value {
    return this.#value;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [Symbol.toPrimitive](): string {
    return REDACTED;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return REDACTED;
  }
}

/** Names of fields that a log never shows, at whatever depth; compared without case, dashes, and underscores. */
export const redactedFieldNames: readonly string[] = [
  "accessToken",
  "adminToken",
  "answer",
  "apiKey",
  "authorization",
  "callbackSecret",
  "clientAssertion",
  "clientSecret",
  "consumerSecret",
  "cookie",
  "email",
  "idempotencyKey",
  "msisdn",
  "otp",
  "passkey",
  "password",
  "payer",
  "pepper",
  "phone",
  "phoneNumber",
  "pin",
  "privateKey",
  "secret",
  "secretKey",
  "setCookie",
  "token",
  "walletId",
  "webhookSecret",
  "webhookSignature",
  "xSignature",
];

const plainName = (name: string): string => name.toLowerCase().replaceAll(/[-_]/g, "");
const hidden = new Set(redactedFieldNames.map(plainName));

export const isRedactedField = (name: string): boolean => hidden.has(plainName(name));

const DEPTH_MAX = 8;

/** A copy of the fields fit for a log. Deeper than eight levels is cut, so that a cycle ends too. */
export const redactFields = (value: unknown, depth = 0): unknown => {
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Redacted) return REDACTED;
  if (depth >= DEPTH_MAX) return "[deep]";
  if (Array.isArray(value)) return value.map((item) => redactFields(item, depth + 1));
  if (value instanceof Error) return redactError(value, depth);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, isRedactedField(name) ? REDACTED : redactFields(item, depth + 1)]),
  );
};

const redactError = (error: Error, depth: number): object => ({
  name: error.name,
  message: error.message,
  ...("code" in error && { code: error.code }),
  ...(error.stack !== undefined && { stack: error.stack }),
  ...(error.cause !== undefined && { cause: redactFields(error.cause, depth + 1) }),
});
