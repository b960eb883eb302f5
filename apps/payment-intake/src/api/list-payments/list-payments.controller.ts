import { CurrentAccount } from "@malipo/http-api";
import type { Account } from "@malipo/kernel";
import { Controller, Get, Query, UseGuards } from "@nestjs/common";
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from "@nestjs/swagger";
import { IsString, MaxLength, MinLength } from "class-validator";
import { PaymentListBody } from "../shared/answers.js";
import { ApiErrors } from "../shared/api-errors.js";
import { MerchantGuard } from "../shared/merchant.guard.js";
import { statusAnswer } from "../shared/payment-answer.js";
import { PaymentReader } from "../shared/payment-reader.js";

export class ListPaymentsQuery {
  @ApiProperty({ type: String, minLength: 1, maxLength: 255 })
  @IsString({ message: "must be given once" })
  @MinLength(1, { message: "must not be empty" })
  @MaxLength(255, { message: "is longer than 255 characters" })
  reference!: string;
}

@Controller("api/v1/payments")
@UseGuards(MerchantGuard)
@ApiTags("payments")
@ApiBearerAuth()
export class ListPaymentsController {
  constructor(private readonly payments: PaymentReader) {}

  @Get()
  @ApiOperation({ operationId: "listPayments", summary: "Find payments by the merchant's reference" })
  @ApiOkResponse({ type: PaymentListBody })
  @ApiErrors(401, 422, 429, 503)
  async list(@CurrentAccount() account: Account, @Query() { reference }: ListPaymentsQuery): Promise<PaymentListBody> {
    const payment = await this.payments.byReference(account, reference);
    return { payments: payment === undefined ? [] : [statusAnswer(payment)] };
  }
}
