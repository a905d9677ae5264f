/** `process.exit` in the code of a model would end a command without a word, with its files half written: it throws instead. */
import { syncBuiltinESMExports } from 'node:module';
import { thrownAt } from '../../ir/call-site.ts';
import { CompileError } from '../../ir/diagnostic.ts';

/** Makes `process.exit` throw at its caller's line. Returns the function that exits. */
export function keepExit(): (code: number) => never {
  const exit = process.exit.bind(process);
  process.exit = function refused(code) {
    const at = { stack: '' };
    Error.captureStackTrace(at, refused);
    throw new CompileError('exit', `the code of the model calls process.exit(${code ?? ''})`, {
      loc: thrownAt(at.stack).loc,
      help: 'remove the call, or throw an Error to end with a message and exit code 1',
    });
  };
  // For `import { exit } from 'node:process'`.
  syncBuiltinESMExports();
  return exit;
}
