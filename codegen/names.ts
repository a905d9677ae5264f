/** A model's names in generated code: whatever their characters, the code means the name and does nothing else. */

/** Characters that end a line or a string, that hide or reorder text, and `<`, which may open or close a script element. */
const unsafe = /[\\'<\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
const escaped = (c: string): string =>
  c === '\\' || c === "'"
    ? `\\${c}`
    : Array.from({ length: c.length }, (_, i) => `\\u${c.charCodeAt(i).toString(16).padStart(4, '0')}`).join('');

/** A name as a string literal. */
export const quoted = (name: string): string => `'${name.replace(unsafe, escaped)}'`;

/** A name as the key of an object or of a type. */
export const propertyKey = (name: string): string => {
  if (name === '__proto__') return "['__proto__']"; // any other spelling of it sets an object's prototype
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name);
};

/** JSON that is safe inside a script and means the same there. */
export const inScript = (json: string): string => json.replace(/[<\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, escaped);

/** Text that is safe inside a comment. */
export const inComment = (text: string): string =>
  text
    .replaceAll('*/', '* /')
    .replace(/<(?=[!/a-z])/gi, '< ')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu, ' ');

/** Words that cannot name a variable, and types that cannot name an interface. */
const words = new Set(
  [
    'break case catch class const continue debugger default delete do else enum export extends false finally for function if',
    'import in instanceof new null return super switch this throw true try typeof var void while with yield let static await',
    'implements interface package private protected public arguments eval any unknown never number string boolean symbol',
    'bigint object undefined type',
  ].flatMap((line) => line.split(' ')),
);

/** An identifier of the same letters that is not taken. */
export function identifier(name: string, taken: ReadonlySet<string> = new Set(), usual = 'x'): string {
  let plain = name.replace(/[^\w$]/g, '_').replace(/^(?=\d)/, '_') || usual;
  while (words.has(plain) || taken.has(plain)) plain += '_';
  return plain;
}

/** A name for package.json: npm allows lower-case letters, digits and dashes, up to 214 characters. */
export const packageName = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 100)
    .replace(/^-|-$/g, '') || 'model';
