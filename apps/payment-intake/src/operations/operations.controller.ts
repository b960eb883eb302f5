import { AdminGuard } from "@malipo/http-api";
import type { Mode } from "@malipo/kernel";
import { Controller, Get, Inject, Param, Query, UseGuards } from "@nestjs/common";
import { ApiExcludeController } from "@nestjs/swagger";
import { IsIn, IsOptional, IsString, Matches, MaxLength } from "class-validator";
import { PaymentOperations } from "./payments.operations.js";

export class TimelineQuery {
  @IsString()
  @MaxLength(255)
  reference!: string;
  @Matches(/^[0-9a-f]{32}$/, { message: "must be 32 hex digits" })
  merchantId!: string;
  @IsOptional()
  @IsIn(["test", "live"])
  mode?: Mode;
}

export class ReviewsQuery {
  @IsOptional()
  @IsIn(["true", "false"])
  all?: string;
  @IsOptional()
  @Matches(/^[1-9][0-9]{0,2}$/, { message: "must be 1 to 999" })
  limit?: string;
  /** RFC 3339; ISO 8601 knows weeks and more that no clock reads. */
  @IsOptional()
  @MaxLength(40)
  before?: string;
}

export const DECIDER_STATUS = Symbol("decider status");
export type DeciderStatus = () => Promise<object>;

@Controller("admin/v1")
@UseGuards(AdminGuard)
@ApiExcludeController()
export class OperationsController {
  constructor(
    private readonly operations: PaymentOperations,
    @Inject(DECIDER_STATUS) private readonly deciderStatus: DeciderStatus,
  ) {}

  @Get("payments/timeline")
  timelineByReference(@Query() query: TimelineQuery) {
    return this.operations.timeline(query);
  }

  @Get("payments/:orderNumber/timeline")
  timeline(@Param("orderNumber") orderNumber: string) {
    return this.operations.timeline({ orderNumber });
  }

  @Get("reviews")
  reviews(@Query() { all, limit, before }: ReviewsQuery) {
    return this.operations.reviews({ all: all === "true", limit: Number(limit ?? 100), ...(before !== undefined && { before }) });
  }

  @Get("decider")
  decider(): Promise<object> {
    return this.deciderStatus();
  }
}
