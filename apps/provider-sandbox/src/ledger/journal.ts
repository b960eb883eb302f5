import { createReadStream } from "node:fs";
import { mkdir, open, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * An append-only file of JSON lines. What `append` has resolved for is on the disk: nothing may be told to anybody before.
 * Records that arrive while a write is under way share the next one, so that thousands a second need few fsyncs.
 */
export class Journal {
  private waiting: string[] = [];
  private next: PromiseWithResolvers<void> | undefined;
  private writing: Promise<void> | undefined;
  private fault: unknown;
  private closed = false;

  private constructor(
    private readonly file: FileHandle,
    private readonly onFault: (fault: unknown) => void,
  ) {}

  static async open<R>(
    path: string,
    onRecord: (record: R) => void,
    onFault: (fault: unknown) => void,
  ): Promise<Journal> {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const file = await open(path, "a+", 0o600);
    const whole = await readLines(path, (line) => onRecord(JSON.parse(line) as R));
    // A kill in the middle of a write leaves half a line, which nobody was told about: it is cut off.
    await file.truncate(whole);
    await file.datasync();
    return new Journal(file, onFault);
  }

  append(record: object): Promise<void> {
    if (this.fault) return Promise.reject(this.fault as Error);
    if (this.closed) return Promise.reject(new Error("the journal is closed"));
    this.waiting.push(`${JSON.stringify(record)}\n`);
    this.next ??= Promise.withResolvers<void>();
    const { promise } = this.next;
    this.writing ??= this.write();
    return promise;
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.writing;
    await this.file.close();
  }

  private async write(): Promise<void> {
    // One turn of the loop lets what arrives in the same instant join this write.
    await new Promise(setImmediate);
    while (this.next) {
      const batch = this.next;
      const text = this.waiting.join("");
      this.waiting = [];
      this.next = undefined;
      try {
        await this.file.appendFile(text);
        await this.file.datasync();
        batch.resolve();
      } catch (fault) {
        // After a failed fsync nobody knows what the file holds; going on could forget a charge that was told.
        this.fault = fault;
        batch.promise.catch(() => undefined);
        batch.reject(fault);
        this.onFault(fault);
        return;
      }
    }
    this.writing = undefined;
  }
}

/** Gives each whole line and returns the length of the file up to the end of the last one. */
const readLines = async (path: string, onLine: (line: string) => void): Promise<number> => {
  let rest = Buffer.alloc(0);
  let whole = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk as Buffer]) : (chunk as Buffer);
    let from = 0;
    for (let end = bytes.indexOf(10, from); end >= 0; end = bytes.indexOf(10, from)) {
      onLine(bytes.toString("utf8", from, end));
      whole += end - from + 1;
      from = end + 1;
    }
    rest = Buffer.from(bytes.subarray(from));
  }
  return whole;
};
