import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SandboxConfig } from "../config.js";
import type { LedgerEntry } from "../ledger/records.js";
import { startSandbox, type Sandbox } from "../sandbox.js";
import { CallbackReceiver } from "./callback-receiver.js";

export type Answer = Readonly<{ status: number; json: Record<string, any>; text: string; headers: Headers }>; // eslint-disable-line @typescript-eslint/no-explicit-any

export const token = "a-token-for-specs";
export const daraja = { consumerKey: "a-key", consumerSecret: "a-secret", passkey: "a-passkey", shortcode: "174379" };

/** The real sandbox on free ports, a receiver of its callbacks, and the few requests that specs make. */
export class Harness {
  private constructor(
    readonly dataDir: string,
    readonly receiver: CallbackReceiver,
    private readonly latencyMs: number,
  ) {}

  private sandbox!: Sandbox;

  /** Operators take `latencyMs` of virtual time, which a spec lets pass by `advance`. */
  static async start(latencyMs = 1_000): Promise<Harness> {
    const dataDir = await mkdtemp(join(tmpdir(), "sandbox-spec-"));
    const harness = new Harness(dataDir, await CallbackReceiver.listen(), latencyMs);
    await harness.up();
    return harness;
  }

  async up(): Promise<void> {
    const url = `${this.receiver.url}/pawapay`;
    const config: SandboxConfig = {
      host: "127.0.0.1",
      port: 0,
      dataDir: this.dataDir,
      latencyMs: { low: this.latencyMs, high: this.latencyMs },
      pawapay: { port: 0, apiToken: token, callbackUrls: { DEPOSIT: url, PAYOUT: url, REFUND: url } },
      daraja: { port: 0, ...daraja },
    };
    this.sandbox = await startSandbox(config, (fault) => {
      throw fault;
    });
  }

  async down(): Promise<void> {
    await this.sandbox.close();
  }

  async end(): Promise<void> {
    await this.down();
    await this.receiver.close();
    await rm(this.dataDir, { recursive: true });
  }

  get ports(): Sandbox["ports"] {
    return this.sandbox.ports;
  }

  /** POST when there is a body, else GET. */
  async call(port: keyof Sandbox["ports"], path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return send(`http://127.0.0.1:${this.ports[port]}${path}`, body, headers);
  }

  pawapay(path: string, body?: unknown): Promise<Answer> {
    return this.call("pawapay", path, body, { authorization: `Bearer ${token}` });
  }

  async advance(advanceSeconds: number): Promise<void> {
    await this.call("control", "/_sandbox/clock", { advanceSeconds });
  }

  async order(scenario: object): Promise<Answer> {
    return this.call("control", "/_sandbox/scenarios", scenario);
  }

  async ledger(query = ""): Promise<readonly LedgerEntry[]> {
    return (await this.call("control", `/_sandbox/ledger${query}`)).json["entries"] as LedgerEntry[];
  }

  async darajaToken(): Promise<Record<string, string>> {
    const basic = Buffer.from(`${daraja.consumerKey}:${daraja.consumerSecret}`).toString("base64");
    const path = "/oauth/v1/generate?grant_type=client_credentials";
    const { json } = await this.call("daraja", path, undefined, { authorization: `Basic ${basic}` });
    return { authorization: `Bearer ${json["access_token"]}` };
  }

  async push(payer: string, changes: object = {}): Promise<Answer> {
    const body = { ...pushBody(payer, `${this.receiver.url}/stk?payment=${"p".repeat(32)}`), ...changes };
    return this.call("daraja", "/mpesa/stkpush/v1/processrequest", body, await this.darajaToken());
  }

  async query(checkoutRequestId: string): Promise<Answer> {
    const body = { ...merchant(), CheckoutRequestID: checkoutRequestId };
    return this.call("daraja", "/mpesa/stkpushquery/v1/query", body, await this.darajaToken());
  }
}

export const send = async (url: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> => {
  const response = await fetch(url, {
    method: body === undefined ? "GET" : "POST",
    headers: { ...(body !== undefined && { "content-type": "application/json" }), ...headers },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.startsWith("application/json") ?? false;
  return { status: response.status, text, json: isJson ? JSON.parse(text) : {}, headers: response.headers };
};

export const depositBody = (phoneNumber: string, changes: object = {}) => ({
  depositId: randomUUID(),
  amount: "15",
  currency: "USD",
  payer: { type: "MMO", accountDetails: { phoneNumber, provider: "VODACOM_MPESA_COD" } },
  metadata: [{ paymentId: "0123456789abcdef0123456789abcdef" }],
  ...changes,
});

export const payoutBody = (phoneNumber: string, changes: object = {}) => ({
  payoutId: randomUUID(),
  amount: "5.50",
  currency: "USD",
  recipient: { type: "MMO", accountDetails: { phoneNumber, provider: "VODACOM_MPESA_COD" } },
  ...changes,
});

const merchant = () => {
  const Timestamp = "20260102030405";
  const Password = Buffer.from(`${daraja.shortcode}${daraja.passkey}${Timestamp}`).toString("base64");
  return { BusinessShortCode: daraja.shortcode, Password, Timestamp };
};

export const pushBody = (payer: string, callbackUrl: string) => ({
  ...merchant(),
  TransactionType: "CustomerPayBillOnline",
  Amount: 100,
  PartyA: payer,
  PartyB: daraja.shortcode,
  PhoneNumber: payer,
  CallBackURL: callbackUrl,
  AccountReference: "ORDER-000001",
  TransactionDesc: "Order 1",
});
