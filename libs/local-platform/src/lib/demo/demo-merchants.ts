import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writePrivate } from "../platform/secret-files.js";
import { callJson, fieldsOf } from "./json-client.js";

export interface KodipayCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly callbackSecret: string;
}

export interface DemoMerchant {
  readonly merchantId: string;
  readonly name: string;
  readonly kodipay: KodipayCredentials;
}

export interface Administration {
  readonly authTokenUrl: string;
  readonly adminToken: string;
  readonly signal?: AbortSignal | undefined;
}

const names = ["Demo merchant", "Second merchant"] as const;
const stateFile = (home: string): string => join(home, "demo-state.json");

const remembered = (home: string): readonly DemoMerchant[] =>
  existsSync(stateFile(home)) ? (JSON.parse(readFileSync(stateFile(home), "utf8")) as { merchants: DemoMerchant[] }).merchants : [];

const provision = async (admin: Administration, name: string): Promise<DemoMerchant> => {
  const base = `${admin.authTokenUrl}/admin/v1/merchants`;
  const call = { bearer: admin.adminToken, signal: admin.signal };
  const { merchantId } = await fieldsOf<{ merchantId: string }>(base, { ...call, body: { name } });
  // Test mode: callbacks to this machine are refused for live accounts.
  const body = { kind: "oauth_client", mode: "test" };
  const { clientId, clientSecret, callbackSecret } = await fieldsOf<KodipayCredentials>(`${base}/${merchantId}/credentials`, { ...call, body });
  return { merchantId, name, kodipay: { clientId, clientSecret, callbackSecret } };
};

const stillKnown = async (admin: Administration, { merchantId }: DemoMerchant): Promise<boolean> => {
  const url = `${admin.authTokenUrl}/admin/v1/merchants/${merchantId}/credentials`;
  return (await callJson(url, { bearer: admin.adminToken, signal: admin.signal })).status === 200;
};

/**
 * The two merchants of the demo: those of the last start, as long as the log still knows them, else new ones. Their
 * secrets are told once, so they are kept beside the data.
 */
export const demoMerchants = async (home: string, admin: Administration): Promise<readonly DemoMerchant[]> => {
  const kept = remembered(home);
  const merchants: DemoMerchant[] = [];
  for (const name of names) {
    const known = kept.find((merchant) => merchant.name === name);
    merchants.push(known !== undefined && (await stillKnown(admin, known)) ? known : await provision(admin, name));
    // After each, so that an interrupted start does not forget the first.
    const others = kept.filter((merchant) => !merchants.some(({ name: taken }) => taken === merchant.name));
    writePrivate(stateFile(home), `${JSON.stringify({ merchants: [...merchants, ...others] }, null, 2)}\n`);
  }
  return merchants;
};
