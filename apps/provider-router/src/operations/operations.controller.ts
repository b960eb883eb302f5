import { Controller, Get, Inject, Param, Query, UseGuards } from "@nestjs/common";
import { AdminGuard, invalid, notFound } from "@malipo/http-api";
import type { PaymentId } from "@malipo/kernel";
import { Router } from "../router.js";
import { attemptView, paymentView, providerViews } from "./views.js";

const LISTED_MAX = 500;

/** Operations: what is open and for how long, why a provider was chosen, and what each witness said. */
@Controller("admin/v1")
@UseGuards(AdminGuard)
export class OperationsController {
  constructor(@Inject(Router) private readonly router: Router) {}

  /** Longest open first; `inReview=true` lists only what waits for a person. */
  @Get("attempts/open")
  openAttempts(@Query("inReview") inReview?: string, @Query("limit") limit?: string) {
    const max = limit === undefined ? 100 : Number(limit);
    if (!Number.isInteger(max) || max < 1 || max > LISTED_MAX) throw invalid({ limit: [`must be a whole number from 1 to ${LISTED_MAX}`] });
    const open = this.router.book
      .unfinished()
      .filter((payment) => payment.phase === "open" && (inReview !== "true" || payment.inReview))
      .map((payment) => ({ payment, attempt: payment.attempts.at(-1)! }))
      .sort((a, b) => a.attempt.startedAt - b.attempt.startedAt);
    return { total: open.length, attempts: open.slice(0, max).map(({ payment, attempt }) => attemptView(payment, attempt)) };
  }

  @Get("payments/:paymentId")
  async payment(@Param("paymentId") paymentId: string) {
    const payment = await this.router.book.findPayment(paymentId as PaymentId);
    if (payment === undefined) throw notFound();
    return paymentView(payment);
  }

  @Get("providers")
  providers() {
    return { partitions: this.router.partitions, caller: this.router.caller, providers: providerViews(this.router) };
  }
}
