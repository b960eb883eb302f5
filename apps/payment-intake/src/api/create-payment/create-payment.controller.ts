import { Admission, CanonicalBody, CurrentAccount, CurrentTrace, IdempotencyKey, type Trace } from "@malipo/http-api";
import type { Account } from "@malipo/kernel";
import { Body, Controller, HttpCode, HttpStatus, Post, Res, UseGuards } from "@nestjs/common";
import { ApiBearerAuth, ApiCreatedResponse, ApiHeader, ApiOperation, ApiTags } from "@nestjs/swagger";
import type { FastifyReply } from "fastify";
import { PaymentBody } from "../shared/answers.js";
import { ApiErrors } from "../shared/api-errors.js";
import { MerchantGuard } from "../shared/merchant.guard.js";
import { CreatePaymentHandler } from "./create-payment.handler.js";
import { CreatePaymentRequest } from "./create-payment.request.js";
import { CreatePaymentReader } from "./to-create-payment.js";

@Controller("api/v1/payments")
@UseGuards(MerchantGuard)
@ApiTags("payments")
@ApiBearerAuth()
export class CreatePaymentController {
  constructor(
    private readonly reader: CreatePaymentReader,
    private readonly createPayment: CreatePaymentHandler,
    private readonly admission: Admission,
  ) {}

  @Post()
  @HttpCode(HttpStatus.CREATED)
  @ApiOperation({ operationId: "createPayment", summary: "Take a payment" })
  @ApiHeader({ name: "Idempotency-Key", required: false, description: "1 to 255 visible ASCII characters. A repeat gets the exact first answer.", schema: { type: "string", maxLength: 255 } })
  @ApiCreatedResponse({ type: PaymentBody })
  @ApiErrors(400, 401, 409, 413, 415, 422, 429, 503)
  async create(
    @CurrentAccount() account: Account,
    @IdempotencyKey() idempotencyKey: string | undefined,
    @CanonicalBody() canonicalBody: string,
    @CurrentTrace() trace: Trace,
    @Body() body: CreatePaymentRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const request = this.reader.read(body, { account, idempotencyKey, canonicalBody, trace });
    const answer = await this.admission.run(account, () => this.createPayment.execute(request));
    if (answer.replayed) void reply.header("Idempotent-Replayed", "true");
    await reply.code(answer.status).header("content-type", "application/json; charset=utf-8").send(answer.body);
  }
}
