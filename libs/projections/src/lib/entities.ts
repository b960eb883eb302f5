import { CallbackAttemptEntity } from "./callbacks/callback-attempt.entity.js";
import { CallbackCheckpointEntity } from "./callbacks/callback-checkpoint.entity.js";
import { CallbackDeliveryEntity } from "./callbacks/callback-delivery.entity.js";
import { ProjectionCheckpointEntity } from "./checkpoints/projection-checkpoint.entity.js";
import { HeldEventEntity } from "./held-events/held-event.entity.js";
import { CredentialUseEntity } from "./merchants/credential-use.entity.js";
import { MerchantEventEntity } from "./merchants/merchant-event.entity.js";
import { PaymentAttemptEntity } from "./payments/payment-attempts/payment-attempt.entity.js";
import { PaymentEventEntity } from "./payments/payment-events/payment-event.entity.js";
import { PaymentReviewEntity } from "./payments/payment-reviews/payment-review.entity.js";
import { PaymentSummaryEntity } from "./payments/payment-summaries/payment-summary.entity.js";
import { RequestKeyEntity } from "./payments/request-keys/request-key.entity.js";
import { RateLimitEntity } from "./rate-limits/rate-limit.entity.js";
import { ReconciliationAttemptEntity } from "./reconciliation/reconciliation-attempt.entity.js";
import { ReconciliationBreakEntity } from "./reconciliation/reconciliation-break.entity.js";
import { ReconciliationCheckpointEntity } from "./reconciliation/reconciliation-checkpoint.entity.js";
import { ReconciliationKeyEntity } from "./reconciliation/reconciliation-key.entity.js";
import { ReconciliationLineEntity } from "./reconciliation/reconciliation-line.entity.js";
import { ReconciliationPaymentEntity } from "./reconciliation/reconciliation-payment.entity.js";
import { ReconciliationStatementEntity } from "./reconciliation/reconciliation-statement.entity.js";
import { RouterAttemptEntity } from "./router/router-attempt.entity.js";
import { RouterCheckpointEntity } from "./router/router-checkpoint.entity.js";
import { RouterPaymentEntity } from "./router/router-payment.entity.js";

/** A class for each table of the platform. The migrations make the schema; a spec holds the two against each other. */
export const entities = [
  CallbackAttemptEntity,
  CallbackCheckpointEntity,
  CallbackDeliveryEntity,
  ProjectionCheckpointEntity,
  CredentialUseEntity,
  HeldEventEntity,
  MerchantEventEntity,
  PaymentAttemptEntity,
  PaymentEventEntity,
  PaymentReviewEntity,
  PaymentSummaryEntity,
  RequestKeyEntity,
  RateLimitEntity,
  ReconciliationAttemptEntity,
  ReconciliationBreakEntity,
  ReconciliationCheckpointEntity,
  ReconciliationKeyEntity,
  ReconciliationLineEntity,
  ReconciliationPaymentEntity,
  ReconciliationStatementEntity,
  RouterAttemptEntity,
  RouterCheckpointEntity,
  RouterPaymentEntity,
];
