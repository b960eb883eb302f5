import { invalid } from "@malipo/http-api";
import type { Facade } from "@malipo/merchant-lifecycle";
import { ArrayMaxSize, IsArray, IsIn, IsOptional, IsString, Length, ValidateIf } from "class-validator";

const urlNames = ["url", "generic", "deposits", "withdrawals", "refunds"] as const;
type Settings = readonly (keyof SetWebhooksRequest)[];

/** What each interface lets a merchant configure. */
const settingsOf: Readonly<Partial<Record<Facade, Settings>>> = {
  kpay: ["generic", "deposits", "withdrawals", "refunds"],
  kipay: ["url", "events"],
  kotani: ["url", "secret", "events"],
};

export class SetWebhooksRequest {
  @IsIn(Object.keys(settingsOf))
  facade!: Facade;

  @IsOptional() @IsString() @Length(1, 2048)
  url?: string;

  @IsOptional() @IsString() @Length(1, 2048)
  generic?: string;

  @IsOptional() @IsString() @Length(1, 2048)
  deposits?: string;

  @IsOptional() @IsString() @Length(1, 2048)
  withdrawals?: string;

  @IsOptional() @IsString() @Length(1, 2048)
  refunds?: string;

  /** `null` switches to callbacks without the facade's own signature. */
  @ValidateIf((_request, value) => value !== undefined && value !== null) @IsString() @Length(16, 255)
  secret?: string | null;

  @IsOptional() @IsArray() @ArrayMaxSize(50) @IsString({ each: true }) @Length(1, 100, { each: true })
  events?: string[];
}

export type WebhookConfig = Readonly<{ urls: Readonly<Record<string, string>>; secret: string | null }>;

/** @throws Problem for a setting that the facade does not have, or a URL that is none. */
export const webhookConfig = (request: SetWebhooksRequest): WebhookConfig => {
  const allowed = new Set<string>(["facade", ...(settingsOf[request.facade] ?? [])]);
  const problems: Record<string, string[]> = {};
  for (const [name, value] of Object.entries(request)) {
    if (value !== undefined && !allowed.has(name)) problems[name] = [`is not a setting of ${request.facade}`];
  }
  const urls: Record<string, string> = {};
  for (const name of urlNames) {
    const url = request[name];
    if (url === undefined || problems[name] !== undefined) continue;
    if (isWebUrl(url)) urls[name] = url;
    else problems[name] = ["must be an absolute http or https URL without credentials or fragment"];
  }
  if (Object.keys(problems).length > 0) throw invalid(problems);
  if (Object.keys(urls).length === 0) throw invalid({ body: ["must name at least one URL"] });
  return { urls, secret: request.secret ?? null };
};

/** The form only: the address itself is judged at every send, since what a name resolves to changes. */
const isWebUrl = (text: string): boolean => {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, hash } = new URL(text);
  return (protocol === "https:" || protocol === "http:") && username === "" && password === "" && hash === "";
};
