import type { EventLog, StoredRecord } from "@malipo/ports";
import { appendMeaning } from "./append-meaning.js";
import { prevHeader } from "./digest.js";
import { ChainReader, genesisPosition, link } from "./chain-reader.js";
import type { ChainPosition, ChainRecord } from "./chain-record.js";
import { verifyPosition } from "./verify-position.js";

const topic = "truth";
export const commands = ["c1", "c2", "c3"] as const;
/** One writer batches and the other does not: a late batch of which only the first record is overtaken is the hard case. */
const batchMax = [2, 1] as const;
const appendsMax = 3;

/** How often each fault may still happen in one history. */
export type Faults = Readonly<{ lost: number; unanswered: number; duplicate: number; reconnect: number; cut: number }>;

type Writer = Readonly<{
  position: ChainPosition;
  /** What it has folded, and so told its clients: `<command>=<outcome>` in order. */
  fold: readonly string[];
  sent: number;
  generation: number;
  verified: number;
  waitsFor?: Readonly<{ message: string; expected: number; generation: number; records: readonly ChainRecord[] }>;
  /** The end that it has to have read to before it goes on; `unasked`: the end is not known yet. */
  resync?: number | "unasked";
  halted: boolean;
}>;

/** An append that is on its way to the broker, and the answer to one that arrived. */
type Message = Readonly<{ id: string; records: readonly ChainRecord[] }>;

export type State = Readonly<{
  log: readonly StoredRecord[];
  truth: Readonly<{ position: ChainPosition; fold: readonly string[]; offsets: readonly number[] }>;
  writers: readonly Writer[];
  onTheWay: readonly Message[];
  answers: Readonly<Record<string, number>>;
  left: Faults;
}>;

/** One thing that may happen next; `wrong` says which promise it broke. */
export type Step = Readonly<{ what: string; to: State; wrong?: string }>;

type Accepted = Readonly<{ result: ReturnType<ChainReader["accept"]>; after: ChainPosition }>;

/** What is argued for: the product's own functions; an exploration may put another one in the place of each. */
export type Rules = Readonly<{
  accept: (position: ChainPosition, record: StoredRecord) => Accepted;
  meaning: typeof appendMeaning;
  /** Whether the log is checked before anything is read or sent on a new connection. */
  rereads: boolean;
}>;

const accept: Rules["accept"] = (position, record) => {
  const reader = new ChainReader(position);
  const result = reader.accept(record);
  return { result, after: reader.position };
};

export const rules: Rules = { accept, meaning: appendMeaning, rereads: true };

export const wrongRules: Readonly<Record<"a sequence number in place of the digest" | "a bare acknowledgement" | "no re-read after a reconnect" | "an answer from before a reconnect", Rules>> = {
  "a sequence number in place of the digest": { ...rules, accept: (position, record) => accept({ ...position, head: record.headers[prevHeader] as Uint8Array }, record) },
  "a bare acknowledgement": { ...rules, meaning: (outcome) => (outcome?.kind === "appended" ? "mine" : "unknown") },
  "no re-read after a reconnect": { ...rules, rereads: false },
  "an answer from before a reconnect": { ...rules, meaning: (outcome, expected) => appendMeaning(outcome, expected, outcome?.kind === "appended" ? outcome.generation : 0) },
};

const genesis = genesisPosition(topic, 0, 1);

export const begin = (left: Faults): State => {
  const writer: Writer = { position: genesis, fold: [], sent: 0, generation: 0, verified: 0, halted: false };
  return { log: [], truth: { position: genesis, fold: [], offsets: [] }, writers: [writer, writer], onTheWay: [], answers: {}, left };
};

/** What tells two states apart. A record's bytes follow from its value: who decided what, in which append, on which history. */
export const keyOf = ({ log, writers, onTheWay, answers, left }: State): string => {
  const ofWriter = ({ position, fold, sent, generation, verified, waitsFor, resync, halted }: Writer): unknown => [
    position.offset, fold.join(), sent, generation - verified, waitsFor && [waitsFor.message, generation - waitsFor.generation], resync, halted,
  ];
  return JSON.stringify([log.map(nameOf), writers.map(ofWriter), onTheWay.map(({ records }) => nameOf(records[0]!)), answers, Object.values(left)]);
};

type Decided = Readonly<{ command: string; by: string; after: readonly string[] }>;
type Bytes = Pick<StoredRecord, "value">;

// Read and named once for each value: the same bytes are looked at in very many states.
const decoded = new WeakMap<Uint8Array, Decided>();
const names = new Map<string, number>();

const decidedIn = ({ value }: Bytes): Decided => {
  const known = decoded.get(value) ?? (JSON.parse(Buffer.from(value).toString()) as Decided);
  decoded.set(value, known);
  return known;
};

