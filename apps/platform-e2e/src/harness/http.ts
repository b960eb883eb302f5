import { request, type Dispatcher } from "undici";

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The parsed JSON body, or undefined where there is none. */
  readonly json: unknown;
}

export interface Call {
  readonly method?: Dispatcher.HttpMethod;
  readonly bearer?: string | undefined;
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is, instead of `json`. */
  readonly body?: string | Uint8Array;
  readonly timeoutMs?: number;
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

/** Any answer is an answer; only a connection that fails throws. */
export const call = async (url: string, { method, bearer, json, headers, body, timeoutMs = 20_000 }: Call = {}): Promise<Answer> => {
  const sent = body ?? (json === undefined ? undefined : JSON.stringify(json));
  const answer = await request(url, {
    method: method ?? (sent === undefined ? "GET" : "POST"),
    headers: {
      accept: "application/json",
      ...(sent !== undefined && { "content-type": "application/json" }),
      ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
      ...headers,
    },
    body: sent ?? null,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });
  const text = await answer.body.text();
  return { status: answer.statusCode, headers: answer.headers, text, json: parse(text) };
};

/** The fields of a 2xx answer; anything else fails and shows what was answered. */
export const expect2xx = async <T>(url: string, options?: Call): Promise<T> => {
  const answer = await call(url, options);
  if (answer.status < 200 || answer.status > 299) throw new Error(`${url} answered ${answer.status}: ${answer.text.slice(0, 1_000)}`);
  return answer.json as T;
};
