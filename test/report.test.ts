import { describe, expect, it } from 'vitest';
import { lossCurveSvg } from '../frontend/report/curve.ts';
import { drawPictures, pictureStyle, verdict } from '../frontend/report/digit.ts';

/** The tags of an XML text without comments, CDATA or a DTD; throws where it is not well-formed. */
function elements(xml: string): { name: string; attributes: Record<string, string> }[] {
  const found: { name: string; attributes: Record<string, string> }[] = [];
  const open: string[] = [];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: XML forbids these characters
  if (/[\x00-\x08\x0b\x0c\x0e-\x1f]/.test(xml)) throw new Error('control character');
  let rest = xml.trim();
  while (rest !== '') {
    const tag = /^<(\/?)([a-z]+)((?: [\w:-]+="[^"<]*")*)(\/?)>/i.exec(rest);
    const text = /^[^<>]+/.exec(rest);
    const content = tag?.[3] ?? text?.[0];
    if (content === undefined || /&(?!#\d+;)/.test(content))
      throw new Error(`not well-formed at: ${rest.slice(0, 80)}`);
    rest = rest.slice((tag ?? text)?.[0].length);
    if (!tag) continue;
    const [, closing, name = '', , empty] = tag;
    if (closing && open.pop() !== name) throw new Error(`</${name}> closes nothing`);
    if (closing) continue;
    const pairs = [...content.matchAll(/([\w:-]+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value]);
    if (new Set(pairs.map(([key]) => key)).size !== pairs.length) throw new Error(`<${name}> has an attribute twice`);
    found.push({ name, attributes: Object.fromEntries(pairs) });
    if (!empty) open.push(name);
    if (open.length === 0 && rest.trim() !== '' && !rest.startsWith('<')) throw new Error('text after the end');
  }
  if (open.length > 0) throw new Error(`<${open.at(-1)}> is not closed`);
  return found;
}
const texts = (xml: string) => [...xml.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, content]) => content);
const path = (xml: string, cls: string) =>
  elements(xml).findLast(({ attributes }) => attributes.class === cls)?.attributes.d;

describe('the loss curve', () => {
  const run = {
    title: 'LeNet',
    train: [2, 1.5, 1, 0.5],
    marks: [
      { epoch: 1, step: 2, accuracy: 0.5 },
      { epoch: 2, step: 4, accuracy: 0.75 },
    ],
  };

  it('puts every number where it belongs', () => {
    const svg = lossCurveSvg(run);
    // The plot is 816 wide from x = 72 and 358 high from y = 98; losses go from 0 to 2, accuracies from 50% to 100%.
    expect(path(svg, 'raw')).toBe('M276 98L480 187.5L684 277L888 366.5');
    expect(path(svg, 'accuracy')).toBe('M480 456L888 277');
    expect(
      elements(svg)
        .filter(({ name }) => name === 'circle')
        .map(({ attributes }) => attributes.cy),
    ).toEqual(['456', '277']);
    expect(texts(svg)).toEqual(
      expect.arrayContaining(['LeNet', '0.0', '2.0', '50%', '100%', '50.0%', '75.0%', 'loss', 'step']),
    );
    expect(texts(svg)).toContain('4 steps · loss 0.500 at the end · accuracy 75.00% after epoch 2');
  });

  it('is self-contained and well-formed, without scripts, and the same bytes for the same run', () => {
    const svg = lossCurveSvg(run);
    expect(elements(svg)[0]).toMatchObject({ name: 'svg', attributes: { xmlns: 'http://www.w3.org/2000/svg' } });
    expect(svg).not.toMatch(/<script|href|url\(|@import|on\w+=/);
    expect(svg).toBe(lossCurveSvg(structuredClone(run)));
    expect(svg).toContain('prefers-color-scheme: dark');
  });

  it('escapes a title, control characters too', () => {
    const svg = lossCurveSvg({ ...run, title: `<b>"a" & 'b'\u0000` });
    elements(svg);
    expect(svg).toContain('&#60;b&#62;&#34;a&#34; &#38; &#39;b&#39;\ufffd');
  });

  it.each<[string, number[], number[]]>([
    ['nothing', [], []],
    ['one step', [2.3], []],
    ['zeros', [0, 0, 0], [0, 1]],
    ['only nan', [Number.NaN, Number.NaN], [Number.NaN]],
    ['infinities', [1, Number.POSITIVE_INFINITY, 2], [1]],
    ['tiny losses', [3e-9, 1e-9], [1]],
    ['huge losses', [1e30, 1e12], [1e-6]],
    ['negative losses', [-1, -2], [0.5]],
    ['accuracies of nearly 1', [1, 2], [0.99991, 0.99993]],
    ['many epochs', Array(300).fill(1), Array(300).fill(0.5)],
  ])('draws %s without a broken number', (_, train, accuracies) => {
    const svg = lossCurveSvg({
      title: 't',
      train,
      marks: accuracies.map((accuracy, i) => ({ epoch: i + 1, step: i + 1, accuracy })),
    });
    for (const { attributes } of elements(svg))
      expect(Object.values(attributes).join(' ')).not.toMatch(/NaN|Infinity|undefined/);
    expect(texts(svg).join(' ')).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('keeps losses below zero inside the frame', () => {
    expect(path(lossCurveSvg({ title: 't', train: [-1, -2], marks: [] }), 'raw')).toBe('M480 98L888 456');
  });

  it('leaves a gap where a loss is not finite, and says so', () => {
    const svg = lossCurveSvg({ title: 't', train: [1, 1, Number.NaN, 1, 1], marks: [] });
    expect(path(svg, 'raw')?.match(/M/g)).toHaveLength(2);
    expect(texts(svg)).toContain('5 steps · loss 1.00 at the end · 1 loss not finite');
  });

  it('stays small when the run is long: a pixel column shows its lowest and highest loss', () => {
    const train = Array.from({ length: 100_000 }, (_, i) => 2 + Math.sin(i));
    const svg = lossCurveSvg({ title: 't', train, marks: [] });
    expect(svg.length).toBeLessThan(80_000);
    expect(texts(svg)).toContain('100,000');
  });
});

describe('pictures in the terminal', () => {
  const checker = { pixels: [0, 1, 1, 0], caption: ['ab', 'c'] };
  const size = { width: 2, height: 2 };

  it('half blocks: the upper pixel is the foreground, the lower one the background', () => {
    expect(drawPictures([checker], { ...size, style: 'blocks' })).toEqual([
      '\x1b[38;5;232;48;5;255m▀\x1b[38;5;255;48;5;232m▀\x1b[0m',
      'ab',
      'c',
    ]);
  });

  it('equal neighbours share one colour code; an odd last row has a black background', () => {
    const row = { pixels: [1, 1, 0.5], caption: [] };
    expect(drawPictures([row], { width: 3, height: 1, style: 'blocks' })).toEqual([
      '\x1b[38;5;255;48;5;232m▀▀\x1b[38;5;244;48;5;232m▀\x1b[0m',
    ]);
  });

  it('ASCII: two rows per line, with more ink for brighter pixels', () => {
    const ramp = { pixels: [0, 0.2, 0.5, 1, 0, 0.3, 0.5, 1], caption: ['four'] };
    expect(drawPictures([ramp], { width: 4, height: 2, style: 'ascii' })).toEqual([' :+@', 'four']);
  });

  it('are side by side, with captions below, as many as fit on a line', () => {
    const two = { pixels: [1, 1, 1, 1], caption: ['x'] };
    expect(drawPictures([checker, two, two], { ...size, style: 'ascii', columns: 6 })).toEqual([
      '++  @@',
      'ab  x',
      'c',
      '',
      '@@',
      'x',
    ]);
  });

  it('trims the border, and clamps values to the range of greys', () => {
    const pixels = [9, 9, 9, 9, 9, 0, -3, 9, 9, 0, Number.NaN, 9, 9, 9, 9, 9];
    expect(drawPictures([{ pixels, caption: ['0'] }], { width: 4, height: 4, style: 'ascii', trim: 1 })).toEqual([
      '',
      '0',
    ]);
    expect(drawPictures([{ pixels: [7, 7, 7, 7], caption: [] }], { ...size, style: 'ascii' })).toEqual(['@@']);
    expect(drawPictures([], { ...size, style: 'ascii' })).toEqual([]);
  });

  it('says what was predicted, and marks a wrong one', () => {
    expect(verdict(7, 7, 0.9981)).toEqual(['label 7', 'predicted 7, 99.8%']);
    expect(verdict(7, 1, 0.5)).toEqual(['label 7', 'predicted 1, 50.0% (wrong)']);
  });

  it.each<[string, boolean, Record<string, string>]>([
    ['blocks', true, { LANG: 'en_GB.UTF-8' }],
    ['blocks', true, { LC_ALL: 'C.utf8', LANG: 'C' }],
    ['blocks', true, { WT_SESSION: '1' }],
    ['ascii', false, { LANG: 'en_GB.UTF-8' }],
    ['ascii', true, { LANG: 'C' }],
    ['ascii', true, { LC_ALL: 'C', LANG: 'en_GB.UTF-8' }],
    ['ascii', true, { LANG: 'en_GB.UTF-8', NO_COLOR: '1' }],
    ['ascii', true, { LANG: 'en_GB.UTF-8', TERM: 'dumb' }],
  ])('%s when isTTY is %s and the environment %o', (style, isTTY, env) => {
    expect(pictureStyle({ isTTY }, env)).toBe(style);
  });
});
