import type { FastifyInstance } from "fastify";

export type Route = Readonly<{ method: string; url: string }>;

/** Every route that the application serves, as they are registered: for 405, and for specs that visit each of them. */
export class RouteTable {
  readonly routes: Route[] = [];
  private readonly forms = new Map<string, { form: RegExp; methods: Set<string> }>();

  install(fastify: FastifyInstance): void {
    fastify.addHook("onRoute", ({ method, url }) => {
      for (const one of Array.isArray(method) ? method : [method]) this.add(one, url);
    });
  }

  allowedMethods(path: string): readonly string[] {
    const allowed = new Set<string>();
    for (const { form, methods } of this.forms.values()) if (form.test(path)) for (const method of methods) allowed.add(method);
    return [...allowed];
  }

  private add(method: string, url: string): void {
    this.routes.push({ method, url });
    const known = this.forms.get(url);
    if (known !== undefined) {
      known.methods.add(method);
      return;
    }
    const pattern = url
      .split("/")
      .map((part) => (part.startsWith(":") ? "[^/]+" : part === "*" ? ".*" : part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")))
      .join("/");
    this.forms.set(url, { form: new RegExp(`^${pattern}$`), methods: new Set([method]) });
  }
}
