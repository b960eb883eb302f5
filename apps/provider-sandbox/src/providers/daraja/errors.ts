import { drawDigits } from "../../system/draw.js";

/** An error of Daraja's gateway: an HTTP status and a dotted code. */
export class DarajaError extends Error {
  constructor(
    readonly statusCode: number,
    readonly errorCode: string,
    override readonly message: string,
  ) {
    super(message);
  }

  get body() {
    return { requestId: `${drawDigits(5)}-${drawDigits(8)}-1`, errorCode: this.errorCode, errorMessage: this.message };
  }
}

export const badRequest = (field: string): DarajaError =>
  new DarajaError(400, "400.002.02", `Bad Request - Invalid ${field}`);
