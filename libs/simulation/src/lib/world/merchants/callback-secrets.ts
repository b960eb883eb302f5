import { type Account, type Instant, type Sealed, parseAccount } from "@malipo/kernel";
import { callbackSecretSeal, stateRecord } from "@malipo/merchant-directory";
import { newWebhookSecret, standardWebhookFault } from "@malipo/security";
import { type SeededRandom, SimulatedClock, type SimulatedTime } from "@malipo/event-log/simulated";
import type { AuthToken } from "../processes/auth-token.js";

type Held = { version: number; secrets: string[]; readonly known: string[]; readonly sealed: Map<string, Sealed> };

export const overlapMs = 30_000;
const againMs = 500;

/** The signing secrets of all merchants: as they hold them, and as the platform reads them from `merchants.state.v1`. */
export class CallbackSecrets {
  readonly #held = new Map<Account, Held>();
  readonly #clock: SimulatedClock;
  underWay = 0;

  constructor(
    private readonly time: SimulatedTime,
    private readonly random: SeededRandom,
    private readonly authToken: () => AuthToken | undefined,
  ) {
    this.#clock = new SimulatedClock(time);
  }

  /** Every secret there ever was, to be looked for where none may be. */
  get everUsed(): readonly string[] {
    return [...this.#held.values()].flatMap(({ known }) => known);
  }

  async give(account: Account): Promise<void> {
    const secret = newWebhookSecret(this.random);
    this.#held.set(account, { version: 0, secrets: [secret], known: [secret], sealed: new Map() });
    await this.#publish(account);
  }

  /** A new secret beside the old one, which ends when the overlap is over. */
  async rotate(account: Account): Promise<void> {
    const held = this.#held.get(account);
    if (held === undefined || held.secrets.length > 1) return;
    const fresh = newWebhookSecret(this.random);
    held.known.push(fresh);
    held.secrets = [fresh, ...held.secrets];
    await this.#publish(account);
    await new Promise<void>((resolve) => void this.time.at(this.time.nowMs + overlapMs, resolve));
    held.secrets = [fresh];
    await this.#publish(account);
  }

  /** As the merchant checks it: over the raw bytes, with the secrets that are valid now. */
  isSigned(account: Account, headers: Readonly<Record<string, string>>, body: Uint8Array): boolean {
    const nowS = this.#clock.now() / 1_000;
    return this.#held.get(account)?.secrets.some((secret) => standardWebhookFault(headers, body, secret, nowS) === undefined) ?? false;
  }

  async #publish(account: Account): Promise<void> {
    this.underWay += 1;
    const held = this.#held.get(account)!;
    held.version += 1;
    for (let done = false; !done; ) {
      done = await this.#write(account, held).then(() => true, () => false);
      if (!done) await new Promise<void>((resolve) => void this.time.at(this.time.nowMs + againMs, resolve));
    }
    this.underWay -= 1;
  }

  async #write(account: Account, { version, secrets, sealed }: Held): Promise<void> {
    const service = this.authToken();
    if (service === undefined) throw new Error("auth-token is not up");
    const { merchantId, mode } = parseAccount(account);
    const { owner, field } = callbackSecretSeal(merchantId, "kodipay", mode);
    for (const secret of secrets) if (!sealed.has(secret)) sealed.set(secret, await service.keys.seal(owner, field, secret));
    const createdAt = this.#clock.now();
    const callbackSecrets = secrets.map((secret) => ({ mode, facade: "kodipay", sealed: sealed.get(secret)!, createdAt }) as const);
    const nothing = { credentials: [], tiers: [], endpoints: [], channels: [] };
    const state = { kind: "merchant", merchantId, version, name: "Simulated", createdAt: 0 as Instant, kycValidated: true, callbackSecrets, ...nothing } as const;
    const { partition, record } = stateRecord(state, createdAt, "/malipo/auth-token");
    await service.states.write(partition, record);
  }
}
