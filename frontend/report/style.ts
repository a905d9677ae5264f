/** Colours, for terminals only, and not with NO_COLOR. Only this file imports picocolors. */
import picocolors from 'picocolors';

export type Style = ReturnType<typeof picocolors.createColors>;
type Env = Readonly<Record<string, string | undefined>>;

export const plain: Style = picocolors.createColors(false);

/** The styles for a stream. See no-color.org; `TERM=dumb` has no colours either. */
export const styleFor = (stream: { readonly isTTY?: boolean | undefined }, env: Env): Style =>
  stream.isTTY && !env.NO_COLOR && env.TERM !== 'dumb' ? picocolors.createColors(true) : plain;
