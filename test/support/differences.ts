/** The reference for gradients: central differences of `f` in float64, with each of `values` moved to both sides. */
export function centralDifferences(values: Float64Array, f: () => number, h = 1e-5): Float64Array {
  return values.map((v, i) => {
    values[i] = v + h;
    const up = f();
    values[i] = v - h;
    const down = f();
    values[i] = v;
    return (up - down) / (2 * h);
  });
}
