import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, UseGuards } from "@nestjs/common";
import type { DeliveryId } from "@malipo/callback-delivery";
import { AdminGuard, invalid, notFound } from "@malipo/http-api";
import { ArrayMaxSize, ArrayMinSize, IsArray, IsOptional, IsString, Length } from "class-validator";
import { CALLBACK_STORE } from "../tokens.js";
import type { CallbackStore } from "../keep-deliveries/callback-store.js";
import { isDeliveryId, readDeliveryQuery } from "./delivery-query.js";
import { deliveryView } from "./delivery-view.js";
import { RedeliverHandler } from "./redeliver.handler.js";

const redeliveriesMax = 500;

export class RedeliverRequest {
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(redeliveriesMax)
  @IsString({ each: true })
  deliveryIds!: string[];

  /** Who asks, for the record. */
  @IsOptional()
  @IsString()
  @Length(1, 100)
  by?: string;
}

/** Operations: what was sent to whom, what is parked, and sending it again. */
@Controller("admin/v1/deliveries")
@UseGuards(AdminGuard)
export class DeliveriesController {
  constructor(
    @Inject(CALLBACK_STORE) private readonly store: CallbackStore,
    @Inject(RedeliverHandler) private readonly redeliver: RedeliverHandler,
  ) {}

  /** `state=parked` is the list of what waits for a person. */
  @Get()
  async list(@Query() query: Record<string, unknown>) {
    const { filter, withAttempts } = readDeliveryQuery(query);
    const callbacks = await this.store.list(filter);
    const attempts = withAttempts ? await this.store.attempts(callbacks.map(({ id }) => id)) : undefined;
    const last = callbacks.at(-1);
    return {
      deliveries: callbacks.map((callback) => deliveryView(callback, attempts)),
      ...(callbacks.length === filter.limit && last !== undefined && { next: last.id }),
    };
  }

  @Get(":deliveryId")
  async one(@Param("deliveryId") deliveryId: string) {
    const [callback] = isDeliveryId(deliveryId) ? await this.store.find([deliveryId]) : [];
    if (callback === undefined) throw notFound();
    return deliveryView(callback, await this.store.attempts([callback.id]));
  }

  @Post("redeliver")
  @HttpCode(202)
  async many(@Body() { deliveryIds, by }: RedeliverRequest) {
    const foreign = deliveryIds.filter((id) => !isDeliveryId(id));
    if (foreign.length > 0) throw invalid({ deliveryIds: ["must be delivery ids"] });
    const { requested, unknown } = await this.redeliver.execute([...new Set(deliveryIds)] as DeliveryId[], by ?? "operations");
    return { requested: requested.map(({ id }) => id), unknown };
  }

  @Post(":deliveryId/redeliver")
  @HttpCode(202)
  async again(@Param("deliveryId") deliveryId: string) {
    if (!isDeliveryId(deliveryId)) throw notFound();
    const { requested } = await this.redeliver.execute([deliveryId], "operations");
    if (requested.length === 0) throw notFound();
    return { requested: requested.map(({ id }) => id), unknown: [] };
  }
}
