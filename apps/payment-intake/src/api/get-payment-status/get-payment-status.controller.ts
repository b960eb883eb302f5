import { CurrentAccount, notFound } from "@malipo/http-api";
import { type Account, isOrderNumber } from "@malipo/kernel";
import { Controller, Get, Param, UseGuards } from "@nestjs/common";
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from "@nestjs/swagger";
import { PaymentStatusBody } from "../shared/answers.js";
import { ApiErrors } from "../shared/api-errors.js";
import { MerchantGuard } from "../shared/merchant.guard.js";
import { statusAnswer } from "../shared/payment-answer.js";
import { PaymentReader } from "../shared/payment-reader.js";

@Controller("api/v1/payments/:orderNumber/status")
@UseGuards(MerchantGuard)
@ApiTags("payments")
@ApiBearerAuth()
export class GetPaymentStatusController {
  constructor(private readonly payments: PaymentReader) {}

  @Get()
  @ApiOperation({ operationId: "getPaymentStatus", summary: "Ask for a payment by its order number" })
  @ApiParam({ name: "orderNumber", schema: { type: "string", pattern: "^[0-9]{8}[A-Z0-9]{8}[0-9]{4}$" } })
  @ApiOkResponse({ type: PaymentStatusBody })
  @ApiErrors(401, 404, 429, 503)
  async status(@CurrentAccount() account: Account, @Param("orderNumber") orderNumber: string): Promise<PaymentStatusBody> {
    if (!isOrderNumber(orderNumber)) throw notFound();
    const payment = await this.payments.byOrderNumber(account, orderNumber);
    if (payment === undefined) throw notFound();
    return statusAnswer(payment);
  }
}
