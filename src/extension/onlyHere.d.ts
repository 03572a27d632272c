// The root tsconfig resolves "vscode" to this file. It is no module, so an import of it outside src/extension does not compile.
