import { readLinksFile, type LinkFault, type LinksFile } from "@malipo/local-platform";
import { expect2xx } from "./http.js";

/** From the dispatcher to the merchants; opened by whoever runs their receiver. */
export const callbackLink = "callback-dispatcher.merchants";

/** The door to the links of a platform that was started with them, and to its clocks and small disks. */
export class FaultLinks {
  private constructor(private readonly file: LinksFile) {}

  /** Undefined where the platform runs without them. */
  static of({ home }: { readonly home: string }): FaultLinks | undefined {
    const file = readLinksFile(home);
    return file && new FaultLinks(file);
  }

  get clocks(): string {
    return this.file.clocks;
  }

  get disks(): LinksFile["disks"] {
    return this.file.disks;
  }

  get diskProblem(): string | undefined {
    return this.file.diskProblem;
  }

  /** One more link, to a port of this machine. Answers where it listens. */
  async open(name: string, port: number): Promise<number> {
    return (await this.ask<{ port: number }>("POST", "", { name, target: { host: "127.0.0.1", port } })).port;
  }

  async set(link: string, fault: LinkFault): Promise<void> {
    await this.ask("PUT", `/${link}`, fault);
  }

  async heal(link: string): Promise<void> {
    await this.ask("DELETE", `/${link}`);
  }

  /** Answers how many connections were open and are not any more. */
  async reset(link: string): Promise<number> {
    return (await this.ask<{ reset: number }>("POST", `/${link}/reset`)).reset;
  }

  private ask<T>(method: "PUT" | "POST" | "DELETE", path: string, json?: unknown): Promise<T> {
    return expect2xx<T>(`${this.file.url}/links${path}`, { method, bearer: this.file.token, json });
  }
}
