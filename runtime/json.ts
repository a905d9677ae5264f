/** JSON as the reference reader of safetensors takes it, which is stricter than `JSON.parse`: no name twice in an object, no half of
 *  a surrogate pair, no number beyond float64, no more than 127 levels; and 2.0 is no whole number. */

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export type JsonObject = ReadonlyMap<string, Json>;

const deepest = 127;
const spelling = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const words: Readonly<Record<string, null | boolean>> = { null: null, true: true, false: false };

/** The value of a text, objects as maps. Numbers that are not spelt as whole ones are NaN: no reader here wants them.
 *  Throws SyntaxError. */
export function parseJson(text: string): Json {
  let at = 0;
  const fail = (problem: string): SyntaxError => new SyntaxError(`${problem} at character ${at}`);
  const skip = (): void => {
    for (; at < text.length; at++) {
      const c = text.charCodeAt(at);
      if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) return;
    }
  };
  /** Goes past `c`, if it comes next. */
  const takes = (c: string): boolean => {
    skip();
    if (text[at] !== c) return false;
    at++;
    return true;
  };
  const expect = (c: string): void => {
    if (!takes(c)) throw fail(`'${c}' is missing`);
  };

  const string = (): string => {
    const from = at;
    expect('"');
    for (;;) {
      const end = text.indexOf('"', at);
      if (end < 0) throw fail('a text has no end');
      let escapes = 0;
      while (text[end - 1 - escapes] === '\\') escapes++;
      at = end + 1;
      if (escapes % 2 === 0) break;
    }
    const value: string = JSON.parse(text.slice(from, at));
    if (/[\ud800-\udfff]/u.test(value)) throw fail('half a surrogate pair');
    return value;
  };
  const number = (): number => {
    spelling.lastIndex = at;
    const [spelt] = spelling.exec(text) ?? [];
    if (spelt === undefined) throw fail('no value');
    at += spelt.length;
    if (!Number.isFinite(Number(spelt))) throw fail('a number beyond float64');
    return /^(?:0|-?[1-9]\d*)$/.test(spelt) ? Number(spelt) : Number.NaN;
  };
  /** What stands between `open` and `close`, comma by comma. */
  const list = (close: string, item: () => void): void => {
    if (takes(close)) return;
    do item();
    while (takes(','));
    expect(close);
  };
  const value = (depth: number): Json => {
    skip();
    const word = /[a-z]/.test(text[at] ?? '') ? Object.keys(words).find((w) => text.startsWith(w, at)) : undefined;
    if (word !== undefined) {
      at += word.length;
      return words[word]!;
    }
    if (text[at] === '"') return string();
    if (depth === deepest && (text[at] === '[' || text[at] === '{')) throw fail(`more than ${deepest} levels`);
    if (takes('[')) {
      const items: Json[] = [];
      list(']', () => items.push(value(depth + 1)));
      return items;
    }
    if (takes('{')) {
      const fields = new Map<string, Json>();
      list('}', () => {
        skip();
        const name = string();
        if (fields.has(name)) throw fail(`a name that was there before (${name.slice(0, 40)})`);
        expect(':');
        fields.set(name, value(depth + 1));
      });
      return fields;
    }
    return number();
  };

  const whole = value(0);
  skip();
  if (at < text.length) throw fail('something follows the end');
  return whole;
}
