/** A user's program whose types are checked on another thread, while it is run and compiled on this one. */
import { Worker } from 'node:worker_threads';
import { CompileError } from '../../ir/diagnostic.ts';
import type { CheckReply, CheckRequest } from './check-worker.ts';
import { checkedProgram, keptProgram } from './checked.ts';
import type { TypeProblem, UserFile } from './typescript.ts';

export interface Reading {
  /** Null for a program that cannot be run because of syntax errors. */
  readonly files: readonly UserFile[] | null;
  /** The program's problems. Nothing may be output before they are known. */
  readonly problems: Promise<readonly TypeProblem[]>;
}

/** Reads `root` and its imports. Returns as soon as the program can be run, while its types may still be checked. Throws
 *  CompileError for code that is nested too deeply. */
export async function readBeside(root: string, options: CheckRequest['options']): Promise<Reading> {
  // Tests run the sources, which a worker thread cannot load.
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
    // The worker must not inherit options of this process, such as --input-type.
    execArgv: [],
  });
  return new Promise((resolve, reject) => {
    const problems = new Promise<readonly TypeProblem[]>((known, failed) => {
      const fail = (error: Error): void => {
        reject(error);
        failed(error);
      };
      worker.on('error', fail);
      worker.on('exit', (code) => fail(new Error(`the type check ended with code ${code} and without a result`)));
      worker.on('message', (reply: CheckReply) => {
        if (reply.kind === 'files') return resolve({ files: reply.files, problems });
        // The thread is done, and must not keep the process alive.
        worker.unref();
        if (reply.kind === 'failed') return fail(new CompileError(reply.code, reply.message, reply));
        known(reply.problems);
        resolve({ files: null, problems });
      });
    });
    // A failure reaches whoever awaits it.
    problems.catch(() => {});
  });
}
