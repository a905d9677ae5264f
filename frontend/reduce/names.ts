/** Meaningless names: a, b, … z, a1, … */
export const letter = (i: number): string => {
  const first = String.fromCharCode(97 + (i % 26));
  return i < 26 ? first : `${first}${Math.floor(i / 26)}`;
};

/** A generator of letters that are not taken. */
export function freshNames(taken: Iterable<string>): () => string {
  const known = new Set(taken);
  let i = 0;
  return () => {
    while (known.has(letter(i))) i++;
    return letter(i++);
  };
}

/** The length of all names that are not their letters, plus one for each. */
export const weightOfNames = (names: readonly string[]): number =>
  names.reduce((sum, name, i) => sum + (name === letter(i) ? 0 : name.length + 1), 0);
