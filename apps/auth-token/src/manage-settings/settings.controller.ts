import { Body, Controller, HttpCode, Param, Put, UseGuards } from "@nestjs/common";
import { AdminGuard, CurrentTrace, type Trace } from "@malipo/http-api";
import type { Facade } from "@malipo/merchant-lifecycle";
import { IsBoolean, IsIn, IsInt, IsOptional, Max, Min } from "class-validator";
import { MerchantCommands } from "../decide-merchants/merchant-commands.js";
import { doneOrProblem } from "../decide-merchants/refusal-problem.js";
import { merchantParam } from "../manage-credentials/credentials.controller.js";
import { SetWebhooksHandler } from "./set-webhooks.handler.js";
import { SetWebhooksRequest } from "./webhooks.request.js";

const PER_MINUTE_MAX = 100_000_000;

export class SetTierRequest {
  @IsIn(["kodipay", "kipay", "gateway", "kpay", "kotani"])
  facade!: Facade;

  @IsInt() @Min(1) @Max(PER_MINUTE_MAX)
  perMinute!: number;

  /** How many may come at once; two seconds' worth when it is not given. */
  @IsOptional() @IsInt() @Min(1) @Max(PER_MINUTE_MAX)
  burst?: number;
}

export class SetKycRequest {
  @IsBoolean()
  validated!: boolean;
}

@Controller("admin/v1/merchants/:merchantId")
@UseGuards(AdminGuard)
export class SettingsController {
  constructor(
    private readonly commands: MerchantCommands,
    private readonly webhooks: SetWebhooksHandler,
  ) {}

  @Put("tier")
  @HttpCode(200)
  async tier(@Param("merchantId") id: string, @Body() request: SetTierRequest, @CurrentTrace() trace: Trace): Promise<object> {
    const { facade, perMinute } = request;
    const burst = request.burst ?? Math.max(1, Math.ceil(perMinute / 30));
    const merchantId = merchantParam(id);
    doneOrProblem(await this.commands.execute({ type: "SetTier", merchantId, facade, perMinute, burst }, trace));
    return { facade, perMinute, burst };
  }

  @Put("kyc")
  @HttpCode(200)
  async kyc(@Param("merchantId") id: string, @Body() { validated }: SetKycRequest, @CurrentTrace() trace: Trace): Promise<object> {
    doneOrProblem(await this.commands.execute({ type: "SetKyc", merchantId: merchantParam(id), validated }, trace));
    return { validated };
  }

  @Put("webhooks")
  @HttpCode(200)
  async setWebhooks(@Param("merchantId") id: string, @Body() request: SetWebhooksRequest, @CurrentTrace() trace: Trace): Promise<object> {
    return this.webhooks.execute(merchantParam(id), request, trace);
  }
}
