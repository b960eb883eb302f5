import type { Platform } from "../platform/platform.js";

/** Takes today's statement of pawaPay from the sandbox, as operations would, and has reconciliation match it. */
export const importStatement = async (platform: Platform, signal: AbortSignal): Promise<string> => {
  const { urls } = platform.settings;
  const date = new Date().toISOString().slice(0, 10);
  const statement = await fetch(`${urls["provider-sandbox"]}/_sandbox/statements/pawapay?date=${date}`, { signal });
  if (!statement.ok) throw new Error(`the sandbox gave no statement: ${statement.status} ${await statement.text()}`);
  const answer = await fetch(`${urls.reconciliation}/admin/v1/statements/pawapay?date=${date}`, {
    method: "POST",
    headers: { authorization: `Bearer ${platform.secrets.adminToken}`, "content-type": "text/csv" },
    body: await statement.text(),
    signal,
  });
  const report = await answer.text();
  if (!answer.ok) throw new Error(`the statement was not imported: ${answer.status} ${report}`);
  return report;
};
