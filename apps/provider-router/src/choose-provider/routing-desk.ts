import type { NextCandidate } from "@malipo/payment-lifecycle";
import type { Logger, Vault } from "@malipo/ports";
import { type Coverage, type PaymentProvider, findCoverage } from "@malipo/provider-contract";
import { type RoutingAnswer, type RoutingQuestion, chooseProvider } from "@malipo/provider-routing";
import { type RoutedPayment, channelOf } from "../track-payments/routed-payment.js";
import type { HealthBook } from "../track-health/health-book.js";

export type Question = RoutingQuestion & Readonly<{ payerAccount: string; coverageOf: (provider: string) => Coverage | undefined }>;

/** Brings together what a choice needs: the payer's number for its operator, coverage as data, and health. */
export class RoutingDesk {
  constructor(
    private readonly providers: ReadonlyMap<string, PaymentProvider>,
    private readonly vault: Vault,
    private readonly health: HealthBook,
    private readonly logger: Logger,
  ) {}

  /** Undefined when there is nobody to collect from: no payer, or one whose data was erased. */
  async question(payment: RoutedPayment): Promise<Question | undefined> {
    const payerAccount = await this.openPayer(payment);
    if (payerAccount === undefined) return undefined;
    const { amount, method, payer, channels, next } = payment;
    const verdicts = new Map(
      channels.map(({ provider }) => {
        const lines = this.providers.get(provider)?.capabilities.collections;
        const query = { country: payer!.country, currency: amount.currency, method, payerAccount, amount };
        return [provider as string, lines === undefined ? undefined : findCoverage(lines, query)] as const;
      }),
    );
    return {
      payerAccount,
      channels,
      ...(next !== undefined && { next }),
      tried: triedBefore(payment),
      isHealthy: (provider) => this.health.isHealthy(provider),
      gapOf: (provider) => {
        const verdict = verdicts.get(provider);
        return verdict === undefined ? "provider_not_configured" : verdict.served ? undefined : verdict.why;
      },
      coverageOf: (provider) => {
        const verdict = verdicts.get(provider);
        return verdict?.served === true ? verdict.line : undefined;
      },
    };
  }

  choose(question: Question): RoutingAnswer {
    return chooseProvider(question);
  }

  private async openPayer({ payer, account, paymentId }: RoutedPayment): Promise<string | undefined> {
    if (payer === undefined) return undefined;
    const opened = await this.vault.open({ purpose: "personal-data", account, payer: payer.id }, `payment/${paymentId}/payer`, payer.account);
    if (opened === "erased") {
      this.logger.warn({ paymentId }, "the payer was erased, so the payment cannot be routed");
      return undefined;
    }
    return new TextDecoder().decode(opened);
  }
}

const triedBefore = ({ attempts }: RoutedPayment): readonly NextCandidate[] => attempts.map(channelOf);
