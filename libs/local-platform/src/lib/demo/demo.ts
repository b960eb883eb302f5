import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Platform } from "../platform/platform.js";
import type { Progress } from "../platform/progress.js";
import type { DemoMerchant } from "./demo-merchants.js";
import { takeDemoPayment, type DemoPayment } from "./demo-payment.js";
import { waitUntil } from "../processes/wait-until.js";
import { importStatement } from "./import-statement.js";
import { fieldsOf } from "./json-client.js";

const run = promisify(execFile);

const printTimeline = async (platform: Platform, { orderNumber }: DemoPayment, signal: AbortSignal): Promise<string> => {
  const { settings, servers, secrets } = platform;
  const cli = join(settings.root, "apps", "cli", "dist", "main.js");
  const { stdout } = await run(process.execPath, [cli, "timeline", orderNumber], {
    signal,
    timeout: 30_000,
    cwd: settings.root,
    env: {
      ...settings.env,
      MALIPO_HOME: settings.home,
      KAFKA_BROKERS: servers.kafkaBrokers,
      DATABASE_URL: servers.databaseUrl,
      ADMIN_TOKEN: secrets.adminToken,
      PAYMENT_INTAKE_URL: settings.urls["payment-intake"],
      CALLBACK_DISPATCHER_URL: settings.urls["callback-dispatcher"],
      RECONCILIATION_URL: settings.urls.reconciliation,
      PROVIDER_ROUTER_URL: settings.urls["provider-router"],
      SANDBOX_URL: settings.urls["provider-sandbox"],
    },
  });
  return stdout.trimEnd();
};

/** The merchant has its callback a moment before the dispatcher has put that on record, and the timeline tells the record. */
const awaitRecordedCallback = (platform: Platform, { orderNumber }: DemoPayment, signal: AbortSignal): Promise<true> => {
  const url = `${platform.settings.urls["callback-dispatcher"]}/admin/v1/deliveries?orderNumber=${orderNumber}`;
  const isRecorded = async (): Promise<true | undefined> => {
    const { deliveries } = await fieldsOf<{ deliveries: readonly { type: string; state: string }[] }>(url, {
      bearer: platform.secrets.adminToken,
      signal,
    });
    return deliveries.some(({ type, state }) => type === "payment.completed" && state === "delivered") ? true : undefined;
  };
  return waitUntil(isRecorded, { timeoutMs: 10_000, what: "the record of the delivered callback", signal });
};

/** One payment to its delivered callback, matched against the provider's statement, with its timeline. */
export const takeDemo = async (
  platform: Platform,
  merchant: DemoMerchant,
  progress: Progress,
  write: (line: string) => void,
  signal: AbortSignal,
): Promise<void> => {
  const { urls } = platform.settings;
  const refused = (why: string): void => progress.say(`callback refused: ${why}`);
  const payment = await progress.step("taking a payment of 10.00 USD from 243812345789", () =>
    takeDemoPayment(urls["payment-intake"], merchant, refused, signal),
  );
  const times = `created in ${Math.round(payment.createdMs)} ms, callback verified after ${Math.round(payment.callbackMs)} ms`;
  progress.say(`payment ${payment.orderNumber} is completed: ${times}`);
  const report = await progress.step("matching it against the provider's statement", () => importStatement(platform, signal));
  progress.say(`statement of pawapay: ${report}`);
  await awaitRecordedCallback(platform, payment, signal);
  write("");
  write(await printTimeline(platform, payment, signal));
};
