import type { SendOutcome } from "./delivery.js";

/** Sends under way to one origin (or of one account), and how it has been answering. Plain state, lost with the process. */
export type Endpoint = Readonly<{ inFlight: number; failuresInARow: number }>;

export type EndpointLimits = Readonly<{
  inFlightMax: number;
  /** After so many failures in a row one send at a time feels whether it is back. */
  failuresUntilNarrow: number;
}>;

export const quietEndpoint: Endpoint = { inFlight: 0, failuresInARow: 0 };

export const isNarrow = (endpoint: Endpoint, limits: EndpointLimits): boolean => endpoint.failuresInARow >= limits.failuresUntilNarrow;

export const mayStart = (endpoint: Endpoint, limits: EndpointLimits): boolean =>
  endpoint.inFlight < (isNarrow(endpoint, limits) ? 1 : limits.inFlightMax);

export const started = (endpoint: Endpoint): Endpoint => ({ ...endpoint, inFlight: endpoint.inFlight + 1 });

/** An answer below 500 shows a living endpoint, whatever it says. */
export const finished = (endpoint: Endpoint, outcome: SendOutcome): Endpoint => ({
  inFlight: Math.max(0, endpoint.inFlight - 1),
  failuresInARow: outcome.kind === "impossible" ? endpoint.failuresInARow : answers(outcome) ? 0 : endpoint.failuresInARow + 1,
});

const answers = (outcome: SendOutcome): boolean => outcome.kind === "response" && outcome.status < 500;
