#!/usr/bin/env node
/** The executable: runs the command line in the real world. */
import './needs-node.ts';

import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { whyUnwritable } from '../files/output.ts';
import { exits, type Io } from './io.ts';
import { run } from './program.ts';
import { keepExit } from './users-exit.ts';

/** Signals that end the process by default: from a terminal, a shell or a batch system. */
const endings: readonly NodeJS.Signals[] = [
  ...(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGBREAK'] as const),
  ...(['SIGUSR1', 'SIGUSR2', 'SIGALRM', 'SIGXCPU', 'SIGPWR'] as const),
];
let onLost: Parameters<NonNullable<Io['onLostOutput']>>[0] | null = null;

const exit = keepExit();

const io: Io = {
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: () => readFileSync(0),
  cwd: process.cwd(),
  env: process.env,
  onInterrupt(f) {
    const names = endings.filter((name) => name in constants.signals);
    for (const name of names) process.on(name, f);
    return () => {
      for (const name of names) process.off(name, f);
    };
  },
  onLostOutput(f) {
    onLost = f;
  },
  onFiles: (files) => process.send?.({ files }),
  exit,
};

for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (onLost) return onLost(stream === process.stdout ? 'stdout' : 'stderr', error);
    // The reader has closed the pipe, as in `tapeout print … | head`: exit silently.
    if (error.code === 'EPIPE') exit(exits.ok);
    if (stream === process.stdout)
      process.stderr.write(`error: the output cannot be written: ${whyUnwritable(error)}.\n`);
    exit(exits.failed);
  });

process.exitCode = await run(process.argv.slice(2), io);
// The channel to a --watch parent must not keep the process alive.
process.disconnect?.();
