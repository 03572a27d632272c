/** The part of TypeScript's server that a plugin meets; `typescript` 7 has no types of it. */

export interface Snapshot {
  getText(start: number, end: number): string;
  getLength(): number;
  getChangeRange(old: Snapshot): unknown;
}

export interface ResolvedModule {
  readonly resolvedModule: { readonly resolvedFileName: string; readonly extension: string; readonly isExternalLibraryImport: boolean } | undefined;
}

export interface Diagnostic {
  readonly code: number;
  readonly start?: number;
}

export interface LanguageServiceHost {
  getScriptFileNames(): string[];
  getScriptSnapshot(fileName: string): Snapshot | undefined;
  getScriptVersion(fileName: string): string;
  getProjectVersion?(): string;
  getCompilationSettings(): Record<string, unknown>;
  resolveModuleNameLiterals?(literals: readonly { readonly text: string }[], containingFile: string, ...rest: unknown[]): readonly ResolvedModule[];
}

export interface LanguageService {
  getSemanticDiagnostics(fileName: string): Diagnostic[];
  getSyntacticDiagnostics(fileName: string): Diagnostic[];
  getSuggestionDiagnostics(fileName: string): Diagnostic[];
}

export interface PluginCreateInfo {
  readonly languageService: LanguageService;
  readonly languageServiceHost: LanguageServiceHost;
  readonly project: {
    readonly projectService: { readonly logger: { info(text: string): void } };
    isClosed?(): boolean;
    refreshDiagnostics(): void;
    markAsDirty?(): void;
  };
}

export interface TypeScript {
  readonly ScriptSnapshot: { fromString(text: string): Snapshot };
  resolveModuleName(name: string, containingFile: string, options: Record<string, unknown>, host: LanguageServiceHost): ResolvedModule;
  readonly ModuleKind: Readonly<Record<"ESNext", number>>;
  readonly ScriptTarget: Readonly<Record<"ESNext", number>>;
  readonly ModuleResolutionKind: Readonly<Record<"Bundler", number>>;
}
