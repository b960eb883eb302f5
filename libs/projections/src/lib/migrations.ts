import { CreateCallbacks1790000000020 } from "./callbacks/create-callbacks.migration.js";
import { CreateCheckpoints1790000000002 } from "./checkpoints/create-checkpoints.migration.js";
import { CreateRoles1790000000001 } from "./database/create-roles.migration.js";
import { HoldEvents1790000000060 } from "./held-events/hold-events.migration.js";
import { CreateMerchants1790000000015 } from "./merchants/create-merchants.migration.js";
import { CreatePaymentAttempts1790000000012 } from "./payments/payment-attempts/create-payment-attempts.migration.js";
import { CreatePaymentEvents1790000000010 } from "./payments/payment-events/create-payment-events.migration.js";
import { CreatePaymentReviews1790000000014 } from "./payments/payment-reviews/create-payment-reviews.migration.js";
import { CreatePaymentSummaries1790000000011 } from "./payments/payment-summaries/create-payment-summaries.migration.js";
import { CreateRequestKeys1790000000013 } from "./payments/request-keys/create-request-keys.migration.js";
import { CreateRateLimits1790000000003 } from "./rate-limits/create-rate-limits.migration.js";
import { SweepRateLimits1790000000050 } from "./rate-limits/sweep-rate-limits.migration.js";
import { CreateReconciliation1790000000030 } from "./reconciliation/create-reconciliation.migration.js";
import { CreateRouter1790000000040 } from "./router/create-router.migration.js";

/** Every migration of the platform, oldest first. The number at the end of a name orders them; a published one never changes. */
export const migrations = [
  CreateRoles1790000000001,
  CreateCheckpoints1790000000002,
  CreateRateLimits1790000000003,
  CreatePaymentEvents1790000000010,
  CreatePaymentSummaries1790000000011,
  CreatePaymentAttempts1790000000012,
  CreateRequestKeys1790000000013,
  CreatePaymentReviews1790000000014,
  CreateMerchants1790000000015,
  CreateCallbacks1790000000020,
  CreateReconciliation1790000000030,
  CreateRouter1790000000040,
  SweepRateLimits1790000000050,
  HoldEvents1790000000060,
];
