import { open } from "node:fs/promises";
import type { ProviderEntry } from "@malipo/simulation/judges";

type Operation = Readonly<{
  provider: string;
  kind: string;
  id: string;
  paymentId: string | null;
  amount: string;
  currency: string;
  acceptedAtMs: number;
  details: Readonly<{ callbackUrl?: string }>;
}>;
type Line = Readonly<
  | { type: "accepted"; operation: Operation }
  | { type: "settled"; key: string; atMs: number; outcome: Readonly<{ status: string }> }
  | { type: "other" }
>;

/** pawaPay's deposit id is our attempt id; of a push, the webhook's token begins with the attempt's 16 bytes. */
const attemptOf = ({ provider, id, details }: Operation): string => {
  if (provider === "pawapay") return id;
  const token = new URL(details.callbackUrl ?? "").pathname.split("/").at(-1) ?? "";
  const hex = Buffer.from(token, "base64url").toString("hex", 0, 16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
};

/** The simulated providers' own journal on their disk: what came in, and what moved money. No service writes to it. */
export class ProviderJournal {
  readonly entries: ProviderEntry[] = [];
  private readonly operations = new Map<string, Operation>();
  private position = 0;

  constructor(private readonly file: string) {}

  async readOn(): Promise<void> {
    const file = await open(this.file);
    try {
      const { size } = await file.stat();
      const bytes = Buffer.alloc(size - this.position);
      await file.read(bytes, 0, bytes.length, this.position);
      const whole = bytes.lastIndexOf(10) + 1; // a line may be half written
      this.position += whole;
      for (const line of bytes.toString("utf8", 0, whole).split("\n")) if (line !== "") this.take(JSON.parse(line) as Line);
    } finally {
      await file.close();
    }
  }

  private take(line: Line): void {
    if (line.type === "accepted") {
      const { operation } = line;
      this.operations.set(`${operation.provider}/${operation.kind}/${operation.id}`, operation);
      this.note("received", operation, operation.acceptedAtMs);
    } else if (line.type === "settled" && line.outcome.status === "completed") {
      const operation = this.operations.get(line.key);
      if (operation === undefined) throw new Error(`money moved of an operation that never came in: ${line.key}`);
      this.note("charged", operation, line.atMs);
    }
  }

  private note(kind: ProviderEntry["kind"], operation: Operation, atMs: number): void {
    const { provider, paymentId, amount, currency } = operation;
    this.entries.push({ kind, provider, attemptId: attemptOf(operation), ...(paymentId !== null && { paymentId }), amount, currency, atMs });
  }
}
