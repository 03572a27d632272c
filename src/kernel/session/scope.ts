/** The variables of a session: an object whose properties are found as fast as any, and a way for those that are not there. */

/** A name that no cell has declared, and that is no global. */
function unknown(name: string): ReferenceError {
  return new ReferenceError(`${name} is not defined`);
}

/** What a session has for its cells. */
export class SessionScope {
  /** By name; imported modules as `import ./specifier`. Cells get it as `futures$s`. */
  readonly variables: Record<string, unknown>;
  /** Assigning to a property of it declares the name. Cells get it as `futures$d`. */
  readonly declare: Record<string, unknown>;
  /** Names that are there in every session, such as `require`, and can be declared anew. */
  readonly #given: Record<string, unknown>;

  constructor(given: Record<string, unknown>) {
    this.#given = given;
    // Only what is not there is asked of the prototype, so what is there costs nothing.
    this.variables = Object.create(
      new Proxy(Object.create(null) as object, {
        get: (_target, name) => this.#missing(String(name)),
        set: (_target, name, value) => this.#assignMissing(String(name), value),
        has: () => false,
      }),
    ) as Record<string, unknown>;
    this.declare = new Proxy(this.variables, {
      set: (variables, name, value) => Reflect.defineProperty(variables, name, { value, writable: true, enumerable: true, configurable: true }),
    });
  }

  has(name: string): boolean {
    return Object.hasOwn(this.variables, name);
  }

  /** The value for `typeof`, which may be of nothing. */
  maybe(name: string): unknown {
    if (this.has(name)) return this.variables[name];
    return Object.hasOwn(this.#given, name) ? this.#given[name] : (globalThis as Record<string, unknown>)[name];
  }

  /** Assigning to a property of it fails: the name is a constant. Cells get it as `futures$x.constant`. */
  readonly constant: Record<string, unknown> = new Proxy(Object.create(null) as Record<string, unknown>, {
    get: (_target, name) => this.variables[String(name)],
    set: (_target, name) => {
      throw new TypeError(`Assignment to constant variable ${String(name)}.`);
    },
  });

  #missing(name: string): unknown {
    if (Object.hasOwn(this.#given, name)) return this.#given[name];
    if (name in globalThis) return (globalThis as Record<string, unknown>)[name];
    throw unknown(name);
  }

  #assignMissing(name: string, value: unknown): boolean {
    if (!Object.hasOwn(this.#given, name) && !(name in globalThis)) throw unknown(name);
    const owner = Object.hasOwn(this.#given, name) ? this.#given : (globalThis as Record<string, unknown>);
    owner[name] = value;
    return true;
  }
}
