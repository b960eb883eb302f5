import { requiredVariable, urlVariable } from "@malipo/provider-contract";
import { Redacted } from "@malipo/security";

export type DarajaConfig = Readonly<{
  baseUrl: string;
  consumerKey: string;
  consumerSecret: Redacted<string>;
  passkey: Redacted<string>;
  shortcode: string;
  transactionType: "CustomerPayBillOnline" | "CustomerBuyGoodsOnline";
  /** Where Daraja reaches our webhook edge; the attempt's token is added. */
  webhookBaseUrl: string;
  /** Attempt tokens are made with it. */
  webhookSecret: Redacted<string>;
}>;

const SECRET_MIN = 22;

export const parseDarajaConfig = (env: Readonly<Record<string, string | undefined>>): DarajaConfig => {
  const shortcode = requiredVariable(env, "DARAJA_SHORTCODE");
  if (!/^\d{5,7}$/.test(shortcode)) throw new Error("DARAJA_SHORTCODE is not 5 to 7 digits");
  const webhookSecret = requiredVariable(env, "DARAJA_WEBHOOK_TOKEN");
  if (webhookSecret.length < SECRET_MIN) throw new Error("DARAJA_WEBHOOK_TOKEN is too short to be a secret of 128 bits");
  return {
    baseUrl: urlVariable(env, "DARAJA_BASE_URL", "https://sandbox.safaricom.co.ke"),
    consumerKey: requiredVariable(env, "DARAJA_CONSUMER_KEY"),
    consumerSecret: new Redacted(requiredVariable(env, "DARAJA_CONSUMER_SECRET")),
    passkey: new Redacted(requiredVariable(env, "DARAJA_PASSKEY")),
    shortcode,
    transactionType: env["DARAJA_TRANSACTION_TYPE"] === "CustomerBuyGoodsOnline" ? "CustomerBuyGoodsOnline" : "CustomerPayBillOnline",
    webhookBaseUrl: urlVariable(env, "WEBHOOK_BASE_URL"),
    webhookSecret: new Redacted(webhookSecret),
  };
};
