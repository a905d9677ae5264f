/** Formats WebAssembly text for reading: an expression is on one line if it fits, except for constructs such as loops. */

const width = 110;
/** Constructs that take lines of their own. */
const blocks: ReadonlySet<string> = new Set(['module', 'block', 'loop', 'if', 'then', 'else']);
/** The parts of a block's first line, and the items that are listed as many to a line as fit. */
const signature: ReadonlySet<string> = new Set(['param', 'result']);
const listed = 'local';

type Node = string | readonly Node[];

/** The same text with other line breaks. */
export function layOut(wat: string): string {
  const tokens = wat.match(/"(?:[^"\\]|\\.)*"|[()]|[^\s()"]+/g) ?? [];
  let next = 0;
  const list = (): Node[] => {
    const nodes: Node[] = [];
    for (let token = tokens[next++]; token !== undefined && token !== ')'; token = tokens[next++])
      nodes.push(token === '(' ? list() : token);
    return nodes;
  };
  return `${list()
    .flatMap((node) => lines(node, ''))
    .join('\n')}\n`;
}

const head = (node: Node | undefined): string => (typeof node === 'object' ? head(node[0]) : (node ?? ''));
const onOneLine = (node: Node): string => (typeof node === 'string' ? node : `(${node.map(onOneLine).join(' ')})`);
const holdsBlock = (node: Node): boolean =>
  typeof node === 'object' && node.some((n) => typeof n === 'object' && (blocks.has(head(n)) || holdsBlock(n)));

function lines(node: Node, indent: string): string[] {
  const whole = indent + onOneLine(node);
  const block = blocks.has(head(node));
  if (typeof node === 'string' || (!holdsBlock(node) && !block && whole.length <= width)) return [whole];
  const rest = node.findIndex((n, i) => i > 0 && typeof n === 'object' && !signature.has(head(n)));
  const [first, inner] = rest < 0 ? [node, []] : [node.slice(0, rest), node.slice(rest)];
  const out = [`${indent}(${first.map(onOneLine).join(' ')}`];
  let filling = false;
  for (const n of inner) {
    const text = onOneLine(n);
    const fits = filling && head(n) === listed && (out.at(-1) as string).length + text.length < width;
    if (fits) out[out.length - 1] += ` ${text}`;
    else out.push(...lines(n, `${indent} `));
    filling = head(n) === listed;
  }
  out[out.length - 1] += ')';
  return out;
}
