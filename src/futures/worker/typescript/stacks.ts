import module from "node:module";

interface SourceMapsOfModule {
  getSourceMapsSupport?(): { readonly enabled: boolean };
  setSourceMapsSupport?(enabled: boolean, options: { nodeModules: boolean; generatedCode: boolean }): void;
}

/**
 * From now on Node gives every stack in this worker, also one that user code prints itself, in lines of the source.
 * It holds for modules loaded after this, so it is called before the first compiled one is.
 */
export function mapStacks(): void {
  const { getSourceMapsSupport, setSourceMapsSupport } = module as SourceMapsOfModule;
  if (getSourceMapsSupport && setSourceMapsSupport) {
    if (!getSourceMapsSupport().enabled) setSourceMapsSupport(true, { nodeModules: false, generatedCode: false });
  } else {
    process.setSourceMapsEnabled(true);
  }
}
