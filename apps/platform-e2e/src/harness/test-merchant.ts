import { randomBytes } from "node:crypto";
import { waitUntil, type DemoFile } from "@malipo/local-platform";
import { call, expect2xx, type Answer, type Call } from "./http.js";
import { currencyOf, payerIn, type Country } from "./numbers.js";

export interface Credentials {
  readonly merchantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly callbackSecret: string;
}

export interface CreateBody {
  readonly payment_method: string;
  readonly amount: string;
  readonly currency: string;
  readonly reference: string;
  readonly walletID: string;
  readonly callback_url?: string;
}

export interface Payment {
  readonly reference: string;
  readonly orderNumber: string;
  readonly status: string;
  readonly amount: string;
  readonly currency: string;
  readonly version: number;
  readonly details?: { readonly reason?: string };
}

/** Whoever takes a merchant's callbacks. */
export interface CallbackTarget {
  urlFor(merchantId: string, callbackSecret: string): string;
}

const noLimit = 100_000_000;

/** A merchant of the canonical API, and everything a merchant does there. */
export class TestMerchant {
  private bearer: string | undefined;

  private constructor(
    private readonly demo: DemoFile,
    readonly credentials: Credentials,
    readonly callbackUrl: string | undefined,
  ) {}

  /** One of its own, without a limit that a test could meet, known to the merchants' API. */
  static async provision(demo: DemoFile, target?: CallbackTarget, name = "End-to-end merchant"): Promise<TestMerchant> {
    const admin = `${demo.urls.authToken}/admin/v1/merchants`;
    const bearer = demo.adminToken;
    const { merchantId } = await expect2xx<{ merchantId: string }>(admin, { bearer, json: { name } });
    const tier = { facade: "kodipay", perMinute: noLimit, burst: noLimit };
    await expect2xx(`${admin}/${merchantId}/tier`, { method: "PUT", bearer, json: tier });
    const json = { kind: "oauth_client", mode: "test" };
    const credentials = await expect2xx<Credentials>(`${admin}/${merchantId}/credentials`, { bearer, json });
    const callbackUrl = target?.urlFor(merchantId, credentials.callbackSecret);
    const merchant = new TestMerchant(demo, { ...credentials, merchantId }, callbackUrl);
    await merchant.awaitKnown();
    return merchant;
  }

  async token(): Promise<string> {
    if (this.bearer === undefined) {
      const { clientId, clientSecret } = this.credentials;
      const json = { grant_type: "client_credentials", client_id: clientId, client_secret: clientSecret };
      this.bearer = (await expect2xx<{ access_token: string }>(`${this.demo.baseUrl}/oauth/token`, { json })).access_token;
    }
    return this.bearer;
  }

  body(country: Country = "COD", fields: Partial<CreateBody> = {}): CreateBody {
    return {
      payment_method: "mobile_money",
      amount: "10.00",
      currency: currencyOf(country),
      reference: `e2e-${randomBytes(9).toString("base64url")}`,
      walletID: payerIn(country),
      ...(this.callbackUrl !== undefined && { callback_url: this.callbackUrl }),
      ...fields,
    };
  }

  async send(path: string, options: Call = {}, baseUrl = this.demo.baseUrl): Promise<Answer> {
    return call(`${baseUrl}${path}`, { bearer: await this.token(), ...options });
  }

  post(body: CreateBody, headers: Readonly<Record<string, string>> = {}, baseUrl?: string): Promise<Answer> {
    return this.send("/api/v1/payments", { json: body, headers }, baseUrl);
  }

  /** Creates, and fails on anything but 201. */
  async create(body: CreateBody): Promise<Payment> {
    const answer = await this.post(body);
    if (answer.status !== 201) throw new Error(`create of ${body.reference} answered ${answer.status}: ${answer.text}`);
    return answer.json as Payment;
  }

  async status(orderNumber: string, baseUrl?: string): Promise<Payment> {
    const answer = await this.send(`/api/v1/payments/${orderNumber}/status`, {}, baseUrl);
    if (answer.status !== 200) throw new Error(`status of ${orderNumber} answered ${answer.status}: ${answer.text}`);
    return answer.json as Payment;
  }

  /** Settles when the payment is told to be in one of these states. */
  async awaitStatus(orderNumber: string, wanted: readonly string[], timeoutMs = 30_000): Promise<Payment> {
    let last: Payment | undefined;
    const ask = async (): Promise<Payment | undefined> => {
      const answer = await this.send(`/api/v1/payments/${orderNumber}/status`);
      if (answer.status === 503) return undefined; // a service is on its way back
      if (answer.status !== 200) throw new Error(`status of ${orderNumber} answered ${answer.status}: ${answer.text}`);
      last = answer.json as Payment;
      return wanted.includes(last.status) ? last : undefined;
    };
    return waitUntil(ask, { timeoutMs, everyMs: 100, what: `${orderNumber} is ${wanted.join(" or ")}` }).catch((error: unknown) => {
      throw new Error(`${String(error)}; last seen: ${JSON.stringify(last)}`, { cause: error });
    });
  }

  private async awaitKnown(): Promise<void> {
    const known = async (): Promise<true | undefined> => ((await this.send("/api/v1/payments/unknown/status")).status === 401 ? undefined : true);
    await waitUntil(known, { timeoutMs: 10_000, what: "the merchants' API knows the new merchant" });
  }
}
