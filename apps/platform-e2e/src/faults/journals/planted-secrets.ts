import type { ClientRequest, PlantedSecret } from "@malipo/simulation/judges";
import type { TestMerchant } from "../../harness/test-merchant.js";

/** How many of a kind are looked for: everything the platform has written is gone through for each of them. */
const [merchantsMax, payersMax, keysMax] = [2, 20, 10];

/** What merchants confided while faults went on. */
export const plantedSecrets = async (merchants: readonly TestMerchant[], requests: readonly ClientRequest[], adminToken: string): Promise<readonly PlantedSecret[]> => {
  const own = await Promise.all(merchants.slice(0, merchantsMax).map(secretsOf));
  const payers = drawn(requests.flatMap(({ body }) => (body === undefined ? [] : [(JSON.parse(body) as { walletID: string }).walletID])), payersMax);
  const keys = drawn(requests.flatMap(({ idempotencyKey }) => idempotencyKey ?? []), keysMax);
  return [
    { name: "the operators' token", secret: adminToken },
    ...own.flat(),
    ...payers.map((secret, at): PlantedSecret => ({ name: `payer ${at + 1}`, secret, plainOnly: true })),
    ...keys.map((secret, at): PlantedSecret => ({ name: `idempotency key ${at + 1}`, secret, plainOnly: true })),
  ];
};

const secretsOf = async (merchant: TestMerchant, at: number): Promise<readonly PlantedSecret[]> => {
  const { clientSecret, callbackSecret } = merchant.credentials;
  const named: Readonly<Record<string, string>> = {
    "client secret": clientSecret,
    "callback secret": callbackSecret,
    "callback secret's bytes": callbackSecret.replace(/^whsec_/, ""),
    "access token": await merchant.token(),
  };
  return Object.entries(named).map(([what, secret]) => ({ name: `the ${what} of merchant ${at + 1}`, secret }));
};

/** So many of them, from the whole run and not from its beginning alone. */
const drawn = (texts: readonly string[], most: number): readonly string[] => {
  const distinct = [...new Set(texts)];
  const count = Math.min(most, distinct.length);
  return Array.from({ length: count }, (_, index) => distinct[Math.floor((index * distinct.length) / count)]!);
};