const nameOf = (record: Bytes): number => {
  const { command, by, after } = decidedIn(record);
  const text = `${command} ${by} ${after.join()}`;
  const name = names.get(text) ?? names.size;
  names.set(text, name);
  return name;
};

/** Everything that may happen next, each on its own. */
export const stepsFrom = async (state: State, use: Rules): Promise<readonly Step[]> => {
  const steps: Step[] = [];
  for (const [number, writer] of state.writers.entries()) {
    if (writer.halted) continue;
    const isVerified = !use.rereads || writer.verified === writer.generation;
    if (!isVerified) steps.push(await verify(state, number));
    else {
      if (writer.position.offset < state.log.length) steps.push(read(state, number, use));
      if (writer.waitsFor === undefined && writer.resync === undefined) steps.push(...send(state, number));
      if (writer.resync === "unasked") steps.push(askEnd(state, number));
    }
    if (writer.waitsFor !== undefined) steps.push(...hear(state, number, use));
    if (state.left.reconnect > 0) steps.push({ what: `writer ${number} connects anew`, to: spend(withWriter(state, number, { generation: writer.generation + 1 }), "reconnect") });
  }
  for (const message of state.onTheWay) steps.push(...arrive(state, message, use));
  if (state.left.cut > 0 && state.log.length > 0) steps.push(cut(state, use));
  return steps;
};

const send = (state: State, number: number): readonly Step[] => {
  const { position, fold, sent, generation } = state.writers[number]!;
  const open = commands.filter((command) => !fold.some((known) => known.startsWith(`${command}=`)));
  if (open.length === 0 || sent === appendsMax) return [];
  const message = `${number}.${sent}`;
  const after = [...fold];
  const drafts = open.slice(0, batchMax[number]).map((command) => {
    const decided: Decided = { command, by: message, after: [...after] };
    after.push(`${command}=${message}`);
    return { key: command, value: Buffer.from(JSON.stringify(decided)), headers: { ce_id: command } };
  });
  const records = link(topic, 0, position, drafts);
  const to = withWriter(state, number, { sent: sent + 1, waitsFor: { message, expected: position.offset, generation, records } });
  return [{ what: `writer ${number} sends ${message}`, to: { ...to, onTheWay: [...state.onTheWay, { id: message, records }] } }];
};

/** It arrives, it is lost, or it arrives and comes once more later. */
const arrive = (state: State, message: Message, use: Rules): readonly Step[] => {
  const { id, records } = message;
  const without = state.onTheWay.filter((other) => other !== message);
  const stored = records.map(({ key, value, headers }, index): StoredRecord => ({ topic, partition: 0, offset: state.log.length + index, key, value, headers, appendedAtMs: 0 }));
  const { truth, wrong } = follow(state.truth, stored, use);
  const answers = id in state.answers ? state.answers : { ...state.answers, [id]: state.log.length };
  const arrived: State = { ...state, log: [...state.log, ...stored], truth, answers, onTheWay: without };
  const steps: Step[] = [{ what: `${id} arrives`, to: arrived, ...(wrong !== undefined && { wrong }) }];
  if (state.left.lost > 0) steps.push({ what: `${id} is lost`, to: spend({ ...state, onTheWay: without }, "lost") });
  if (state.left.duplicate > 0) steps.push({ what: `${id} arrives, and will again`, to: spend({ ...arrived, onTheWay: state.onTheWay }, "duplicate"), ...(wrong !== undefined && { wrong }) });
  return steps;
};

/** What all readers must come to, and what no history may hold: a command decided twice, or on another history than its own. */
const follow = (before: State["truth"], stored: readonly StoredRecord[], use: Rules): { truth: State["truth"]; wrong: string | undefined } => {
  let { position } = before;
  const fold = [...before.fold];
  const offsets = [...before.offsets];
  let wrong: string | undefined;
  for (const record of stored) {
    const { result, after: then } = use.accept(position, record);
    position = then;
    if (typeof result === "string") continue;
    const { command, by, after } = decidedIn(record);
    if (fold.some((known) => known.startsWith(`${command}=`))) wrong ??= "decided twice";
    if (after.join() !== fold.join()) wrong ??= "decided on another history";
    fold.push(`${command}=${by}`);
    offsets.push(record.offset);
  }
  return { truth: { position, fold, offsets }, wrong };
};

