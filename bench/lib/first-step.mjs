/**
 * The first step of a process that has just loaded a compiled model: run.mjs starts one for each.
 *
 *   node bench/lib/first-step.mjs FOLDER train|infer
 *
 * Prints how long the model took to load, and its first step. The folder is what `writeCase` of case.mjs wrote.
 */
import { argv } from 'node:process';
import { readCase } from './case.mjs';
import { load } from './load.mjs';

const [folder, mode] = argv.slice(2);
const { net, weights, x, y } = readCase(folder);
const start = performance.now();
const model = await load(net, weights, x, y);
const loaded = performance.now();
model[mode]();
const stepped = performance.now();
model.dispose();
process.stdout.write(JSON.stringify({ loadMs: loaded - start, firstMs: stepped - loaded }));
