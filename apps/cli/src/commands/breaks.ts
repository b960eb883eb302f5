import { get } from "../api.js";
import { CliError, type Command, textOption } from "../command.js";

export type BreakView = {
  breakId: string;
  kind: string;
  provider: string;
  transactionId?: string;
  attemptId?: string;
  orderNumber?: string;
  ours?: { amount: string; currency: string };
  theirs?: { amount: string; currency: string };
  state: string;
  owner: string;
  openedAt: string;
  ageSeconds: number;
  closedAt?: string;
  resolution?: string;
};

const states = ["open", "closed", "all"];

export const breaks: Command = {
  name: "breaks",
  summary: "list where providers' statements and our log disagree",
  usage: "malipo breaks [--state open|closed|all] [--kind K] [--provider P] [--limit N]",
  help: [
    "--state S        open, closed, or all (open)",
    "--kind K         missing_here, missing_there, amount, or status",
    "--provider P     one provider only",
    "--limit N        at most so many, 1 to 500 (100)",
  ],
  options: { state: { type: "string" }, kind: { type: "string" }, provider: { type: "string" }, limit: { type: "string" } },
  async run(args, platform, io) {
    const state = textOption(args, "state") ?? "open";
    if (!states.includes(state)) throw new CliError(`--state must be one of ${states.join(", ")}`);
    const { reconciliationUrl, adminToken: bearer } = platform();
    const query = new URLSearchParams(state === "all" ? {} : { state });
    for (const name of ["kind", "provider", "limit"]) {
      const value = textOption(args, name);
      if (value !== undefined) query.set(name, value);
    }
    const body = await get<{ breaks: BreakView[]; next?: string }>("reconciliation", `${reconciliationUrl}/admin/v1/breaks?${query}`, { bearer });
    if (args.values["json"] === true) {
      io.write(JSON.stringify(body));
      return 0;
    }
    if (body.breaks.length === 0) io.write(state === "open" ? "no open breaks" : "no breaks");
    for (const one of body.breaks) io.write(breakLine(one));
    if (body.next !== undefined) io.note("there are more; raise --limit or narrow the list");
    return 0;
  },
};

const side = (money: { amount: string; currency: string } | undefined): string => (money === undefined ? "nothing" : `${money.amount} ${money.currency}`);

export const breakLine = (one: BreakView): string => {
  const what = one.orderNumber ?? one.transactionId ?? one.breakId;
  const end = one.state === "open" ? `open ${age(one.ageSeconds)}, owner ${one.owner}` : `closed after ${age(one.ageSeconds)}: ${one.resolution}`;
  return `${one.kind.padEnd(13)}  ${one.provider.padEnd(8)}  ${what}  ours ${side(one.ours)}, theirs ${side(one.theirs)}  ${end}`;
};

const age = (seconds: number): string =>
  seconds < 120 ? `${seconds} s` : seconds < 7_200 ? `${Math.floor(seconds / 60)} min` : seconds < 172_800 ? `${Math.floor(seconds / 3_600)} h` : `${Math.floor(seconds / 86_400)} d`;
