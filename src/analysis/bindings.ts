import type { ImportDeclaration, LVal, Node, Statement, TSModuleDeclaration, VoidPattern } from "@babel/types";
import { declarationOf, walk } from "./syntax.js";

/**
 * Names that the module's top level binds to values: declarations and imports, types left out, in source order, each once.
 * An import that nothing uses as a value may be that of a type, so it is left out as TypeScript itself leaves it out.
 */
export function bindingsOf(body: readonly Statement[]): string[] {
  const used = namesUsedAsValues(body);
  return [
    ...new Set(body.flatMap((statement) => namesBoundBy(statement).filter((name) => statement.type !== "ImportDeclaration" || used.has(name)))),
  ];
}

function namesUsedAsValues(body: readonly Statement[]): Set<string> {
  const used = new Set<string>();
  for (const statement of body) {
    // `export { T }` may pass on a type.
    if (statement.type === "ImportDeclaration" || (statement.type === "ExportNamedDeclaration" && !statement.declaration)) continue;
    walk(statement, (node) => {
      if (node.type === "Identifier" || node.type === "JSXIdentifier") used.add(node.name);
    });
  }
  return used;
}

function namesBoundBy(statement: Statement): string[] {
  const declaration = statement.type === "ExportDefaultDeclaration" ? statement.declaration : declarationOf(statement);
  if ("declare" in declaration && declaration.declare) return [];
  switch (declaration.type) {
    case "ImportDeclaration":
      return importedNames(declaration);
    case "VariableDeclaration":
      return declaration.declarations.flatMap(({ id }) => patternNames(id));
    case "FunctionDeclaration":
    case "ClassDeclaration":
      return declaration.id ? [declaration.id.name] : [];
    case "TSEnumDeclaration":
      return [declaration.id.name];
    case "TSModuleDeclaration":
      return declaration.id.type === "Identifier" && hasValues(declaration) ? [declaration.id.name] : [];
    case "TSImportEqualsDeclaration":
      // `import a = N.b` may name a type.
      return declaration.moduleReference.type === "TSExternalModuleReference" && declaration.importKind !== "type" ? [declaration.id.name] : [];
    default:
      return [];
  }
}

/** Names that an import declaration binds, those marked as types left out. */
export function importedNames(declaration: ImportDeclaration): string[] {
  if (declaration.importKind === "type") return [];
  return declaration.specifiers
    .filter((specifier) => specifier.type !== "ImportSpecifier" || specifier.importKind !== "type")
    .map((specifier) => specifier.local.name);
}

function patternNames(pattern: LVal | VoidPattern): string[] {
  switch (pattern.type) {
    case "Identifier":
      return [pattern.name];
    case "AssignmentPattern":
      return patternNames(pattern.left as LVal);
    case "RestElement":
      return patternNames(pattern.argument as LVal);
    case "ArrayPattern":
      return pattern.elements.flatMap((element) => (element ? patternNames(element as LVal) : []));
    case "ObjectPattern":
      return pattern.properties.flatMap((property) => patternNames((property.type === "RestElement" ? property.argument : property.value) as LVal));
    default:
      return [];
  }
}

/** A namespace with nothing but types leaves nothing at run time. */
function hasValues(declaration: TSModuleDeclaration): boolean {
  const block: Node = declaration.body;
  if (block.type === "TSModuleDeclaration") return hasValues(block);
  return block.body.some((statement) => {
    const inner = declarationOf(statement);
    if (("declare" in inner && inner.declare) || inner.type === "TSInterfaceDeclaration" || inner.type === "TSTypeAliasDeclaration") return false;
    return inner.type !== "TSModuleDeclaration" || hasValues(inner);
  });
}
