/** Runs once before all tests. */
import { installSwiftShader } from './engines.ts';

export const setup = (): Promise<void> => installSwiftShader();
