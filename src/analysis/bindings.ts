import type { Identifier, ImportDeclaration, LVal, Node, Statement, TSModuleDeclaration, VoidPattern } from "@babel/types";
import { declarationOf } from "./syntax.js";

/** Names that the module's top level binds to values: declarations and imports, types left out as far as they are marked, in source order, each once. */
export function bindingsOf(body: readonly Statement[]): string[] {
  return [...new Set(body.flatMap((statement) => namesBoundBy(statement)))];
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

/** Names that a pattern binds. */
export function patternNames(pattern: LVal | VoidPattern): string[] {
  return patternIdentifiers(pattern).map(({ name }) => name);
}

/** Where a pattern binds them. */
export function patternIdentifiers(pattern: LVal | VoidPattern): Identifier[] {
  switch (pattern.type) {
    case "Identifier":
      return [pattern];
    case "TSParameterProperty":
      return patternIdentifiers(pattern.parameter);
    case "AssignmentPattern":
      return patternIdentifiers(pattern.left as LVal);
    case "RestElement":
      return patternIdentifiers(pattern.argument as LVal);
    case "ArrayPattern":
      return pattern.elements.flatMap((element) => (element ? patternIdentifiers(element as LVal) : []));
    case "ObjectPattern":
      return pattern.properties.flatMap((property) =>
        patternIdentifiers((property.type === "RestElement" ? property.argument : property.value) as LVal),
      );
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
