/** Stands for `builtin.ts` in the entries of workers, which are CommonJS: they need not load `node:module` for it. */
declare const require: (name: string) => unknown;

export const builtin: (name: string) => unknown = process.getBuiltinModule ?? require; // Node before 20.16
