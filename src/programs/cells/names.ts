/** Names of ours in the code of cells, and in what is sent of it to workers. */
export const cellNames = {
  /** The session's variables. */
  scope: "futures$s",
  /** What is assigned to its properties is declared. */
  declare: "futures$d",
  /** Its first element is not 0 when loops have to end. */
  flag: "futures$f",
  /** Everything else. */
  session: "futures$x",
} as const;

/** Of the function that a cell becomes. */
export const cellParameters = Object.values(cellNames).join(", ");

/** The property of the scope that holds an imported module. */
export function moduleName(specifier: string): string {
  return `import ${specifier}`;
}
