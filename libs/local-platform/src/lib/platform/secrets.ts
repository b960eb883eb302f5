import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { keptBytes, keptText, privateFolder } from "./secret-files.js";

export const keyPurposes = ["personal-data", "callback-secrets", "provider-credentials", "token-keys", "provider-evidence"] as const;

export type KeyPurpose = (typeof keyPurposes)[number];

export interface PlatformSecrets {
  readonly keyringDir: string;
  readonly pepperFile: string;
  readonly adminToken: string;
  /** The demo merchant's accounts at the simulated providers, known to the router and the sandbox alone. */
  readonly providers: Readonly<Record<string, string>>;
  /** The part of the webhook addresses that only the provider and we know. */
  readonly webhookTokens: Readonly<Record<"pawapay" | "daraja", string>>;
}

const token = (bytes = 24): string => randomBytes(bytes).toString("base64url");

/** Drawn at the first start, kept for the next ones: in development the file system is the key store. */
export const platformSecrets = (home: string): PlatformSecrets => {
  const keyringDir = privateFolder(join(home, "keys"));
  for (const purpose of keyPurposes) keptBytes(join(keyringDir, `${purpose}.key`), 32);
  const pepperFile = join(keyringDir, "pepper");
  keptBytes(pepperFile, 32);
  const drawn = JSON.parse(
    keptText(join(keyringDir, "provider-accounts.json"), () =>
      JSON.stringify({
        PAWAPAY_API_TOKEN: token(),
        PAWAPAY_WEBHOOK_TOKEN: token(),
        DARAJA_CONSUMER_KEY: token(),
        DARAJA_CONSUMER_SECRET: token(),
        DARAJA_PASSKEY: randomBytes(32).toString("hex"),
        DARAJA_WEBHOOK_TOKEN: token(),
      }),
    ),
  ) as Record<string, string>;
  return {
    keyringDir,
    pepperFile,
    adminToken: keptText(join(home, "admin-token"), () => token(32)),
    providers: { ...drawn, DARAJA_SHORTCODE: "174379" },
    webhookTokens: { pawapay: drawn["PAWAPAY_WEBHOOK_TOKEN"]!, daraja: drawn["DARAJA_WEBHOOK_TOKEN"]! },
  };
};
