const levels: Readonly<Record<string, string>> = { 10: "trace", 20: "debug", 30: "info", 40: "WARN", 50: "ERROR", 60: "FATAL" };
const infoLevel = 30;
const lengthMax = 400;

// What every line of a service repeats, and what the prefix or the file says already.
const hidden: ReadonlySet<string> = new Set(["level", "time", "pid", "hostname", "msg", "name", "service", "context", "v", "stack"]);
const nestBoot: ReadonlySet<string> = new Set(["InstanceLoader", "RouterExplorer", "RoutesResolver", "NestFactory", "NestApplication"]);

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
  const level = Number(record["level"] ?? infoLevel);
  const context = record["context"];
  if (level < infoLevel || (level === infoLevel && typeof context === "string" && nestBoot.has(context))) return undefined;
  const fields = Object.entries(record)
    .filter(([key, value]) => !hidden.has(key) && value !== undefined && value !== null)
    .map(([key, value]) => `${key}=${short(value)}`);
  const mark = level === infoLevel ? [] : [levels[level] ?? `level ${level}`];
  const text = [...mark, String(record["msg"] ?? ""), ...fields].join(" ").replaceAll("\n", " ");
  return text.length > lengthMax ? `${text.slice(0, lengthMax)} …` : text;
};
