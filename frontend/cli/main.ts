#!/usr/bin/env node
/** The executable: gives the command line the real world. */
import './needs-node.ts';

import { readFileSync } from 'node:fs';
import { whyUnwritable } from '../output.ts';
import { exits, type Io } from './io.ts';
import { run } from './program.ts';

const io: Io = {
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: () => readFileSync(0),
  cwd: process.cwd(),
  env: process.env,
  onInterrupt(f) {
    process.on('SIGINT', f);
    return () => process.off('SIGINT', f);
  },
  exit: (code) => process.exit(code),
};

for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // The reader went away, as in `tapeout print … | head`: there is nobody left to tell.
    if (error.code === 'EPIPE') process.exit(exits.ok);
    if (stream === process.stdout)
      process.stderr.write(`error: the output cannot be written: ${whyUnwritable(error)}.\n`);
    process.exit(exits.failed);
  });

process.exitCode = await run(process.argv.slice(2), io);
