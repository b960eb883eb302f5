import type { Platform } from "../platform/platform.js";
import { fieldsOf } from "./json-client.js";

/** Has reconciliation fetch today's statement of pawaPay from the sandbox and match it against the log. */
export const importStatement = async (platform: Platform, signal: AbortSignal): Promise<string> => {
  const { urls } = platform.settings;
  const date = new Date().toISOString().slice(0, 10);
  const call = { bearer: platform.secrets.adminToken, signal, body: { provider: "pawapay", date } };
  return JSON.stringify(await fieldsOf<unknown>(`${urls.reconciliation}/admin/v1/statements/import`, call));
};
