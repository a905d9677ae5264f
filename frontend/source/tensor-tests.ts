/** Finds tensors used as conditions or compared, which cannot work while a model is recorded. In JavaScript every object is true,
 *  and TypeScript does not object. */
import { ts } from './ts.ts';

/** A condition, what a predicate returns, or an operator between two operands. */
export interface TensorTest {
  readonly node: ts.Expression;
  /** The operator, such as `<`, or the method that takes a predicate, such as `filter`; null for a condition. */
  readonly operator: string | null;
}

/** The tests of tensors in a file, in order. A value that may also be undefined, null or false is tested for its presence, which is
 *  fine, as is `===` between two tensors. `isOurs` distinguishes Tapeout's declarations from others of the same name. */
export function tensorTests(
  file: ts.SourceFile,
  checker: ts.TypeChecker,
  isOurs: (file: ts.SourceFile) => boolean,
): TensorTest[] {
  const found = new Map<ts.Expression, TensorTest>();
  const isTensor = (type: ts.Type): boolean => {
    if (type.isIntersection()) return type.types.some(isTensor);
    const symbol = type.getSymbol();
    if (!symbol) return false;
    if (symbol.name === 'Tensor' && symbol.declarations?.some((d) => isOurs(d.getSourceFile()))) return true;
    const declared = checker.getDeclaredTypeOfSymbol(symbol);
    return declared.isClassOrInterface() && checker.getBaseTypes(declared).some(isTensor);
  };
  const isFalse = (type: ts.Type): boolean =>
    (type.flags & nothing) !== 0 || ['false', '0', '""'].includes(checker.typeToString(type));
  /** The members of a union; of a type parameter those of what it extends. */
  const membersOf = (type: ts.Type): readonly ts.Type[] => {
    const of = checker.getBaseConstraintOfType(type) ?? type;
    return of.isUnion() ? of.types.flatMap(membersOf) : [of];
  };
  const partsOf = (node: ts.Expression): readonly ts.Type[] => membersOf(checker.getTypeAtLocation(node));
  /** Of a variable or a field what it may hold at all, whatever it was given last. */
  const declaredPartsOf = (node: ts.Expression): readonly ts.Type[] => {
    const symbol = checker.getSymbolAtLocation(node);
    return symbol ? membersOf(checker.getTypeOfSymbol(symbol)) : [];
  };

  /** The parts of a condition are conditions too. */
  const condition = (node: ts.Expression, operator: string | null = null): void => {
    if (ts.isParenthesizedExpression(node)) condition(node.expression, operator);
    else if (isNot(node)) condition(node.operand);
    else if (ts.isBinaryExpression(node) && joins.has(node.operatorToken.kind)) {
      condition(node.left);
      condition(node.right, operator);
    } else if (ts.isConditionalExpression(node)) {
      condition(node.whenTrue, operator);
      condition(node.whenFalse, operator);
    } else if (partsOf(node).some(isTensor) && ![...partsOf(node), ...declaredPartsOf(node)].some(isFalse))
      found.set(node, { node, operator });
  };
  /** What a list's method asks of each element. */
  const predicate = (call: ts.CallExpression): void => {
    const [asked] = call.arguments;
    const declared = checker.getResolvedSignature(call)?.declaration?.getSourceFile().fileName ?? '';
    if (!asked || !ts.isPropertyAccessExpression(call.expression) || !/\/typescript\/lib\/lib\./.test(declared)) return;
    const method = call.expression.name.text;
    if (!predicated.has(method)) return;
    const f = withoutParentheses(asked);
    if (ts.isArrowFunction(f) || ts.isFunctionExpression(f))
      for (const result of resultsOf(f)) condition(result, method);
    else {
      const parts = checker
        .getSignaturesOfType(checker.getTypeAtLocation(f), ts.SignatureKind.Call)
        .flatMap((s) => membersOf(s.getReturnType()));
      if (parts.some(isTensor) && !parts.some(isFalse)) found.set(f, { node: f, operator: method });
    }
  };
  const comparison = (node: ts.BinaryExpression): void => {
    const [left, right] = [partsOf(node.left), partsOf(node.right)];
    const [isLeft, isRight] = [left.some(isTensor), right.some(isTensor)];
    if (isLeft && isRight && identifies.has(node.operatorToken.kind)) return;
    // For other types, TypeScript itself reports the comparison.
    if ((isLeft && (isRight || right.some(isAny))) || (isRight && left.some(isAny)))
      found.set(node, { node, operator: node.operatorToken.getText(file) });
  };

  const visit = (node: ts.Node): void => {
    const asked = conditionOf(node);
    if (asked) condition(asked);
    if (ts.isCallExpression(node)) predicate(node);
    if (ts.isBinaryExpression(node) && compares.has(node.operatorToken.kind)) comparison(node);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return [...found.values()].sort((a, b) => a.node.getStart(file) - b.node.getStart(file));
}

/** The expression that a node uses as a condition. */
function conditionOf(node: ts.Node): ts.Expression | undefined {
  if (ts.isIfStatement(node) || ts.isWhileStatement(node) || ts.isDoStatement(node)) return node.expression;
  if (ts.isForStatement(node) || ts.isConditionalExpression(node)) return node.condition;
  if (isNot(node)) return node.operand;
  if (ts.isBinaryExpression(node))
    return joins.has(node.operatorToken.kind) || joinsInto.has(node.operatorToken.kind) ? node.left : undefined;
  const isCast = ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'Boolean';
  return isCast ? node.arguments[0] : undefined;
}

const predicated: ReadonlySet<string> = new Set('filter some every find findIndex findLast findLastIndex'.split(' '));

const withoutParentheses = (node: ts.Expression): ts.Expression =>
  ts.isParenthesizedExpression(node) ? withoutParentheses(node.expression) : node;

/** What a function returns. */
function resultsOf({ body }: ts.ArrowFunction | ts.FunctionExpression): ts.Expression[] {
  if (!ts.isBlock(body)) return [body];
  const found: ts.Expression[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node)) return;
    if (ts.isReturnStatement(node) && node.expression) found.push(node.expression);
    ts.forEachChild(node, visit);
  };
  visit(body);
  return found;
}

const isNot = (node: ts.Node): node is ts.PrefixUnaryExpression =>
  ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken;
const isAny = ({ flags }: ts.Type): boolean => (flags & ts.TypeFlags.Any) !== 0;
const nothing = ts.TypeFlags.Undefined | ts.TypeFlags.Null | ts.TypeFlags.Void | ts.TypeFlags.Never;

const { SyntaxKind: S } = ts;
type Kinds = ReadonlySet<ts.SyntaxKind>;
const joins: Kinds = new Set([S.AmpersandAmpersandToken, S.BarBarToken]);
const joinsInto: Kinds = new Set([S.AmpersandAmpersandEqualsToken, S.BarBarEqualsToken]);
const identifies: Kinds = new Set([
  S.EqualsEqualsToken,
  S.EqualsEqualsEqualsToken,
  S.ExclamationEqualsToken,
  S.ExclamationEqualsEqualsToken,
]);
const compares: Kinds = new Set([
  ...identifies,
  ...[S.LessThanToken, S.LessThanEqualsToken, S.GreaterThanToken, S.GreaterThanEqualsToken],
]);
