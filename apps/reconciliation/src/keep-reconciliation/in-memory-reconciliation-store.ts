import type { AttemptId, PaymentId, ProviderId } from "@malipo/kernel";
import type { KnownAttempt, LineDigest } from "@malipo/statement-matching";
import type { AttemptChange } from "./attempt-change.js";
import type { MatchedLine, ReconciliationFact } from "./reconciliation-fact.js";
import {
  type BreakFilter,
  type ChargesQuery,
  type EventsBatch,
  type FactsBatch,
  type ListedBreak,
  type ListedStatement,
  type Position,
  type ReconciliationStore,
  newItems,
} from "./reconciliation-store.js";

type Started = Omit<KnownAttempt, "line">;

/** The twin of `PgReconciliationStore` for the simulation and for specs. */
export class InMemoryReconciliationStore implements ReconciliationStore {
  private readonly checkpoints = new Map<string, Position>();
  private readonly payments = new Map<PaymentId, Extract<AttemptChange, { kind: "payment" }>>();
  private readonly attempts = new Map<AttemptId, Started>();
  private readonly lines = new Map<LineDigest, MatchedLine>();
  private readonly held = new Map<string, ListedBreak>();
  private readonly imports = new Map<string, ListedStatement>();

  /** As when somebody truncates the tables under the running services. */
  empty(): void {
    for (const rows of [this.checkpoints, this.payments, this.attempts, this.lines, this.held, this.imports]) rows.clear();
  }

  positions(): Promise<readonly Position[]> {
    return Promise.resolve([...this.checkpoints.values()]);
  }

  apply(events: readonly EventsBatch[], facts: readonly FactsBatch[]): Promise<readonly AttemptId[]> {
    const checkpointOf = (at: Position): number => this.checkpoints.get(`${at.topic}/${at.partition}`)?.offset ?? 0;
    const changes = newItems(events, checkpointOf);
    const news = newItems(facts, checkpointOf);
    const touched = new Set<AttemptId>();
    for (const change of changes.items) {
      this.change(change);
      if (change.kind !== "payment") touched.add(change.attemptId);
    }
    for (const fact of news.items) this.fold(fact);
    for (const after of [...changes.moves, ...news.moves]) this.checkpoints.set(`${after.topic}/${after.partition}`, after);
    return Promise.resolve([...touched]);
  }

  linesByDigest(digests: readonly LineDigest[]): Promise<readonly MatchedLine[]> {
    return Promise.resolve(digests.flatMap((digest) => this.lines.get(digest) ?? []));
  }

  linesOfAttempts(attempts: readonly AttemptId[]): Promise<readonly MatchedLine[]> {
    return Promise.resolve([...this.lines.values()].filter(({ attemptId }) => attemptId !== undefined && attempts.includes(attemptId)));
  }

  unmatchedLinesFor(ids: readonly AttemptId[]): Promise<readonly MatchedLine[]> {
    const wanted = ids.flatMap((id) => this.attempts.get(id) ?? []);
    const explains = (line: MatchedLine): boolean =>
      wanted.some(({ provider, keys }) => provider === line.provider && line.keys.some((key) => keys.includes(key)));
    return Promise.resolve([...this.lines.values()].filter((line) => line.attemptId === undefined && explains(line)));
  }

  attemptsByKeys(provider: ProviderId, keys: readonly string[]): Promise<readonly KnownAttempt[]> {
    return Promise.resolve(this.known().filter((attempt) => attempt.provider === provider && attempt.keys.some((key) => keys.includes(key))));
  }

  attemptsById(ids: readonly AttemptId[]): Promise<readonly KnownAttempt[]> {
    return Promise.resolve(this.known().filter(({ attemptId }) => ids.includes(attemptId)));
  }

  attemptsOfOrder(orderNumber: string): Promise<readonly KnownAttempt[]> {
    return Promise.resolve(this.known().filter((attempt) => attempt.orderNumber === orderNumber));
  }

  unmatchedCharges({ provider, from, to, chargedBefore, after = "" as AttemptId, limit }: ChargesQuery): Promise<readonly KnownAttempt[]> {
    const found = this.known().filter(
      ({ provider: its, standing, line, chargedAt, attemptId }) =>
        its === provider && standing === "charged" && line === undefined && chargedAt! >= from && chargedAt! < to && chargedAt! <= chargedBefore && attemptId > after,
    );
    return Promise.resolve(found.sort((a, b) => (a.attemptId < b.attemptId ? -1 : 1)).slice(0, limit));
  }

