import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Platform } from "../platform/platform.js";
import { writePrivate } from "../platform/secret-files.js";
import type { DemoMerchant } from "./demo-merchants.js";

export interface DemoFile {
  readonly baseUrl: string;
  readonly urls: Readonly<Record<"authToken" | "providerRouter" | "callbackDispatcher" | "reconciliation" | "sandbox", string>>;
  readonly sandboxProviders: Readonly<Record<"pawapay" | "daraja", string>>;
  readonly kafkaBrokers: string;
  readonly databaseUrl: string;
  readonly adminToken: string;
  readonly merchants: readonly DemoMerchant[];
  readonly pids: Readonly<Record<string, number>>;
}

const fileIn = (home: string): string => join(home, "demo.json");

/** What people and scripts beside the platform need to use it. It is there only while everything runs. */
export const writeDemoFile = (platform: Platform, merchants: readonly DemoMerchant[]): void => {
  const { urls, home } = platform.settings;
  const content: DemoFile = {
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

/** Undefined while the platform is not ready. */
export const readDemoFile = (home: string): DemoFile | undefined => {
  try {
    return JSON.parse(readFileSync(fileIn(home), "utf8")) as DemoFile;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
};

export const removeDemoFile = (home: string): void => rmSync(fileIn(home), { force: true });
