import type { Sealed } from "@malipo/kernel";
import type { KeyOwner, Scheduler, Vault } from "@malipo/ports";

/**
 * Seals by writing owner and field beside the text, so that opening with another owner or field fails as it would for
 * real. What sealing hides is not this simulation's subject; that it takes time and can fail is.
 */
export class SimulatedVault implements Vault {
  constructor(
    private readonly scheduler: Scheduler,
    private readonly fails: () => boolean,
  ) {}

  async seal(owner: KeyOwner, field: string, plain: string | Uint8Array): Promise<Sealed> {
    await this.work();
    const text = Buffer.from(plain).toString("base64url");
    return `v1.${Buffer.from(nameOf(owner, field)).toString("base64url")}.AA.${text}` as Sealed;
  }

  async open(owner: KeyOwner, field: string, sealed: Sealed): Promise<Uint8Array> {
    await this.work();
    const [, name = "", , text = ""] = sealed.split(".");
    if (Buffer.from(name, "base64url").toString() !== nameOf(owner, field)) throw new Error(`sealed for another owner or field than ${field}`);
    return Buffer.from(text, "base64url");
  }

  private async work(): Promise<void> {
    await this.scheduler.yield();
    if (this.fails()) throw new Error("the simulated key store does not answer");
  }
}

const nameOf = ({ purpose, account, payer }: KeyOwner, field: string): string => JSON.stringify([purpose, account, payer ?? null, field]);
