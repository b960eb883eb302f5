import { takeDemo } from "./demo/demo.js";
import { removeDemoFile, writeDemoFile } from "./demo/demo-file.js";
import { demoMerchants, type DemoMerchant } from "./demo/demo-merchants.js";
import { Platform } from "./platform/platform.js";
import { createProgress } from "./platform/progress.js";
import { platformSettings } from "./platform/settings.js";

export interface LauncherOptions {
  readonly root: string;
  readonly env: NodeJS.ProcessEnv;
  readonly demoPayment: boolean;
  readonly write: (line: string) => void;
  /** Aborted when the platform is to stop: Ctrl-C, SIGTERM. */
  readonly stop: AbortSignal;
  /** Before a dead service starts again for the first time. */
  readonly firstRestartDelayMs?: number;
}

const rejectOn = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const fail = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason)));
    if (signal.aborted) fail();
    else signal.addEventListener("abort", fail, { once: true });
  });

/**
 * Starts everything, keeps it running until told to stop, and stops it. Rejects with the cause when it could not start
 * or when something kept dying; by then everything is stopped.
 */
export const runPlatform = async (options: LauncherOptions): Promise<void> => {
  const settings = platformSettings(options.root, options.env);
  const progress = createProgress(options.write);
  const broken = new AbortController();
  const end = AbortSignal.any([options.stop, broken.signal]);
  let merchants: readonly DemoMerchant[] | undefined;

  const events = {
    onLine: (name: string, line: string) => options.write(`[${name}] ${line}`),
    onRestarted: (name: string, pid: number) => {
      progress.say(`${name} runs again (pid ${pid})`);
      if (merchants !== undefined && !end.aborted) writeDemoFile(platform, merchants);
    },
    onGivenUp: (_: string, reason: string) => broken.abort(new Error(reason)),
  };
  const platform = new Platform(settings, progress, events, options.firstRestartDelayMs);

  const bringUp = async (): Promise<void> => {
    await platform.start();
    const admin = { authTokenUrl: settings.urls["auth-token"], adminToken: platform.secrets.adminToken, signal: end };
    const provisioned = await progress.step("provisioning the demo merchants", () => demoMerchants(settings.home, admin));
    if (options.demoPayment) await takeDemo(platform, provisioned[0]!, progress, options.write, end);
    end.throwIfAborted();
    merchants = provisioned;
    writeDemoFile(platform, merchants);
    for (const line of farewell(platform)) options.write(line);
    progress.say("ready; Ctrl-C stops everything and keeps the data");
  };

  try {
    const ended = rejectOn(end);
    await Promise.race([bringUp(), ended]);
    await ended;
  } catch (error) {
    if (!options.stop.aborted) throw error;
  } finally {
    removeDemoFile(settings.home);
    await progress.step("stopping", () => platform.stop());
  }
};

const farewell = ({ settings, servers }: Platform): readonly string[] => {
  const { urls, home } = settings;
  const lines: readonly (readonly [string, string])[] = [
    ["merchant API", urls["payment-intake"]],
    ["auth-token", urls["auth-token"]],
    ["provider-router", urls["provider-router"]],
    ["callback-dispatcher", urls["callback-dispatcher"]],
    ["reconciliation", urls.reconciliation],
    ["provider sandbox", urls["provider-sandbox"]],
    ["Kafka", servers.kafkaBrokers],
    ["PostgreSQL", servers.databaseUrl.replace(/:[^:@/]+@/, ":…@")],
    ["credentials", `${home}/demo.json (two demo merchants, admin token)`],
    ["logs", `${home}/logs/`],
  ];
  return ["", ...lines.map(([what, where]) => `  ${what.padEnd(20)} ${where}`), ""];
};
