/** A source file as the rules of the architecture see it; read by the compiler's own parser. */
import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import path from 'node:path';
import ts from 'typescript';

export interface Import {
  /** A file of the project (`lib/contract/failure`, without extension) or a package (`pg`, `node:fs`). */
  readonly target: string;
  readonly fromProject: boolean;
  /** Gone after compilation: it cannot make a cycle at run time. */
  readonly typeOnly: boolean;
}

export interface ParsedModule {
  /** Without extension, from the root of the project: `lib/contract/failure`. */
  readonly name: string;
  readonly imports: readonly Import[];
  /** Texts of string literals and of the fixed parts of templates; import specifiers excluded. */
  readonly literals: readonly string[];
  /** `Interface.prop` of optional properties whose comment has no `@default`. */
  readonly optionalWithoutDefault: readonly string[];
}

export function readModules(root: string, folders: readonly string[]): ParsedModule[] {
  return folders.flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.split(path.sep).includes('node_modules'))
      .map((file) => path.posix.join(folder, file.split(path.sep).join('/')))
      .map((file) => parseModule(file, readFileSync(path.join(root, file), 'utf8'))),
  );
}

export function parseModule(file: string, text: string): ParsedModule {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const name = file.replace(/\.ts$/, '');
  const imports: Import[] = [];
  const literals: string[] = [];
  const optionalWithoutDefault: string[] = [];
  const visit = (node: ts.Node): void => {
    const imported = importOf(node);
    if (imported !== undefined) {
      imports.push(resolved(name, imported.specifier.text, imported.typeOnly));
    } else if (
      ts.isStringLiteralLike(node) ||
      ts.isTemplateHead(node) ||
      ts.isTemplateMiddleOrTemplateTail(node)
    ) {
      if (importOf(node.parent)?.specifier !== node) literals.push(node.text);
    } else if (ts.isPropertySignature(node) && node.questionToken && ts.isInterfaceDeclaration(node.parent)) {
      const documented = ts.getJSDocTags(node).some((tag) => tag.tagName.text === 'default');
      if (!documented) optionalWithoutDefault.push(`${node.parent.name.text}.${node.name.getText(source)}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return { name, imports, literals, optionalWithoutDefault };
}

interface Specifier {
  readonly specifier: ts.StringLiteralLike;
  readonly typeOnly: boolean;
}

/** import, export … from, import x = require(), import(), require() and import('…') as a type. */
function importOf(node: ts.Node): Specifier | undefined {
  if (ts.isImportDeclaration(node)) return named(node.moduleSpecifier, isTypeImport(node.importClause));
  if (ts.isExportDeclaration(node)) return named(node.moduleSpecifier, node.isTypeOnly);
  if (ts.isImportEqualsDeclaration(node) && ts.isExternalModuleReference(node.moduleReference)) {
    return named(node.moduleReference.expression, node.isTypeOnly);
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
    return named(node.argument.literal, true);
  if (!ts.isCallExpression(node)) return undefined;
  const called = node.expression;
  const loads =
    called.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(called) && called.text === 'require');
  return loads ? named(node.arguments[0], false) : undefined;
}

function named(specifier: ts.Node | undefined, typeOnly: boolean): Specifier | undefined {
  return specifier && ts.isStringLiteralLike(specifier) ? { specifier, typeOnly } : undefined;
}

function isTypeImport(clause: ts.ImportClause | undefined): boolean {
  if (clause === undefined) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const bindings = clause.namedBindings;
  const names = bindings && ts.isNamedImports(bindings) ? bindings.elements : [];
  return clause.name === undefined && names.length > 0 && names.every((element) => element.isTypeOnly);
}

function resolved(importer: string, specifier: string, typeOnly: boolean): Import {
  if (specifier.startsWith('.')) {
    const target = path.posix.join(path.posix.dirname(importer), specifier).replace(/\.[jt]s$/, '');
    return { target, fromProject: true, typeOnly };
  }
  const target = builtinModules.includes(specifier) ? `node:${specifier}` : specifier;
  return { target, fromProject: false, typeOnly };
}
