import { ApiProperty, ApiPropertyOptional, ApiSchema } from "@nestjs/swagger";
import { canonicalMethods } from "../create-payment/create-payment.request.js";

const statuses = ["pending", "processing", "completed", "failed", "refunded", "expired"];

/** Only for the API document; what is really sent comes from payment-answer.ts. */
@ApiSchema({ name: "Payment" })
export class PaymentBody {
  @ApiProperty({ type: String, example: "order-1001" })
  reference!: string;
  @ApiProperty({ type: String, pattern: "^[0-9]{8}[A-Z0-9]{8}[0-9]{4}$", example: "20260415A7K9P2XM1140" })
  orderNumber!: string;
  @ApiProperty({ enum: statuses, example: "pending" })
  status!: string;
  @ApiProperty({ type: String, example: "10.00" })
  amount!: string;
  @ApiProperty({ type: String, example: "USD" })
  currency!: string;
  @ApiProperty({ enum: canonicalMethods })
  payment_method!: string;
  @ApiProperty({ type: String, format: "date-time" })
  created_at!: string;
}

@ApiSchema({ name: "PaymentDetails" })
export class PaymentDetailsBody {
  @ApiPropertyOptional({ type: String, example: "insufficient_funds", description: "Why it failed, or what has to be looked at." })
  reason?: string;
}

@ApiSchema({ name: "PaymentStatus" })
export class PaymentStatusBody extends PaymentBody {
  @ApiProperty({ type: Number, minimum: 1, description: "Counts the changes of what is shown here." })
  version!: number;
  @ApiProperty({ type: String, format: "date-time" })
  updated_at!: string;
  @ApiProperty({ type: PaymentDetailsBody })
  details!: PaymentDetailsBody;
}

@ApiSchema({ name: "PaymentList" })
export class PaymentListBody {
  @ApiProperty({ type: [PaymentStatusBody] })
  payments!: PaymentStatusBody[];
}

@ApiSchema({ name: "Error" })
export class ErrorBody {
  @ApiProperty({ type: String })
  message!: string;
  @ApiProperty({ type: String, example: "validation_error" })
  code!: string;
  @ApiPropertyOptional({ type: "object", additionalProperties: true })
  details?: Record<string, unknown>;
}
