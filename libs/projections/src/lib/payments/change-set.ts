import type {
  AttemptPatch,
  AttemptRow,
  EventRow,
  PaymentChanges,
  RequestKeyRow,
  ReviewPatch,
  ReviewRow,
  SummaryPatch,
  SummaryRow,
} from "./rows.js";

/**
 * Collects what a batch does, so that each row is written once a batch. A patch of a row made in the same batch goes into
 * that row; patches of one row become one, the later word winning.
 */
export class ChangeSet implements PaymentChanges {
  readonly events: EventRow[] = [];
  readonly requestKeys: RequestKeyRow[] = [];
  private readonly payments = new Rows<SummaryRow, SummaryPatch>();
  private readonly tries = new Rows<AttemptRow, AttemptPatch>();
  private readonly items = new Rows<ReviewRow, ReviewPatch>();

  addSummary = (row: SummaryRow): void => this.payments.add(row.paymentId, row);
  patchSummary(patch: SummaryPatch): void {
    if (!this.payments.get(patch.paymentId)?.parked) this.payments.patch(patch.paymentId, patch);
  }
  addAttempt = (row: AttemptRow): void => this.tries.add(row.attemptId, row);
  patchAttempt(patch: AttemptPatch): void {
    const before = this.tries.get(patch.attemptId);
    this.tries.patch(patch.attemptId, before?.firstReference === undefined ? patch : { ...patch, firstReference: before.firstReference });
  }
  addReview = (row: ReviewRow): void => this.items.add(row.reviewId, row);
  patchReview = (patch: ReviewPatch): void => this.items.patch(patch.reviewId, patch);

  get summaries(): readonly SummaryRow[] {
    return this.payments.rows();
  }
  get summaryPatches(): readonly SummaryPatch[] {
    return this.payments.patches();
  }
  get attempts(): readonly AttemptRow[] {
    return this.tries.rows();
  }
  get attemptPatches(): readonly AttemptPatch[] {
    return this.tries.patches();
  }
  get reviews(): readonly ReviewRow[] {
    return this.items.rows();
  }
  get reviewPatches(): readonly ReviewPatch[] {
    return this.items.patches();
  }
}

class Rows<Row extends object, Patch extends object> {
  private readonly made = new Map<string, Row>();
  private readonly patched = new Map<string, Patch>();

  get(id: string): Partial<Row & Patch> | undefined {
    return (this.made.get(id) ?? this.patched.get(id)) as Partial<Row & Patch> | undefined;
  }

  add(id: string, row: Row): void {
    if (!this.made.has(id)) this.made.set(id, row);
  }

  patch(id: string, patch: Patch): void {
    const row = this.made.get(id);
    if (row !== undefined) this.made.set(id, { ...row, ...patch });
    else this.patched.set(id, { ...this.patched.get(id), ...patch });
  }

  rows = (): readonly Row[] => [...this.made.values()];
  patches = (): readonly Patch[] => [...this.patched.values()];
}
