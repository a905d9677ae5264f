/** Arguments of the scripts here. */
import { parseArgs } from 'node:util';

/**
 * Ends the process with what is wrong.
 *
 * @param {string} message
 * @returns {never}
 */
export function fail(message) {
  process.stderr.write(`error: ${message}\n`);
  process.exit(2);
}

/**
 * Ends the process with the usage where that is asked for, and with what is wrong where an argument is.
 *
 * @template {import('node:util').ParseArgsConfig} C
 * @param {string} usage
 * @param {C} config
 */
export function readArguments(usage, config) {
  const options = { ...config.options, help: /** @type {const} */ ({ type: 'boolean', short: 'h' }) };
  try {
    const read = parseArgs(/** @type {C} */ ({ ...config, options }));
    if (!(/** @type {{ help?: boolean }} */ (read.values).help)) return read;
  } catch (error) {
    process.stderr.write(`error: ${error instanceof Error ? error.message.split('. ')[0] : error}\n\n${usage}\n`);
    process.exit(2);
  }
  console.log(usage);
  process.exit(0);
}
