/** What is being done, while it is done, with the time since the start. */
export interface Progress {
  say(message: string): void;
  /** Says what begins, every ten seconds that it still runs, and how long it took. */
  step<T>(what: string, work: () => Promise<T>): Promise<T>;
}

const reminderMs = 10_000;
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

export const createProgress = (write: (line: string) => void, nowMs: () => number = () => performance.now()): Progress => {
  const start = nowMs();
  const say = (message: string): void => write(`[${seconds(nowMs() - start).padStart(7)}] ${message}`);
  return {
    say,
    step: async (what, work) => {
      const began = nowMs();
      say(`${what} …`);
      const reminder = setInterval(() => say(`${what}: still at it after ${seconds(nowMs() - began)}`), reminderMs);
      try {
        const result = await work();
        say(`${what}: done in ${seconds(nowMs() - began)}`);
        return result;
      } finally {
        clearInterval(reminder);
      }
    },
  };
};
