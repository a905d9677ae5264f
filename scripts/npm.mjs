/** Runs npm from a script, with only Node's built-in modules. */
import { spawnSync } from 'node:child_process';
import { basename } from 'node:path';

/** Runs the npm that runs us, else the one on the path. */
export function npm(
  /** @type {string[]} */ args,
  /** @type {import('node:child_process').SpawnSyncOptionsWithStringEncoding} */ options,
) {
  const npmCli = process.env.npm_execpath;
  return npmCli && basename(npmCli) === 'npm-cli.js'
    ? spawnSync(process.execPath, [npmCli, ...args], options)
    : spawnSync('npm', args, { ...options, shell: process.platform === 'win32' });
}

/** An outer `npm start` passes its own state down, which confuses an inner install. Kept: what says where packages come from. */
export function environmentForNpm() {
  const keep = /^npm_config_(\/\/.*|.*registry|cache|userconfig|globalconfig|.*proxy|ca|cafile|strict_ssl|.*offline)$/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name) || keep.test(name)));
}
