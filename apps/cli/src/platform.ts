import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { CliError } from "./command.js";

type Env = Readonly<Record<string, string | undefined>>;

export type DemoMerchant = Readonly<{
  merchantId: string;
  name: string;
  kodipay: Readonly<{ clientId: string; clientSecret: string; callbackSecret: string }>;
}>;

/** What is in `.malipo/demo.json` while the platform runs. */
type DemoFile = Readonly<{
  baseUrl: string;
  urls: Readonly<Record<string, string>>;
  kafkaBrokers: string;
  databaseUrl: string;
  adminToken: string;
  merchants: readonly DemoMerchant[];
}>;

const defaults = { intake: 3000, router: 3002, dispatcher: 3003, reconciliation: 3004, sandbox: 3010 } as const;

/** Where the platform is, and with which rights we may ask it: environment variables first, then `.malipo/demo.json`. */
export class Platform {
  readonly #demo: DemoFile | undefined;
  readonly #file: string;

  constructor(
    private readonly env: Env,
    readonly root: string,
  ) {
    this.#file = join(resolve(root, env["MALIPO_HOME"] || ".malipo"), "demo.json");
    this.#demo = readDemo(this.#file);
  }

  get intakeUrl(): string {
    return this.#url("PAYMENT_INTAKE_URL", this.#demo?.baseUrl, "intake");
  }
  get routerUrl(): string {
    return this.#url("PROVIDER_ROUTER_URL", this.#demo?.urls["providerRouter"], "router");
  }
  get dispatcherUrl(): string {
    return this.#url("CALLBACK_DISPATCHER_URL", this.#demo?.urls["callbackDispatcher"], "dispatcher");
  }
  get reconciliationUrl(): string {
    return this.#url("RECONCILIATION_URL", this.#demo?.urls["reconciliation"], "reconciliation");
  }
  get sandboxUrl(): string {
    return this.#url("SANDBOX_URL", this.#demo?.urls["sandbox"], "sandbox");
  }
  get adminToken(): string {
    return this.#needed("ADMIN_TOKEN", this.#demo?.adminToken);
  }
  get kafkaBrokers(): readonly string[] {
    return this.#needed("KAFKA_BROKERS", this.#demo?.kafkaBrokers).split(",");
  }
  get databaseUrl(): string {
    return this.#needed("DATABASE_URL", this.#demo?.databaseUrl);
  }
  get merchants(): readonly DemoMerchant[] {
    return this.#demo?.merchants ?? [];
  }
  get demoFile(): string {
    return this.#file;
  }

  #url(variable: string, known: string | undefined, service: keyof typeof defaults): string {
    return (this.env[variable] || known || `http://127.0.0.1:${defaults[service]}`).replace(/\/$/, "");
  }

  #needed(variable: string, known: string | undefined): string {
    const value = this.env[variable] || known;
    if (value) return value;
    throw new CliError(`${variable} is not set, and there is no ${this.#file}`, "Start the platform with `npm start`, which writes that file once everything is ready, or set the variable.");
  }
}

const readDemo = (file: string): DemoFile | undefined => {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new CliError(`${file} cannot be read`, "It belongs to whoever started the platform.", { cause: error });
  }
  try {
    return JSON.parse(text) as DemoFile;
  } catch (cause) {
    throw new CliError(`${file} is not JSON`, "Start the platform again; it writes the file anew.", { cause });
  }
};
