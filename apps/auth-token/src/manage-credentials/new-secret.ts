import type { Mode } from "@malipo/kernel";
import type { CredentialKind, StoredSecret } from "@malipo/merchant-lifecycle";
import { type Pepper, lastFour, prefixedToken } from "@malipo/security";
import type { Random } from "@malipo/ports";

/** A machine-made secret: what the merchant is shown once, and what is kept of it. */
export type NewSecret = Readonly<{ shown: string; secret: StoredSecret; lastFour: string }>;

/** Kinds that can be issued now; each further facade adds its own. */
export const issuableKinds: readonly CredentialKind[] = ["oauth_client"];

/** The mode stands in both parts, so that a live secret in a test configuration is seen by eye. */
export const newClientId = (mode: Mode, random: Random): string => prefixedToken(`kd_${mode}`, random, 16);

export const newClientSecret = (mode: Mode, random: Random, pepper: Pepper): NewSecret => {
  const shown = prefixedToken(`kds_${mode}`, random, 32);
  return { shown, secret: { form: "hash", hash: pepper.secretHash(shown) }, lastFour: lastFour(shown) };
};
