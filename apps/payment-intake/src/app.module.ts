import { ADMIN_TOKEN, Admission, RateLimiter } from "@malipo/http-api";
import { type DynamicModule, Module } from "@nestjs/common";
import { CreatePaymentController } from "./api/create-payment/create-payment.controller.js";
import { CreatePaymentHandler } from "./api/create-payment/create-payment.handler.js";
import { CreatePaymentReader } from "./api/create-payment/to-create-payment.js";
import { GetPaymentStatusController } from "./api/get-payment-status/get-payment-status.controller.js";
import { ListPaymentsController } from "./api/list-payments/list-payments.controller.js";
import { MERCHANT_ACCESS, type TierDirectory, type TokenVerifier } from "./api/shared/merchant.guard.js";
import { PaymentReader } from "./api/shared/payment-reader.js";
import { DECIDER_STATUS, type DeciderStatus, OperationsController } from "./operations/operations.controller.js";
import { PaymentOperations } from "./operations/payments.operations.js";
import { ReviewAlarm, ReviewWatch } from "./operations/review-watch.controller.js";
import type { Logger, Metrics } from "@malipo/ports";

export type AppModuleOptions = Readonly<{
  adminToken: string;
  /** Whether the merchants' API is served here; the operations API always is. */
  api: boolean;
  reader: CreatePaymentReader;
  createPayment: CreatePaymentHandler;
  payments: PaymentReader;
  operations: PaymentOperations;
  admission: Admission;
  limiter: RateLimiter;
  tokens: TokenVerifier;
  tiers: TierDirectory;
  deciderStatus: DeciderStatus;
  logger: Logger;
  metrics: Metrics;
}>;

/** Hands Nest what was built with `new`; it chooses nothing. */
@Module({})
export class AppModule {
  static with(options: AppModuleOptions): DynamicModule {
    const api = options.api ? [CreatePaymentController, ListPaymentsController, GetPaymentStatusController] : [];
    return {
      module: AppModule,
      controllers: [...api, OperationsController, ReviewWatch],
      providers: [
        { provide: ADMIN_TOKEN, useValue: options.adminToken },
        { provide: MERCHANT_ACCESS, useValue: { tokens: options.tokens, tiers: options.tiers, limiter: options.limiter } },
        { provide: CreatePaymentReader, useValue: options.reader },
        { provide: CreatePaymentHandler, useValue: options.createPayment },
        { provide: PaymentReader, useValue: options.payments },
        { provide: PaymentOperations, useValue: options.operations },
        { provide: Admission, useValue: options.admission },
        { provide: DECIDER_STATUS, useValue: options.deciderStatus },
        { provide: ReviewAlarm, useValue: new ReviewAlarm(options.logger, options.metrics) },
      ],
    };
  }
}
