import type { Readable } from "node:stream";
import { request } from "undici";
import { CliError } from "./command.js";

export type Answer<Body = Record<string, unknown>> = Readonly<{ status: number; body: Body }>;

type Call = Readonly<{ method?: "GET" | "POST"; bearer?: string; json?: unknown; csv?: Readable; waitMs?: number }>;

/** One request to a service of the platform; a service that is not there is told in words. */
export const call = async <Body = Record<string, unknown>>(what: string, url: string, { method, bearer, json, csv, waitMs = 20_000 }: Call = {}): Promise<Answer<Body>> => {
  try {
    const { statusCode, body } = await request(url, {
      method: method ?? (json === undefined && csv === undefined ? "GET" : "POST"),
      headers: {
        accept: "application/json",
        ...(json !== undefined && { "content-type": "application/json" }),
        ...(csv !== undefined && { "content-type": "text/csv" }),
        ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
      },
      body: csv ?? (json === undefined ? null : JSON.stringify(json)),
      headersTimeout: waitMs,
      bodyTimeout: waitMs,
    });
    return { status: statusCode, body: parsed(await body.text()) as Body };
  } catch (error) {
    if (error instanceof CliError) throw error;
    const { code } = error as { code?: string };
    throw new CliError(`${what} does not answer at ${new URL(url).origin} (${code ?? String(error)})`, "Is the platform running? `npm start` starts it.", { cause: error });
  }
};

/** The body of a 2xx; anything else is an error that shows what was answered. */
export const get = async <Body>(what: string, url: string, options: Call = {}): Promise<Body> => expectOk(what, await call<Body>(what, url, options));

export const expectOk = <Body>(what: string, { status, body }: Answer<Body>): Body => {
  if (status >= 200 && status < 300) return body;
  const advice = status === 401 ? "The operations token was not accepted: is ADMIN_TOKEN or demo.json from another start?" : undefined;
  throw new CliError(`${what} answered ${status}: ${JSON.stringify(body)?.slice(0, 1_000)}`, advice);
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};
