import type { KeyOwner, Vault } from "@malipo/ports";
import { isSealed } from "@malipo/security";
import type { RoutedAttempt, RoutedPayment } from "../track-payments/routed-payment.js";

/** A provider's ids of attempts that hold a part of the payer's number: sealed on record, opened to ask with. */
export class SealedReferences {
  constructor(private readonly vault: Vault) {}

  async seal(payment: RoutedPayment, attempt: RoutedAttempt, reference: string): Promise<string> {
    return isSealed(reference) ? reference : this.vault.seal(ownerOf(payment), fieldOf(attempt), reference);
  }

  /** Undefined when the payer was erased: then the attempt cannot be asked about any more. */
  async open(payment: RoutedPayment, attempt: RoutedAttempt, reference: string): Promise<string | undefined> {
    if (!isSealed(reference)) return reference;
    const opened = await this.vault.open(ownerOf(payment), fieldOf(attempt), reference);
    return opened === "erased" ? undefined : Buffer.from(opened).toString("utf8");
  }
}

const fieldOf = ({ id }: RoutedAttempt): string => `attempt/${id}/reference`;

const ownerOf = ({ account, payer }: RoutedPayment): KeyOwner =>
  payer === undefined ? { purpose: "personal-data", account } : { purpose: "personal-data", account, payer: payer.id };
