/** Fields that never reach a log, wherever in a logged object they stand (three levels are searched). */
const secretNames = new Set([
  "authorization",
  "password",
  "secret",
  "clientSecret",
  "client_secret",
  "access_token",
  "token",
  "apiKey",
  "walletID",
  "msisdn",
  "phone",
  "phoneNumber",
  "payerAccount",
  "otp",
  "pin",
  "callback_url",
  "callbackUrl",
  "body",
]);
const levels = 3;
const censor = "[redacted]";

type Fields = Record<string, unknown>;

/**
 * The same object where it holds nothing secret, which is nearly always; else a copy without. One look at each key: pino's
 * own redaction copies every object and tries every path, which costs more than the rest of a log line.
 */
export const withoutSecrets = (fields: object, leave?: string, level = levels): object => {
  let copy: Fields | undefined;
  for (const key of Object.keys(fields)) {
    if (key === leave) continue;
    const value = (fields as Fields)[key];
    const kept = secretNames.has(key) ? censor : isSearched(value) && level > 1 ? withoutSecrets(value, undefined, level - 1) : value;
    if (kept !== value) (copy ??= (Array.isArray(fields) ? [...(fields as unknown[])] : { ...fields }) as Fields)[key] = kept;
  }
  return copy ?? fields;
};

const isSearched = (value: unknown): value is object => typeof value === "object" && value !== null && !ArrayBuffer.isView(value);
