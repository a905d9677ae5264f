/** Commands, options, help and error reports. Only this file imports commander. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { CompilerBug } from '../../ir/diagnostic.ts';
import { renderError } from '../report/diagnostics.ts';
import { styleFor } from '../report/style.ts';
import { type Command as Row, takes } from './command.ts';
import { commands } from './commands.ts';
import { BadValue, type Flag } from './flags.ts';
import { CliError, exits, type Io } from './io.ts';
import { watchCommand } from './watch.ts';

/** Runs one command line, without the program's own name. Returns the exit code; never throws. */
export async function run(argv: readonly string[], world: Io): Promise<number> {
  const io: Io = { ...world, texts: world.texts ?? new Map() };
  let code: number = exits.ok;
  const program = build(io, argv, (result) => {
    code = result;
  });
  try {
    if (argv.length === 0) {
      io.stderr.write(program.helpInformation());
      return exits.usage;
    }
    await program.parseAsync([...commandOf(argv, program)], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exits.ok : exits.usage;
    return report(error, io, argv.includes('--debug'));
  }
}

/** Makes `help` of an unknown command an error, as elsewhere: commander would show the help of the program. */
function commandOf(argv: readonly string[], program: Command): readonly string[] {
  const [first, name] = argv;
  const isUnknown = name !== undefined && !['help', ...program.commands.map((c) => c.name())].includes(name);
  return first === 'help' && isUnknown ? argv.slice(1) : argv;
}

function report(error: unknown, io: Io, debug: boolean): number {
  const style = styleFor(io.stderr, io.env);
  const text = renderError(error, { style, cwd: io.cwd, read: (file) => io.texts?.get(file) ?? readText(file) });
  const shown = error instanceof Error ? error.message : String(error);
  io.stderr.write(
    `${text ?? `${style.bold(style.red('bug'))}${style.bold(`: ${shown}`)}\n\nThis is a bug in Tapeout, not in your model. Please report it with the output of --debug.`}\n`,
  );
  if (debug && error instanceof Error) io.stderr.write(`\n${stacks(error)}\n`);
  if (text === null || error instanceof CompilerBug) return exits.bug;
  return error instanceof CliError ? error.exit : exits.failed;
}

const stacks = (error: Error): string =>
  `${error.stack ?? error.message}${error.cause instanceof Error ? `\ncaused by ${stacks(error.cause)}` : ''}`;

function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

function build(io: Io, argv: readonly string[], exit: (code: number) => void): Command {
  const style = styleFor(io.stderr, io.env);
  const program = new Command('tapeout')
    .description("Compiles a neural network's whole training step into a few kilobytes of WebAssembly or WGSL.")
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .showHelpAfterError('(add --help for usage)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      outputError: (text, write) => write(text.replace(/^error:/, `${style.bold(style.red('error'))}:`)),
      getOutHelpWidth: () => Math.min(100, io.stdout.columns ?? 100),
      getErrHelpWidth: () => Math.min(100, io.stderr.columns ?? 100),
    })
    .addHelpText(
      'after',
      `
Examples:
  tapeout train examples/lenet.ts                  train on handwritten digits, ten epochs
  tapeout compile lenet.ts -o web/lenet            write a module for the web, Node, Deno or Bun
  tapeout print lenet.ts --stage fuse              show a stage of the compilation

Exit codes: 0 success, 1 an error in the model, the data or the files, 2 a usage error, 3 a loss that is no longer a number,
70 a bug in Tapeout, 128 plus the signal's number if a signal ended the work: 130 for Ctrl-C.`,
    );
  for (const row of commands) add(row, program, argv, io, exit);
  return program;
}

/** Adds a command with its argument, flags and help. */
function add(row: Row, program: Command, argv: readonly string[], io: Io, exit: (code: number) => void): void {
  const { words, about, flags } = takes[row.takes];
  const command = program.command(row.name).description(row.about).argument(words, about);
  for (const flag of [...Object.values<Flag>(flags), ...Object.values(row.flags)]) command.addOption(optionOf(flag));
  command.addHelpText('after', row.more).action(async (file: string, given: Given) => {
    if (!given.watch) return exit(await row.run(file, given as never, io));
    const files = given.schedule === undefined || given.schedule === '-' ? [file] : [file, given.schedule];
    const once = argv.filter((word) => word !== '--watch');
    exit(await watchCommand(once, files, io));
  });
}
interface Given {
  readonly watch?: boolean;
  readonly schedule?: string;
}

function optionOf({ words, about, read, choices, isRequired = false, shownDefault, ...more }: Flag): Option {
  const option = new Option(words, about).makeOptionMandatory(isRequired);
  if (read)
    option.argParser((text: string) => {
      try {
        return read(text);
      } catch (error) {
        throw error instanceof BadValue ? new InvalidArgumentError(error.message) : error;
      }
    });
  if (choices) option.choices(choices);
  if (shownDefault !== undefined) option.default(undefined, shownDefault);
  else if (more.default !== undefined) option.default(more.default);
  return option;
}

function version(): string {
  // package.json is two folders above this file in the sources, and three in dist/.
  const up = import.meta.url.endsWith('.ts') ? '../..' : '../../..';
  return JSON.parse(readFileSync(new URL(`${up}/package.json`, import.meta.url), 'utf8')).version;
}
