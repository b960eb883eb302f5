import { Body, Controller, Get, HttpCode, Param, Post, UseGuards } from "@nestjs/common";
import { AdminGuard, CurrentTrace, type Trace, notFound } from "@malipo/http-api";
import { formatInstant, isMerchantId } from "@malipo/kernel";
import { MerchantDirectory } from "@malipo/merchant-directory";
import type { OpenMerchant } from "@malipo/merchant-lifecycle";
import { IsString, Length } from "class-validator";
import { OnboardMerchantHandler } from "./onboard-merchant.handler.js";

export class OnboardMerchantRequest {
  @IsString()
  @Length(1, 255)
  name!: string;
}

@Controller("admin/v1/merchants")
@UseGuards(AdminGuard)
export class MerchantsController {
  constructor(
    private readonly onboard: OnboardMerchantHandler,
    private readonly directory: MerchantDirectory,
  ) {}

  @Post()
  @HttpCode(201)
  async create(@Body() { name }: OnboardMerchantRequest, @CurrentTrace() trace: Trace): Promise<object> {
    return { merchantId: await this.onboard.execute(name, trace) };
  }

  @Get()
  async list(): Promise<object> {
    await this.directory.caughtUp();
    return { merchants: this.directory.merchants().map(view) };
  }

  @Get(":merchantId")
  async one(@Param("merchantId") merchantId: string): Promise<object> {
    await this.directory.caughtUp();
    const merchant = isMerchantId(merchantId) ? this.directory.merchant(merchantId) : undefined;
    if (merchant === undefined) throw notFound();
    return view(merchant);
  }
}

const view = ({ merchantId, name, createdAt, kycValidated, tiers, channels, endpoints }: OpenMerchant): object => ({
  merchantId,
  name,
  createdAt: formatInstant(createdAt),
  kyc: { validated: kycValidated },
  tiers,
  channels: channels.map(({ channelId, provider, mode, credentials }) => ({ channelId, provider, mode, credentials: credentials.kind })),
  webhooks: endpoints.map(({ facade, events, signed }) => ({ facade, events, signed })),
});
