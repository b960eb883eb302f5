import { createHash } from "node:crypto";
import type { RawWebhook } from "@malipo/provider-contract";
import type { RouterPorts } from "../router-ports.js";
import { evidenceField, evidenceOwner, evidencePartition, evidenceRecord, rawText } from "./evidence-record.js";

export type Received = "stored" | "refused" | "not_stored";

type Ports = Pick<RouterPorts, "providers" | "vault" | "evidence" | "clock" | "random" | "logger" | "metrics">;

const HEADER_LENGTH_MAX = 1_000;
/** What signatures are checked with; everything else a proxy may have put there is nobody's evidence. */
const keptHeaders = /^(content-(type|digest)|signature|signature-input|signature-date|date|user-agent)$/;

/**
 * A webhook is checked by path token and signature over its raw bytes, put on the evidence topic as it came, sealed, and
 * only then acknowledged. What it means is another's work: whatever goes wrong there, the evidence is kept.
 */
export class ReceiveWebhook {
  constructor(private readonly ports: Ports, private readonly source: string) {}

  async receive(providerId: string, webhook: Omit<RawWebhook, "receivedAt">, traceparent?: string): Promise<Received> {
    const { providers, vault, evidence, clock, random, logger, metrics } = this.ports;
    const provider = providers.get(providerId);
    const receivedAt = clock.now();
    const headers = Object.fromEntries(
      Object.entries(webhook.headers).filter(([name, value]) => keptHeaders.test(name) && value.length <= HEADER_LENGTH_MAX),
    );
    const raw: RawWebhook = { ...webhook, headers, receivedAt };
    if (provider === undefined || !provider.authenticateWebhook(raw)) {
      metrics.count("provider_webhooks_total", { provider: provider === undefined ? "unknown" : providerId, result: "refused" });
      return "refused";
    }
    const reading = provider.readWebhook(raw);
    const correlation = reading.kind === "outcome" ? reading.correlation.attemptId : `body-${createHash("sha256").update(raw.body).digest("hex").slice(0, 32)}`;
    try {
      const recordId = random.uuid();
      const sealed = await vault.seal(evidenceOwner(receivedAt), evidenceField(recordId), rawText(raw));
      const record = evidenceRecord(recordId, this.source, correlation, { provider: providerId, receivedAt, raw: sealed }, traceparent);
      await evidence.write(evidencePartition(providerId, correlation), record);
    } catch (error) {
      // It may be stored all the same: the provider repeats it, and a repeat changes nothing.
      logger.warn({ error, provider: providerId }, "a webhook could not be stored and is not acknowledged");
      metrics.count("provider_webhooks_total", { provider: providerId, result: "not_stored" });
      return "not_stored";
    }
    metrics.count("provider_webhooks_total", { provider: providerId, result: "stored" });
    return "stored";
  }
}
