const levels: Readonly<Record<string, number>> = { trace: 10, debug: 20, info: 30, warn: 40, error: 50, fatal: 60 };
const infoLevel = 30;
const lengthMax = 400;

// What every line of a service repeats, and what the prefix or the file says already.
const hidden: ReadonlySet<string> = new Set(["level", "time", "pid", "hostname", "msg", "name", "service", "instance", "context", "v", "stack"]);
const nestBoot: ReadonlySet<string> = new Set(["InstanceLoader", "RouterExplorer", "RoutesResolver", "NestFactory", "NestApplication"]);

/** Some loggers write the number, some the word. What is neither is shown rather than lost. */
const levelOf = (value: unknown): number => levels[String(value)] ?? (typeof value === "number" ? value : infoLevel);

const markOf = (level: number): readonly string[] => {
  const [name] = Object.entries(levels).findLast(([, least]) => level >= least) ?? ["trace"];
  return level < levels["warn"]! ? [] : [name.toUpperCase()];
};

type LogRecord = Readonly<Record<string, unknown>>;

const parse = (line: string): LogRecord | undefined => {
  if (!line.startsWith("{")) return undefined;
  try {
    const value = JSON.parse(line) as LogRecord;
    return typeof value["msg"] === "string" || typeof value["level"] === "number" ? value : undefined;
  } catch {
    return undefined;
  }
};

const short = (value: unknown): string => {
  if (typeof value === "string") return value;
  if (typeof value === "object" && value !== null && "message" in value) return String(value.message);
  return JSON.stringify(value) ?? String(value);
};

/**
 * One log line for the console; undefined for what is kept in the file alone. The file has every line as it came, so
 * shortening here loses nothing.
 */
export const renderLogLine = (line: string): string | undefined => {
  const record = parse(line);
  if (record === undefined) return line.trim() === "" ? undefined : line.slice(0, lengthMax);
  const level = levelOf(record["level"]);
  const context = record["context"];
  if (level < infoLevel || (level === infoLevel && typeof context === "string" && nestBoot.has(context))) return undefined;
  const fields = Object.entries(record)
    .filter(([key, value]) => !hidden.has(key) && value !== undefined && value !== null)
    .map(([key, value]) => `${key}=${short(value)}`);
  const text = [...markOf(level), String(record["msg"] ?? ""), ...fields].join(" ").replaceAll("\n", " ");
  return text.length > lengthMax ? `${text.slice(0, lengthMax)} …` : text;
};
