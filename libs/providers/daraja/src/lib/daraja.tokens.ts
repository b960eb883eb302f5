import type { Mode } from "@malipo/kernel";
import { type ProviderPorts, readJsonObject, textAt } from "@malipo/provider-contract";
import type { DarajaConfig } from "./daraja.config.js";

/** A token is renewed this long before its end, so that none expires on its way. */
const RENEW_BEFORE_MS = 60_000;

type Granted = Readonly<{ token: string; untilMs: number }>;
export type TokenAnswer = Readonly<{ token: string }> | Readonly<{ failure: string }>;

/** One OAuth token per mode, fetched once for all who wait, and kept until shortly before it ends. */
export class DarajaTokens {
  private readonly kept = new Map<Mode, Granted>();
  private readonly underWay = new Map<Mode, Promise<TokenAnswer>>();

  constructor(private readonly config: DarajaConfig, private readonly ports: ProviderPorts) {}

  async token(mode: Mode, deadlineMs: number): Promise<TokenAnswer> {
    const kept = this.kept.get(mode);
    if (kept !== undefined && this.ports.clock.monotonicMs() < kept.untilMs) return { token: kept.token };
    const waiting = this.underWay.get(mode);
    if (waiting !== undefined) return waiting;
    const fetching = this.fetch(mode, deadlineMs).finally(() => this.underWay.delete(mode));
    this.underWay.set(mode, fetching);
    return fetching;
  }

  /** Called when Daraja no longer takes this token, whatever its time said. */
  forget(mode: Mode, token: string): void {
    if (this.kept.get(mode)?.token === token) this.kept.delete(mode);
  }

  private async fetch(mode: Mode, deadlineMs: number): Promise<TokenAnswer> {
    const { consumerKey, consumerSecret, baseUrl } = this.config;
    const reply = await this.ports.http.send({
      method: "GET",
      url: `${baseUrl}/oauth/v1/generate?grant_type=client_credentials`,
      headers: {
        authorization: `Basic ${Buffer.from(`${consumerKey}:${consumerSecret.reveal()}`, "utf8").toString("base64")}`,
        accept: "application/json",
      },
      deadlineMs,
      allowDevelopmentAddresses: mode === "test",
    });
    if (reply.kind !== "response") return { failure: `authorization_${reply.cause}` };
    const body = readJsonObject(reply.body);
    const token = textAt(body, "access_token");
    // A string on the wire ("3599").
    const lifeS = Number(body?.["expires_in"]);
    if (reply.status !== 200 || token === undefined) {
      this.ports.logger.error({ provider: "daraja", status: reply.status, code: textAt(body, "errorCode") }, "Daraja grants no token");
      return { failure: `authorization_http_${reply.status}` };
    }
    const lifeMs = Number.isFinite(lifeS) ? lifeS * 1_000 : 0;
    this.kept.set(mode, { token, untilMs: this.ports.clock.monotonicMs() + lifeMs - RENEW_BEFORE_MS });
    return { token };
  }
}
