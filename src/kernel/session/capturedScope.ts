/** What the module of a captured function has in a worker in the place of the session's scope: see `capture.ts`. */
import { createRequire } from "node:module";
import { deserialize, serialize } from "node:v8";
import { SessionScope } from "./scope.js";

/**
 * @param data what {@link deserialize} takes, as base64: the values of the variables.
 * @param meta what `import.meta` is.
 * @param modules URLs of what the function imports, by specifier.
 * @returns what cells are called with.
 */
export function capturedScope(
  data: string,
  meta: { readonly url: string },
  modules: Readonly<Record<string, string>>,
): [scope: Record<string, unknown>, declare: Record<string, unknown>, flag: Int32Array, session: object] {
  const require = createRequire(meta.url);
  const scope = new SessionScope({ require });
  Object.assign(scope.declare, deserialize(Buffer.from(data, "base64")));
  const session = {
    maybe: (name: string) => scope.maybe(name),
    constant: scope.constant,
    meta,
    import: (specifier: string, options?: ImportCallOptions) => import(modules[specifier] ?? resolved(specifier, meta.url, require), options),
    stop: () => {},
    resumed: (value: unknown) => value,
  };
  return [scope.variables, scope.declare, new Int32Array(1), session];
}

/** What a cell that ran in a worker has declared, as far as it can be sent back. */
export function cloneable(scope: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const name of names) {
    if (!Object.hasOwn(scope, name)) continue;
    try {
      serialize(scope[name]);
      values[name] = scope[name];
    } catch {
      // Functions, classes, sockets stay where they are.
    }
  }
  return values;
}

function resolved(specifier: string, url: string, require: NodeJS.Require): string {
  if (/^\.{0,2}\//.test(specifier)) return new URL(specifier, url).href;
  return /^[a-z][a-z+.-]+:/i.test(specifier) ? specifier : require.resolve(specifier);
}
