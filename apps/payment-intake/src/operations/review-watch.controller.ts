import type { ChainRecord } from "@malipo/event-log";
import type { Logger, Metrics } from "@malipo/ports";
import { Controller } from "@nestjs/common";
import { EventPattern, Payload } from "@nestjs/microservices";

/** Says aloud that a person is needed: one warning and one count for each review item. */
export class ReviewAlarm {
  constructor(
    private readonly logger: Logger,
    private readonly metrics: Metrics,
  ) {}

  tell(kind: string, { key, partition, offset }: ChainRecord): void {
    this.metrics.count("payment_reviews_total", { kind });
    this.logger.warn({ kind, paymentId: key, partition, offset }, "a payment needs a person");
  }
}

@Controller()
export class ReviewWatch {
  constructor(private readonly alarm: ReviewAlarm) {}

  @EventPattern("payments.review.opened.v1")
  unresolved(@Payload() record: ChainRecord): void {
    this.alarm.tell("unresolved", record);
  }

  @EventPattern("payments.late_success.recorded.v1")
  lateSuccess(@Payload() record: ChainRecord): void {
    this.alarm.tell("late_success", record);
  }

  @EventPattern("payments.second_success.recorded.v1")
  secondSuccess(@Payload() record: ChainRecord): void {
    this.alarm.tell("second_success", record);
  }
}
