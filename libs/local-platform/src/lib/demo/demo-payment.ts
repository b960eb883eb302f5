import type { DemoMerchant } from "./demo-merchants.js";
import { startCallbackReceiver } from "./callback-receiver.js";
import { fieldsOf } from "./json-client.js";

const callbackWithinMs = 60_000;
const walletId = "243812345789";

export interface DemoPayment {
  readonly reference: string;
  readonly orderNumber: string;
  readonly createdMs: number;
  readonly callbackMs: number;
}

/** One payment the way a merchant takes it: token, create, signed callback. */
export const takeDemoPayment = async (
  baseUrl: string,
  merchant: DemoMerchant,
  onRefused: (why: string) => void,
  signal: AbortSignal,
): Promise<DemoPayment> => {
  const { clientId, clientSecret, callbackSecret } = merchant.kodipay;
  const receiver = await startCallbackReceiver(callbackSecret, onRefused);
  try {
    const grant = { grant_type: "client_credentials", client_id: clientId, client_secret: clientSecret };
    const { access_token: bearer } = await fieldsOf<{ access_token: string }>(`${baseUrl}/oauth/token`, { body: grant, signal });
    const began = performance.now();
    const reference = `demo-${new Date().toISOString().replaceAll(/[^0-9]/g, "")}`;
    const { orderNumber } = await fieldsOf<{ orderNumber: string }>(`${baseUrl}/api/v1/payments`, {
      bearer,
      signal,
      body: {
        payment_method: "mobile_money",
        amount: "10.00",
        currency: "USD",
        reference,
        walletID: walletId,
        callback_url: receiver.url,
      },
    });
    const createdMs = performance.now() - began;
    const within = AbortSignal.any([signal, AbortSignal.timeout(callbackWithinMs)]);
    await receiver.next("payment.completed", reference, within);
    return { reference, orderNumber, createdMs, callbackMs: performance.now() - began };
  } finally {
    await receiver.close();
  }
};
