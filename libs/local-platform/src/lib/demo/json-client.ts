import { request, type Dispatcher } from "undici";

const timeoutMs = 15_000;

export interface JsonAnswer {
  readonly status: number;
  readonly body: unknown;
}

export interface JsonCall {
  readonly method?: Dispatcher.HttpMethod;
  readonly bearer?: string;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

export class UnexpectedAnswerError extends Error {
  constructor(
    readonly url: string,
    readonly answer: JsonAnswer,
  ) {
    super(`${url} answered ${answer.status}: ${JSON.stringify(answer.body)?.slice(0, 500)}`);
    this.name = "UnexpectedAnswerError";
  }
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
};

export const callJson = async (url: string, call: JsonCall = {}): Promise<JsonAnswer> => {
  const { statusCode, body } = await request(url, {
    method: call.method ?? (call.body === undefined ? "GET" : "POST"),
    headers: {
      accept: "application/json",
      ...(call.body !== undefined && { "content-type": "application/json" }),
      ...(call.bearer !== undefined && { authorization: `Bearer ${call.bearer}` }),
    },
    body: call.body === undefined ? null : JSON.stringify(call.body),
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    ...(call.signal !== undefined && { signal: call.signal }),
  });
  return { status: statusCode, body: parse(await body.text()) };
};

/** The fields of a 2xx answer; anything else is an error that shows what was answered. */
export const fieldsOf = async <T>(url: string, call: JsonCall = {}): Promise<T> => {
  const answer = await callJson(url, call);
  if (answer.status < 200 || answer.status > 299) throw new UnexpectedAnswerError(url, answer);
  return answer.body as T;
};