/** The answer comes, or the writer gives up waiting for it; the request itself may arrive even then. */
const hear = (state: State, number: number, use: Rules): readonly Step[] => {
  const { waitsFor: { message, expected, generation, records } = {} as never, ...writer } = state.writers[number] as Required<Writer>;
  const heard = (changes: Partial<Writer>): State => ({ ...state, writers: state.writers.with(number, { ...writer, ...changes }) });
  const steps: Step[] = [];
  const baseOffset = state.answers[message];
  if (baseOffset !== undefined) {
    const meaning = use.meaning({ kind: "appended", baseOffset, generation: writer.generation }, expected, generation);
    if (meaning === "mine") steps.push(claimed(`writer ${number} installs ${message}`, heard(install(writer, records)), number));
    else steps.push({ what: `writer ${number} hears of ${message}: ${meaning}`, to: heard(meaning === "truncated" ? { halted: true } : { resync: "unasked" }) });
  }
  // No answer is a fault only where one would come: what was lost on the way is paid for already.
  const isPaid = baseOffset === undefined && !state.onTheWay.some(({ id }) => id === message);
  if (isPaid) steps.push({ what: `writer ${number} hears nothing of ${message}`, to: heard({ resync: "unasked" }) });
  else if (state.left.unanswered > 0) steps.push({ what: `writer ${number} gives up on ${message}`, to: spend(heard({ resync: "unasked" }), "unanswered") });
  return steps;
};

/** As the tail does it: own records are folded unless they were read meanwhile, and another's in their place stops all. */
const install = ({ position, fold }: Pick<Writer, "position" | "fold">, records: readonly ChainRecord[]): Partial<Writer> => {
  const fresh = records.filter(({ offset }) => offset >= position.offset);
  const last = records.at(-1)!;
  if (fresh.length === 0 && last.offset + 1 === position.offset && Buffer.compare(last.digest, position.head) !== 0) return { halted: true };
  const reader = new ChainReader(position);
  for (const record of fresh) reader.advance(record);
  return { position: reader.position, fold: [...fold, ...fresh.map(outcomeOf)] };
};

const read = (state: State, number: number, use: Rules): Step => {
  const { resync, ...writer } = state.writers[number]!;
  let { position } = writer;
  const fold = [...writer.fold];
  for (const record of state.log.slice(position.offset)) {
    const { result, after } = use.accept(position, record);
    position = after;
    if (typeof result === "object") fold.push(outcomeOf(result));
  }
  const isOver = resync === undefined || (resync !== "unasked" && position.offset >= resync);
  const after: Writer = { ...writer, ...(!isOver && { resync }), position, fold };
  return claimed(`writer ${number} reads on`, { ...state, writers: state.writers.with(number, after) }, number);
};

const askEnd = (state: State, number: number): Step => {
  const { resync: _, ...writer } = state.writers[number]!;
  const end = state.log.length;
  const { offset } = writer.position;
  const after: Writer = end < offset ? { ...writer, halted: true } : end === offset ? writer : { ...writer, resync: end };
  return { what: `writer ${number} asks for the end`, to: { ...state, writers: state.writers.with(number, after) } };
};

const verify = async (state: State, number: number): Promise<Step> => {
  const { position, generation } = state.writers[number]!;
  const log = { read: async (_topic: string, _partition: number, offset: number) => state.log[offset] } as unknown as EventLog;
  const isSame = await verifyPosition(log, topic, 0, position).then(() => true, () => false);
  return { what: `writer ${number} checks the log`, to: withWriter(state, number, isSame ? { verified: generation } : { halted: true }) };
};

/** The broker loses the end of its log, and every connection with it. What was told of it is lost, which no rule prevents. */
const cut = (state: State, use: Rules): Step => {
  const log = state.log.slice(0, -1);
  const { truth } = follow({ position: genesis, fold: [], offsets: [] }, log, use);
  const writers = state.writers.map((writer) => ({ ...writer, generation: writer.generation + 1 }));
  return { what: "the broker loses its last record", to: spend({ ...state, log, truth, writers }, "cut") };
};

/** Whoever tells its clients anything must have folded what every other reader of this log has. */
const claimed = (what: string, to: State, number: number): Step => {
  const { position, fold, halted } = to.writers[number]!;
  const should = to.truth.fold.filter((_, index) => to.truth.offsets[index]! < position.offset);
  return halted || fold.join() === should.join() ? { what, to } : { what, to, wrong: "an untrue claim" };
};

const outcomeOf = (record: Bytes): string => {
  const { command, by } = decidedIn(record);
  return `${command}=${by}`;
};

const withWriter = (state: State, number: number, changes: Partial<Writer>): State => ({ ...state, writers: state.writers.with(number, { ...state.writers[number]!, ...changes }) });
const spend = (state: State, fault: keyof Faults): State => ({ ...state, left: { ...state.left, [fault]: state.left[fault] - 1 } });
