/** Which refs a push moves, as its body tells first. */
import { gzipSync } from 'node:zlib';

import { describe, expect, test } from 'vitest';

import { readPush, type PushCommand } from '../../src/local-github/git/push-commands.ts';

const A = 'a'.repeat(40);
const B = 'b1'.repeat(20);
const ZERO = '0'.repeat(40);
const CAPABILITIES = '\0 report-status side-band-64k agent=git/2.39';

const packet = (text: string | Buffer): Buffer => {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, '0')), bytes]);
};
const list = (...lines: readonly string[]): Buffer => Buffer.concat(lines.map(packet));
const push = (commands: Buffer, end = '0000PACK...'): Buffer => Buffer.concat([commands, Buffer.from(end)]);

/** The body, in chunks of that many bytes. */
const read = (body: Buffer, headers: Record<string, string> = {}, chunk = body.length) => {
  const chunks = Array.from({ length: Math.ceil(body.length / chunk) }, (_, index) =>
    body.subarray(index * chunk, (index + 1) * chunk),
  );
  return readPush(new Headers(headers), ReadableStream.from(chunks));
};

const ONE: readonly PushCommand[] = [{ before: A, after: B, ref: 'refs/heads/main' }];

describe('the commands of a push', () => {
  test.each([
    { name: 'one', body: push(list(`${A} ${B} refs/heads/main${CAPABILITIES}`)), commands: ONE },
    { name: 'with ends of lines', body: push(list(`${A} ${B} refs/heads/main\n`)), commands: ONE },
    {
      name: 'object ids in capitals',
      body: push(list(`${A.toUpperCase()} ${B.toUpperCase()} refs/heads/main${CAPABILITIES}`)),
      commands: ONE,
    },
    {
      name: 'several, from a shallow clone',
      body: push(
        list(`shallow ${A}`, `${A} ${B} refs/heads/main${CAPABILITIES}`, `${A} ${ZERO} refs/heads/ö`),
      ),
      commands: [...ONE, { before: A, after: ZERO, ref: 'refs/heads/ö' }],
    },
    { name: 'none', body: push(list()), commands: [] },
  ])('are read: $name', async ({ body, commands }) => {
    expect((await read(body)).commands).toEqual(commands);
    expect((await read(body, {}, 7)).commands).toEqual(commands);
    const packed = await read(gzipSync(body), { 'content-encoding': 'gzip' }, 9);
    expect(packed.commands).toEqual(commands);
    expect(packed.headers.has('content-encoding')).toBe(false);
    expect(Buffer.from(await new Response(packed.body).arrayBuffer())).toEqual(body);
  });

  const whole = list(`${A} ${B} refs/heads/main${CAPABILITIES}`);
  test.each([
    { name: 'a list that a delimiter ends', body: push(whole, '0001PACK') },
    { name: 'a list that the end of an answer ends', body: push(whole, '0002PACK') },
    { name: 'a list without an end', body: whole },
    { name: 'a length that is no number', body: push(Buffer.from(`0x3a${A} ${B} refs/heads/main`)) },
    { name: 'an empty line', body: push(Buffer.concat([Buffer.from('0004'), whole])) },
    { name: 'a signed list', body: push(list(`push-cert${CAPABILITIES}`, `${A} ${B} refs/heads/main\n`)) },
    { name: 'a line that is no command', body: push(list(`${A} refs/heads/main`)) },
    { name: 'a name of two lines', body: push(list(`${A} ${B} refs/heads/main\nx`)) },
    {
      name: 'a name that is no text',
      body: push(packet(Buffer.concat([Buffer.from(`${A} ${B} refs/heads/`), Buffer.from([0xff])]))),
    },
    {
      name: 'a list that is too long',
      body: push(Buffer.alloc(17 * 1024 * 1024, packet(`${A} ${B} refs/heads/${'x'.repeat(60_000)}`))),
    },
  ])('cannot be told of $name, which git is handed unchanged', async ({ body }) => {
    const { commands, body: handed } = await read(body, {}, 1024 * 1024);
    expect(commands).toBeNull();
    expect(Buffer.compare(Buffer.from(await new Response(handed).arrayBuffer()), body)).toBe(0);
  });
});
