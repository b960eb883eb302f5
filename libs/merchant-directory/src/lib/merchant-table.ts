import type { MerchantId } from "@malipo/kernel";
import type { Credential, MerchantState, OpenMerchant, Platform } from "@malipo/merchant-lifecycle";

export type FoundCredential = Readonly<{ merchant: OpenMerchant; credential: Credential }>;

/** The newest state of every merchant, with its credentials by handle. */
export class MerchantTable {
  private readonly merchants = new Map<string, OpenMerchant>();
  private readonly handles = new Map<string, FoundCredential>();
  private platformState: Platform | undefined;

  /** False when the state is not newer than what is known; it changes nothing then. */
  put(state: MerchantState): boolean {
    if (state.version <= this.version(state.merchantId)) return false;
    if (state.kind === "platform") {
      this.platformState = state;
      return true;
    }
    this.remove(state.merchantId);
    this.merchants.set(state.merchantId, state);
    for (const credential of state.credentials) this.handles.set(credential.handle, { merchant: state, credential });
    return true;
  }

  remove(merchantId: string): void {
    if (this.platformState?.merchantId === merchantId) this.platformState = undefined;
    for (const { handle } of this.merchants.get(merchantId)?.credentials ?? []) this.handles.delete(handle);
    this.merchants.delete(merchantId);
  }

  version(merchantId: string): number {
    return (this.platformState?.merchantId === merchantId ? this.platformState : this.merchants.get(merchantId))?.version ?? 0;
  }

  merchant(merchantId: MerchantId): OpenMerchant | undefined {
    return this.merchants.get(merchantId);
  }

  all(): readonly OpenMerchant[] {
    return [...this.merchants.values()];
  }

  byHandle(handle: string): FoundCredential | undefined {
    return this.handles.get(handle);
  }

  get platform(): Platform | undefined {
    return this.platformState;
  }
}
