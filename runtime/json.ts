/** A JSON parser as strict as the reference reader of safetensors, which, unlike `JSON.parse`, refuses duplicate names, halves of
 *  surrogate pairs, numbers beyond float64 and more than 127 levels, and does not take 2.0 for a whole number. */

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export type JsonObject = ReadonlyMap<string, Json>;

const deepest = 127;
const space = /[ \n\r\t]*/y;
const scalar = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|null|true|false/y;

/** The value of a text, with objects as maps. Numbers not written as whole ones become NaN: no reader here needs them. Runs in linear
 *  time, and needs no more memory than the result. Throws SyntaxError, and RangeError for a list of more than `mostItems`. */
export function parseJson(text: string, mostItems = Infinity): Json {
  let at = 0;
  const fail = (problem: string): SyntaxError => new SyntaxError(`${problem} at character ${at}`);
  /** Matches a sticky pattern here, and moves past the match. */
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const [found] = pattern.exec(text) ?? [];
    at += found?.length ?? 0;
    return found;
  };
  /** Moves past `c` if it comes next; true if so. */
  const takes = (c: string): boolean => {
    if (text[at]! <= ' ') match(space);
    if (text[at] !== c) return false;
    at++;
    return true;
  };
  const expect = (c: string): void => {
    if (!takes(c)) throw fail(`'${c}' is missing`);
  };
  /** The string after a quotation mark. Not by a pattern, on which engines give up if the text has millions of escapes. */
  const string = (): string => {
    const from = at - 1;
    for (let escapes = 1; escapes % 2 === 1; ) {
      const end = text.indexOf('"', at);
      if (end < 0) throw fail('a text has no end');
      for (escapes = 0; text[end - 1 - escapes] === '\\'; ) escapes++;
      at = end + 1;
    }
    const value: string = JSON.parse(text.slice(from, at));
    if (/[\ud800-\udfff]/u.test(value)) throw fail('half a surrogate pair');
    return value;
  };
  /** Reads items separated by commas, up to `close`. */
  const list = (depth: number, close: string, item: () => void): void => {
    if (depth > deepest) throw fail(`more than ${deepest} levels`);
    if (takes(close)) return;
    do item();
    while (takes(','));
    expect(close);
  };
  const value = (depth: number): Json => {
    if (takes('"')) return string();
    if (takes('[')) {
      const items: Json[] = [];
      list(depth, ']', () => {
        if (items.length >= mostItems)
          throw new RangeError(`a list of more than ${mostItems} items at character ${at}`);
        items.push(value(depth + 1));
      });
      return items;
    }
    if (takes('{')) {
      const fields = new Map<string, Json>();
      list(depth, '}', () => {
        expect('"');
        const name = string();
        if (fields.has(name)) throw fail(`a name that was there before (${name.slice(0, 40)})`);
        expect(':');
        fields.set(name, value(depth + 1));
      });
      return fields;
    }
    const spelt = match(scalar);
    if (spelt === undefined) throw fail('no value');
    const known: null | boolean | number = JSON.parse(spelt);
    if (typeof known !== 'number') return known;
    if (!Number.isFinite(known)) throw fail('a number beyond float64');
    return /^(?:0|-?[1-9]\d*)$/.test(spelt) ? known : Number.NaN;
  };

  const whole = value(1);
  match(space);
  if (at < text.length) throw fail('something follows the end');
  return whole;
}
