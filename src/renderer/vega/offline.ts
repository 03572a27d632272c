import { type Loader, loader } from "vega";

/** A loader that reaches nothing but what a chart carries itself: images as `data:`. Links stay, since nothing follows them but a person. */
export function offlineLoader(): Loader {
  const refuse = (uri: string): Promise<never> =>
    Promise.reject(new Error(`it wants to load ${uri}, and charts load nothing: read the file in the cell, and give its rows as data.values`));
  return {
    ...loader(),
    load: refuse,
    http: refuse,
    file: refuse,
    sanitize: (uri, { context }: { context?: string } = {}) =>
      /^data:/i.test(uri) || (context === "href" && /^https?:/i.test(uri)) ? Promise.resolve({ href: uri }) : refuse(uri),
  } as Loader;
}