  openBreaksOf(attempts: readonly AttemptId[]): Promise<readonly ListedBreak[]> {
    return Promise.resolve([...this.held.values()].filter(({ state, attemptId }) => state === "open" && attemptId !== undefined && attempts.includes(attemptId)));
  }

  breaks({ limit, after, ...filter }: BreakFilter): Promise<readonly ListedBreak[]> {
    const sorted = [...this.held.values()].sort((a, b) => a.openedAt - b.openedAt || (a.breakId < b.breakId ? -1 : 1));
    const matching = sorted
      .slice(after === undefined ? 0 : sorted.findIndex(({ breakId }) => breakId === after) + 1)
      .filter(({ state }) => filter.state === undefined || state === filter.state)
      .filter(({ kind }) => filter.kind === undefined || kind === filter.kind)
      .filter(({ provider }) => filter.provider === undefined || provider === filter.provider)
      .filter(({ orderNumber }) => filter.orderNumber === undefined || orderNumber === filter.orderNumber);
    return Promise.resolve(matching.slice(0, limit));
  }

  breaksById(breakIds: readonly string[]): Promise<readonly ListedBreak[]> {
    return Promise.resolve(breakIds.flatMap((breakId) => this.held.get(breakId) ?? []));
  }

  statements(filter: { provider?: string; statementId?: string; limit: number }): Promise<readonly ListedStatement[]> {
    const found = [...this.imports.values()]
      .filter(({ provider }) => filter.provider === undefined || provider === filter.provider)
      .filter(({ statementId }) => filter.statementId === undefined || statementId === filter.statementId);
    return Promise.resolve(found.sort((a, b) => b.begunAt - a.begunAt).slice(0, filter.limit));
  }

  private known(): KnownAttempt[] {
    const lineOf = new Map([...this.lines.values()].flatMap(({ attemptId, digest }) => (attemptId === undefined ? [] : [[attemptId, digest] as const])));
    return [...this.attempts.values()].map((attempt) => {
      const line = lineOf.get(attempt.attemptId);
      return line === undefined ? attempt : { ...attempt, line };
    });
  }

  private change(change: AttemptChange): void {
    if (change.kind === "payment") {
      this.payments.set(change.paymentId, change);
      return;
    }
    if (change.kind === "started") {
      const payment = this.payments.get(change.paymentId);
      if (payment === undefined || this.attempts.has(change.attemptId)) return;
      const { orderNumber, amount } = payment;
      const { attemptId, paymentId, provider, at, keys } = change;
      this.attempts.set(attemptId, { attemptId, paymentId, orderNumber, provider, amount, standing: "open", startedAt: at, keys });
      return;
    }
    const attempt = this.attempts.get(change.attemptId);
    if (attempt === undefined) return;
    const keys = change.key === undefined || attempt.keys.includes(change.key) ? attempt.keys : [...attempt.keys, change.key];
    const charged = change.standing === "charged" && attempt.chargedAt === undefined ? { chargedAt: change.at } : {};
    this.attempts.set(change.attemptId, { ...attempt, keys, standing: change.standing ?? attempt.standing, ...charged });
  }

  private fold(fact: ReconciliationFact): void {
    switch (fact.type) {
      case "StatementBegun": {
        const { statementId, provider, day, at } = fact;
        if (!this.imports.has(statementId)) {
          this.imports.set(statementId, { statementId, provider, day, state: "begun", lines: 0, knownLines: 0, unreadableLines: 0, begunAt: at });
        }
        return;
      }
      case "LinesRecorded":
        for (const line of fact.lines) if (!this.lines.has(line.digest)) this.lines.set(line.digest, line);
        return;
      case "StatementCompleted": {
        const begun = this.imports.get(fact.statementId);
        const { lines, knownLines, unreadableLines } = fact;
        if (begun !== undefined) this.imports.set(fact.statementId, { ...begun, state: "completed", lines, knownLines, unreadableLines, completedAt: fact.at });
        return;
      }
      case "LineMatched": {
        const line = this.lines.get(fact.digest);
        if (line !== undefined && line.attemptId === undefined) this.lines.set(fact.digest, { ...line, attemptId: fact.attemptId });
        return;
      }
      case "BreakOpened":
        if (this.held.get(fact.found.breakId)?.state !== "open") {
          this.held.set(fact.found.breakId, { ...fact.found, state: "open", owner: "operations", openedAt: fact.at });
        }
        return;
      case "BreakClosed": {
        const open = this.held.get(fact.breakId);
        if (open?.state === "open") this.held.set(fact.breakId, { ...open, state: "closed", closedAt: fact.at, resolution: fact.resolution });
        return;
      }
    }
  }
}
