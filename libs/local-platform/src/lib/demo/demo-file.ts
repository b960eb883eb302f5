import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Platform } from "../platform/platform.js";
import { writePrivate } from "../platform/secret-files.js";
import type { DemoMerchant } from "./demo-merchants.js";

const fileIn = (home: string): string => join(home, "demo.json");

/** What people and scripts beside the platform need to use it. It is there only while everything runs. */
export const writeDemoFile = (platform: Platform, merchants: readonly DemoMerchant[]): void => {
  const { urls, home } = platform.settings;
  const content = {
    baseUrl: urls["payment-intake"],
    urls: {
      authToken: urls["auth-token"],
      providerRouter: urls["provider-router"],
      callbackDispatcher: urls["callback-dispatcher"],
      reconciliation: urls.reconciliation,
      sandbox: urls["provider-sandbox"],
    },
    sandboxProviders: { pawapay: urls.sandboxPawapay, daraja: urls.sandboxDaraja },
    kafkaBrokers: platform.servers.kafkaBrokers,
    databaseUrl: platform.servers.databaseUrl,
    adminToken: platform.secrets.adminToken,
    merchants,
    pids: platform.pids(),
  };
  writePrivate(fileIn(home), `${JSON.stringify(content, null, 2)}\n`);
};

export const removeDemoFile = (home: string): void => rmSync(fileIn(home), { force: true });
