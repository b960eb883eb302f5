import { ApiProperty, ApiPropertyOptional, ApiSchema } from "@nestjs/swagger";
import { IsIn, IsOptional, IsString, Matches, MaxLength, MinLength } from "class-validator";

export const canonicalMethods = ["mobile_money", "wallet", "card"] as const;

/** Only what is well formed; what is allowed is said by the handler and by `decide`. */
@ApiSchema({ name: "CreatePaymentRequest" })
export class CreatePaymentRequest {
  @ApiProperty({ enum: canonicalMethods, example: "mobile_money" })
  @IsIn(canonicalMethods, { message: `must be one of ${canonicalMethods.join(", ")}` })
  payment_method!: (typeof canonicalMethods)[number];

  @ApiProperty({ type: String, example: "10.00", description: "Major units as decimal text; no more decimals than the currency has." })
  @IsString({ message: "must be a decimal text such as \"10.00\"" })
  @MaxLength(40, { message: "is too long" })
  amount!: string;

  @ApiProperty({ type: String, example: "USD", description: "ISO 4217, upper case." })
  @IsString({ message: "must be a text" })
  @MaxLength(3, { message: "must be an ISO 4217 code" })
  currency!: string;

  @ApiProperty({ type: String, minLength: 1, maxLength: 255, example: "order-1001", description: "The merchant's own id of the payment, unique per merchant." })
  @IsString({ message: "must be a text" })
  @MinLength(1, { message: "must not be empty" })
  @MaxLength(255, { message: "is longer than 255 characters" })
  @Matches(/^(?!\s*$)[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u, { message: "must not be blank or hold control characters" })
  reference!: string;

  @ApiPropertyOptional({ type: String, example: "243812345789", description: "The payer's number with country code, digits only; required for mobile_money and wallet." })
  @IsOptional()
  @IsString({ message: "must be a text" })
  @Matches(/^[1-9][0-9]{7,14}$/, { message: "must be 8 to 15 digits with the country code and without a plus" })
  walletID?: string;

  @ApiPropertyOptional({ type: String, maxLength: 2048, example: "https://merchant.example/callbacks", description: "Without it no callback is sent." })
  @IsOptional()
  @IsString({ message: "must be a text" })
  @MaxLength(2048, { message: "is longer than 2048 characters" })
  callback_url?: string;
}
