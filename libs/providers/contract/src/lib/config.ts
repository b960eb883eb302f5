type Env = Readonly<Record<string, string | undefined>>;

/** @throws Error naming the variable. */
export const requiredVariable = (env: Env, name: string): string => {
  const value = env[name];
  if (value === undefined || value === "") throw new Error(`${name} is not set`);
  return value;
};

/** An http or https URL without a trailing slash. @throws Error naming the variable. */
export const urlVariable = (env: Env, name: string, fallback?: string): string => {
  const value = env[name] || fallback || requiredVariable(env, name);
  if (!/^https?:\/\/[^\s?#]+$/.test(value)) throw new Error(`${name} is not an http(s) URL`);
  return value.replace(/\/+$/, "");
};
