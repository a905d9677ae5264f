/** The thread that checks a user's types: it sends the program as soon as it can be run, then its problems. */
import { parentPort, workerData } from 'node:worker_threads';
import { CompileError, type Loc } from '../../ir/diagnostic.ts';
import { checkedProgram } from './checked.ts';
import type { ReadOptions, TypeProblem, UserFile } from './typescript.ts';

export interface CheckRequest {
  readonly root: string;
  readonly options: Omit<ReadOptions, 'onAsked' | 'onFiles'>;
}

export type CheckReply =
  | { readonly kind: 'files'; readonly files: readonly UserFile[] }
  | { readonly kind: 'problems'; readonly problems: readonly TypeProblem[] }
  | {
      readonly kind: 'failed';
      readonly code: string;
      readonly message: string;
      readonly loc: Loc | null;
      readonly help: string | null;
    };

const reply = (message: CheckReply): void => parentPort?.postMessage(message);
const { root, options } = workerData as CheckRequest;
try {
  const { problems } = await checkedProgram(root, { ...options, onFiles: (files) => reply({ kind: 'files', files }) });
  reply({ kind: 'problems', problems });
} catch (error) {
  if (!(error instanceof CompileError)) throw error;
  const { code, message, loc, help } = error;
  reply({ kind: 'failed', code, message, loc, help });
}
