import type { Brand } from "./brand.js";

/** 32 lower-case hex digits. */
export type MerchantId = Brand<string, "MerchantId">;
export type Mode = "test" | "live";

/** A merchant in a mode, `<merchantId>/<mode>`: the unit of partitioning, isolation, and order. */
export type Account = Brand<string, "Account">;

const merchantIdForm = /^[0-9a-f]{32}$/;

export const isMerchantId = (text: string): text is MerchantId => merchantIdForm.test(text);

/** @throws RangeError when the text is not 32 lower-case hex digits. */
export const merchantId = (text: string): MerchantId => {
  if (!isMerchantId(text)) throw new RangeError("a merchant id is 32 lower-case hex digits");
  return text;
};

export const accountOf = (merchant: MerchantId, mode: Mode): Account => `${merchant}/${mode}` as Account;

/** @throws RangeError when the text is not `<merchantId>/test` or `<merchantId>/live`. */
export const parseAccount = (text: string): { merchantId: MerchantId; mode: Mode } => {
  const [merchant = "", mode, ...rest] = text.split("/");
  if (rest.length > 0 || (mode !== "test" && mode !== "live")) throw new RangeError("an account is <merchantId>/<mode>");
  return { merchantId: merchantId(merchant), mode };
};
