/** A user's program whose types are checked on a thread of their own, while it is run and compiled on this one. */
import { Worker } from 'node:worker_threads';
import { CompileError } from '../../ir/diagnostic.ts';
import type { CheckReply, CheckRequest } from './check-worker.ts';
import { checkedProgram, keptProgram } from './checked.ts';
import type { TypeProblem, UserFile } from './typescript.ts';

export interface Reading {
  /** Null for a program that cannot be run, as its syntax is wrong. */
  readonly files: readonly UserFile[] | null;
  /** What is wrong with it: nothing may come of the program before this is known. */
  readonly problems: Promise<readonly TypeProblem[]>;
}

/** Reads `root` and what it imports. Returns as soon as it can be run, and may still be checking its types. Throws CompileError for
 *  what nests too deep. */
export async function readBeside(root: string, options: CheckRequest['options']): Promise<Reading> {
  // Tests run the sources, which a thread of Node's cannot load.
  const isBuilt = import.meta.url.endsWith('.js');
  const known = keptProgram(root, options).program;
  if (known || options.check === false || !isBuilt) {
    const { files, problems } = known ?? (await checkedProgram(root, options));
    return { files: problems.length > 0 ? null : files, problems: Promise.resolve(problems) };
  }
  return onThread({ root, options });
}

function onThread(request: CheckRequest): Promise<Reading> {
  const worker = new Worker(new URL('./check-worker.js', import.meta.url), {
    workerData: request,
    // Options of this process, such as --input-type, are not the worker's.
    execArgv: [],
  });
  return new Promise((resolve, reject) => {
    const problems = new Promise<readonly TypeProblem[]>((known, failed) => {
      const fail = (error: Error): void => {
        reject(error);
        failed(error);
      };
      worker.on('error', fail);
      worker.on('exit', (code) => fail(new Error(`the check of types ended with ${code} and without a result`)));
      worker.on('message', (reply: CheckReply) => {
        if (reply.kind === 'files') return resolve({ files: reply.files, problems });
        // The thread has nothing more to say, and need not be waited for.
        worker.unref();
        if (reply.kind === 'failed') return fail(new CompileError(reply.code, reply.message, reply));
        known(reply.problems);
        resolve({ files: null, problems });
      });
    });
    // Whoever waits for it hears of it.
    problems.catch(() => {});
  });
}
