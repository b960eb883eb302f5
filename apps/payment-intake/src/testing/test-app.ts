import { Admission, createHttpApp, type HttpApp, LocalRateStore, RateLimiter, type Tier } from "@malipo/http-api";
import { type Account, accountOf, type ChannelId, merchantId, type MerchantId, type ProviderId } from "@malipo/kernel";
import type { Logger } from "@malipo/ports";
import type { PaymentsDatabase } from "@malipo/projections";
import { systemClock, systemRandom, systemScheduler } from "@malipo/runtime";
import { refuseAtTheDoor } from "../api/create-payment/refuse-at-the-door.js";
import { CreatePaymentReader } from "../api/create-payment/to-create-payment.js";
import { serveDocument } from "../api/openapi.js";
import { AppModule } from "../app.module.js";
import type { IntakeCore } from "../intake-core.js";
import { PaymentOperations } from "../operations/payments.operations.js";

export const adminToken = "operations-token-of-a-spec";

/** `tokenOf(account)` is accepted; nothing else is. */
export const tokenOf = (account: Account): string => account.replace("/", ".");
const accountOfToken = (token: string): Account | undefined => {
  const [id = "", mode] = token.split(".");
  return /^[0-9a-f]{32}$/.test(id) && (mode === "test" || mode === "live") ? accountOf(merchantId(id), mode) : undefined;
};

export const newAccount = (): Account => accountOf(Buffer.from(systemRandom.bytes(16)).toString("hex") as MerchantId, "test");

export const channels = {
  channels: () => [
    { channelId: "pawapay-test" as ChannelId, provider: "pawapay" as ProviderId },
    { channelId: "daraja-test" as ChannelId, provider: "daraja" as ProviderId },
  ],
};

export const noText = { count() {}, gauge() {}, observe() {}, text: async () => "" };

export type TestAppOptions = Readonly<{ core: IntakeCore; database: PaymentsDatabase; logger: Logger; tier?: Tier; allow?: readonly string[]; admission?: Admission }>;

const tokens = {
  verify: async (token: string) => {
    const account = accountOfToken(token);
    return account && { account };
  },
};
const roomy = (): Admission => new Admission({ perKeyMax: 1_000, totalMax: 4_000 }, systemClock);

/** The service's own HTTP application over a core, with tokens that are accepted by their look. */
export const createTestApp = ({ core, database, logger, tier = { perSecond: 10_000, burst: 20_000 }, allow = ["127.0.0.1/32"], admission = roomy() }: TestAppOptions): Promise<HttpApp> =>
  createHttpApp({
    clock: systemClock,
    random: systemRandom,
    logger,
    metrics: noText,
    health: { report: () => ({ ready: core.problem === undefined, checks: {} }), stop: () => undefined },
    module: AppModule.with({
      adminToken,
      api: true,
      reader: new CreatePaymentReader(core.terms, { allow, denyPorts: [3000] }),
      createPayment: core.createPayment,
      payments: core.payments,
      operations: new PaymentOperations(database),
      admission,
      limiter: new RateLimiter(new LocalRateStore(systemClock), new LocalRateStore(systemClock), systemScheduler, logger),
      tokens,
      tiers: { tier: () => tier },
      deciderStatus: async () => ({ serving: core.decider?.serving ?? [] }),
      logger,
      metrics: noText,
    }),
    configure: (fastify, nest) => {
      refuseAtTheDoor(fastify, admission, tokens);
      serveDocument(nest);
    },
  });
