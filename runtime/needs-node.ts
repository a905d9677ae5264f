/** Throws in a Node that is too old: `tapeout/runtime` imports this first. */
import { checkNode } from './node-version.ts';

checkNode();
