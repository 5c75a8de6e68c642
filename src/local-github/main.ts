#!/usr/bin/env node
import { parseArgs } from 'node:util';

import { TreadleError } from '../base/errors.ts';
import { startServer } from './start-server.ts';

const usage = 'usage: main.js --data DIRECTORY [--port NUMBER] [--with-parent]';

/** Starts the server as a process of its own and tells on stdout, in one JSON line, where it is. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      port: { type: 'string', default: '0' },
      'with-parent': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(
      `${usage}\n\n--with-parent: end when stdin is closed, as it is when the parent ends.\n`,
    );
    return;
  }
  const port = Number(values.port);
  if (values.data === undefined || !Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new TreadleError('usage', usage);
  }
  const server = await startServer({ dataDirectory: values.data, port });
  const stop = (): void => {
    void server.close().then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  if (values['with-parent']) {
    process.stdin.on('end', stop).on('close', stop).resume();
  }
  process.stdout.write(`${JSON.stringify({ url: server.url, pid: process.pid })}\n`);
}

function fail(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  const remedy = error instanceof TreadleError && error.remedy !== undefined ? `\n${error.remedy}` : '';
  process.stderr.write(`${message}${remedy}\n`);
  process.exit(error instanceof TreadleError && error.code === 'usage' ? 2 : 1);
}

await main().catch(fail);
