import { encodePaymentCommand, toJsonBytes } from "@malipo/event-contracts";
import type { CommandDoor } from "@malipo/event-log";
import type { CommandId } from "@malipo/kernel";
import type { PaymentCommand } from "@malipo/payment-lifecycle";
import type { Random } from "@malipo/ports";
import type { RoutedPayment } from "./track-payments/routed-payment.js";

/** The router's only way to change a payment. */
export class CommandSender {
  constructor(private readonly commands: Pick<CommandDoor, "send">, private readonly random: Random) {}

  /** Resolves when the command is in its topic; the same id is sent again until then, or until the signal. */
  async send(payment: RoutedPayment, command: PaymentCommand, signal?: AbortSignal, traceparent = payment.traceparent): Promise<void> {
    const { type, value } = encodePaymentCommand(command);
    const { account, correlation } = payment;
    await this.commands.send(
      { id: this.random.uuid() as CommandId, type, subject: command.paymentId, value: toJsonBytes(value) },
      { account, ...(correlation !== undefined && { correlation }), ...(traceparent !== undefined && { traceparent }) },
      signal,
    );
  }
}
