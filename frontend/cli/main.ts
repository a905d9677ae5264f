#!/usr/bin/env node
/** The executable: gives the command line the real world. */
import { readFileSync } from 'node:fs';
import type { Io } from './io.ts';
import { run } from './program.ts';

const io: Io = {
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: () => readFileSync(0, 'utf8'),
  cwd: process.cwd(),
  env: process.env,
  onInterrupt(f) {
    process.on('SIGINT', f);
    return () => process.off('SIGINT', f);
  },
  exit: (code) => process.exit(code),
};

// The reader went away, as in `tapeout print … | head`: there is nobody left to tell.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });

process.exitCode = await run(process.argv.slice(2), io);
