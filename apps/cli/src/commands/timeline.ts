import { call, expectOk } from "../api.js";
import { CliError, type Command, textOption } from "../command.js";
import type { Platform } from "../platform.js";
import { type Told, tellCallbacks, tellEvents, tellReconciliation, tellRouter } from "./timeline-telling.js";
import type { DeliveryView, PaymentTimeline, ReconciliationView, RouterView } from "./timeline-views.js";

const orderNumberForm = /^[0-9]{8}[A-Z0-9]{8}[0-9]{4}$/;

export const timeline: Command = {
  name: "timeline",
  summary: "tell everything that happened to a payment, and why",
  usage: "malipo timeline ORDER_NUMBER | REFERENCE [--merchant ID]",
  help: ["--merchant ID    whose reference it is; without it the merchants of demo.json are tried"],
  options: { merchant: { type: "string" } },
  async run(args, platform, io) {
    const [wanted] = args.positionals;
    if (wanted === undefined) throw new CliError("which payment?", `Usage: ${timeline.usage}`);
    const place = platform();
    const story = await findStory(place, wanted, textOption(args, "merchant"));
    const { orderNumber, paymentId } = story.payment;
    const bearer = place.adminToken;
    const missing: string[] = [];
    const ask = async <Body>(what: string, url: string): Promise<Body | undefined> => {
      try {
        const answer = await call<Body>(what, url, { bearer });
        return answer.status === 404 ? undefined : expectOk(what, answer);
      } catch (error) {
        // A service that is down does not keep the others from telling what they know.
        missing.push(error instanceof Error ? error.message : String(error));
        return undefined;
      }
    };
    const [deliveries, reconciliation, router] = await Promise.all([
      ask<{ deliveries: DeliveryView[] }>("callback-dispatcher", `${place.dispatcherUrl}/admin/v1/deliveries?orderNumber=${orderNumber}&attempts=true`),
      ask<ReconciliationView>("reconciliation", `${place.reconciliationUrl}/admin/v1/payments/${orderNumber}`),
      ask<RouterView>("provider-router", `${place.routerUrl}/admin/v1/payments/${paymentId}`),
    ]);
    if (args.values["json"] === true) {
      io.write(JSON.stringify({ ...story, deliveries: deliveries?.deliveries ?? [], reconciliation: reconciliation ?? null, router: router ?? null }));
    } else {
      print(story, [...tellEvents(story), ...tellCallbacks(deliveries?.deliveries ?? []), ...tellReconciliation(reconciliation), ...tellRouter(router)], io.write);
    }
    for (const what of missing) io.note(`not told: ${what}`);
    return 0;
  },
};

const findStory = async (place: Platform, wanted: string, merchant: string | undefined): Promise<PaymentTimeline> => {
  const base = `${place.intakeUrl}/admin/v1/payments`;
  const urls = [
    ...(orderNumberForm.test(wanted) ? [`${base}/${wanted}/timeline`] : []),
    ...(merchant === undefined ? place.merchants.map(({ merchantId }) => merchantId) : [merchant]).map(
      (merchantId) => `${base}/timeline?${new URLSearchParams({ reference: wanted, merchantId })}`,
    ),
  ];
  for (const url of urls) {
    const answer = await call<PaymentTimeline>("payment-intake", url, { bearer: place.adminToken });
    if (answer.status !== 404) return expectOk("payment-intake", answer);
  }
  throw new CliError(`no payment ${wanted} is known`, "Give its order number, or its reference and --merchant with the merchant's id.");
};

const print = ({ payment, reviews }: PaymentTimeline, told: readonly Told[], write: (line: string) => void): void => {
  const reason = payment.reason === null ? "" : ` (${payment.reason})`;
  write(`${payment.orderNumber}  ${payment.amount} ${payment.currency}  ${payment.status}${reason}`);
  write(`reference ${payment.reference}, account ${payment.account}, version ${payment.version}${payment.parked ? ", PARKED" : ""}`);
  const placeOf = ({ at, wholeSecond }: Told): number => (wholeSecond === true && at % 1000 === 0 ? at + 999 : at);
  const sorted = [...told].sort((a, b) => placeOf(a) - placeOf(b) || a.order - b.order);
  const first = Math.min(...sorted.filter(({ who }) => who === "event").map(({ at }) => at));
  const days = new Set(sorted.map(({ at }) => localTime(at).slice(0, 10)));
  write(`times are local, ${[...days][0] ?? ""} (UTC${zoneOf(first)})`);
  write("");
  for (const { at, who, what, why } of sorted) {
    const time = days.size > 1 ? localTime(at) : localTime(at).slice(11);
    write(`${time}  ${delta(at - first).padStart(9)}  ${who.padEnd(10)}  ${what}`);
    for (const line of why) write(`${" ".repeat(time.length + 25)}${line}`);
  }
  const open = reviews.filter(({ closedAt }) => closedAt === undefined);
  for (const review of open) write(`\nwaits for a person: review ${review.reviewId} (${review.kind}) since ${localTime(Date.parse(review.openedAt))}`);
};

const delta = (ms: number): string => (ms < 0 ? "" : ms < 10_000 ? `+${ms} ms` : ms < 600_000 ? `+${(ms / 1000).toFixed(1)} s` : `+${Math.round(ms / 60_000)} min`);

const two = (value: number, length = 2): string => String(value).padStart(length, "0");

/** YYYY-MM-DD hh:mm:ss.mmm in the zone of the person at the keyboard. */
const localTime = (ms: number): string => {
  const time = new Date(ms);
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${two(time.getMilliseconds(), 3)}`;
};

const zoneOf = (ms: number): string => {
  const minutes = -new Date(ms).getTimezoneOffset();
  return `${minutes < 0 ? "-" : "+"}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;
};
