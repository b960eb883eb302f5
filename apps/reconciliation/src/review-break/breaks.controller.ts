import { Controller, Get, Inject, Param, Query, UseGuards } from "@nestjs/common";
import { AdminGuard, invalid } from "@malipo/http-api";
import type { Clock } from "@malipo/ports";
import type { BreakFilter, ReconciliationStore } from "../keep-reconciliation/reconciliation-store.js";
import { CLOCK, RECONCILIATION_STORE } from "../tokens.js";
import { attemptView, breakView } from "./break-view.js";

const kinds: readonly string[] = ["missing_here", "missing_there", "amount", "status"] satisfies BreakFilter["kind"][];
const known = new Set(["state", "kind", "provider", "orderNumber", "after", "limit"]);
const limitMax = 500;

/** An unknown or unreadable parameter is refused, or a typing error would list everything. */
const readFilter = (query: Readonly<Record<string, unknown>>): BreakFilter => {
  const faults: Record<string, string[]> = {};
  for (const [name, value] of Object.entries(query)) {
    if (!known.has(name)) faults[name.slice(0, 64)] = ["is not a known parameter"];
    else if (typeof value !== "string" || value === "" || value.length > 255) faults[name] = ["must be given once, with 1 to 255 characters"];
  }
  const text = (name: string): string | undefined => (typeof query[name] === "string" ? query[name] : undefined);
  const [state, kind] = [text("state"), text("kind")];
  if (state !== undefined && state !== "open" && state !== "closed") faults["state"] = ["must be open or closed"];
  if (kind !== undefined && !kinds.includes(kind)) faults["kind"] = [`must be one of ${kinds.join(", ")}`];
  const limit = Number(text("limit") ?? "100");
  if (!Number.isInteger(limit) || limit < 1 || limit > limitMax) faults["limit"] = [`must be a whole number from 1 to ${limitMax}`];
  if (Object.keys(faults).length > 0) throw invalid(faults);
  const rest = ["provider", "orderNumber", "after"].flatMap((name) => (text(name) === undefined ? [] : [[name, text(name)]]));
  return {
    ...Object.fromEntries(rest),
    ...(state !== undefined && { state: state as "open" | "closed" }),
    ...(kind !== undefined && { kind: kind as NonNullable<BreakFilter["kind"]> }),
    limit,
  };
};

/** Operations: where a provider's statement and our log disagree, whose it is, and how old. */
@Controller("admin/v1")
@UseGuards(AdminGuard)
export class BreaksController {
  constructor(
    @Inject(RECONCILIATION_STORE) private readonly store: ReconciliationStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get("breaks")
  async list(@Query() query: Record<string, unknown>) {
    const filter = readFilter(query);
    const breaks = await this.store.breaks(filter);
    const last = breaks.at(-1);
    return {
      breaks: breaks.map((held) => breakView(held, this.clock.now())),
      ...(breaks.length === filter.limit && last !== undefined && { next: last.breakId }),
    };
  }

  /** What reconciliation knows of one payment: empty lists where it knows nothing. */
  @Get("payments/:orderNumber")
  async payment(@Param("orderNumber") orderNumber: string) {
    const attempts = await this.store.attemptsOfOrder(orderNumber);
    const [lines, breaks] = await Promise.all([
      this.store.linesOfAttempts(attempts.map(({ attemptId }) => attemptId)),
      this.store.breaks({ orderNumber, limit: limitMax }),
    ]);
    return {
      attempts: attempts.map((attempt) => attemptView(attempt, lines)),
      breaks: breaks.map((held) => breakView(held, this.clock.now())),
    };
  }
}
