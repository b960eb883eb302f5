import { Problem, type ProblemCode } from "@malipo/http-api";
import type { MerchantEvent, MerchantRefusal } from "@malipo/merchant-lifecycle";
import type { Recorded } from "./merchant-commands.js";

/** How each refusal is told to an operator. Exhaustive: a new one does not compile without its line. */
const told: Readonly<Record<MerchantRefusal, readonly [ProblemCode, string]>> = {
  merchant_not_found: ["not_found", "There is no such merchant."],
  merchant_exists: ["conflict", "The merchant is there already."],
  credential_not_found: ["not_found", "There is no such credential."],
  credential_exists: ["conflict", "The credential is there already."],
  credential_revoked: ["conflict", "The credential was revoked."],
  channel_not_found: ["not_found", "There is no such channel."],
  channel_exists: ["conflict", "The channel is there already."],
  signing_key_changed: ["conflict", "Another signing key was published meanwhile."],
  signing_key_not_found: ["not_found", "There is no such signing key."],
  not_for_the_platform: ["not_found", "There is no such merchant."],
  nothing_new: ["conflict", "Nothing would change."],
};

/** @throws Problem for a refusal. */
export const eventOrProblem = (recorded: Recorded): MerchantEvent => {
  if (recorded.kind === "recorded") return recorded.event;
  const [code, message] = told[recorded.reason];
  throw new Problem(code, message, { details: { reason: recorded.reason } });
};

/** For what may be asked for again: that it is so already is success. @throws Problem for any other refusal. */
export const doneOrProblem = (recorded: Recorded): void => {
  if (recorded.kind === "recorded" || recorded.reason !== "nothing_new") eventOrProblem(recorded);
};
