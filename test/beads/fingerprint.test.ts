import { describe, expect, test } from 'vitest';

import { findOwnFrame, fingerprintOf, normalizeMessage } from '../../src/beads/fingerprint.ts';

describe('a message without what differs', () => {
  test.each<[name: string, message: string, normal: string]>([
    ['numbers', 'Order 1500 has 3 items', 'order <n> has <n> items'],
    ['decimals', 'took 1.25 s', 'took <n> s'],
    ['addresses in memory', 'at 0x7ffe01 and 0xDEAD', 'at <hex> and <hex>'],
    ['commit ids', 'object 3f2a9c1d missing', 'object <hex> missing'],
    ['words of hex letters stay', 'decade of facade', 'decade of facade'],
    ['UUIDs', 'user 123e4567-e89b-12d3-a456-426614174000 is gone', 'user <uuid> is gone'],
    ['times', 'since 2026-11-22T10:00:00.123Z or 10:00:01', 'since <time> or <time>'],
    ['paths', 'cannot open /home/ada/shop/cart.json', 'cannot open <path>'],
    ['paths of Windows', String.raw`cannot open C:\shop\cart.json`, 'cannot open <path>'],
    ['addresses of the web', 'GET https://shop.test/cart?id=7 failed', 'get <url> failed'],
    ['white space and case', '  Cannot \n READ  x ', 'cannot read x'],
  ])('%s', (_, message, normal) => {
    expect(normalizeMessage(message)).toBe(normal);
  });
});

describe('the innermost own frame', () => {
  test.each<[name: string, stack: string, frame: string | null]>([
    [
      'JavaScript',
      'TypeError: x\n    at total (src/total.js:7:3)\n    at main (src/main.js:1:1)',
      'total src/total.js',
    ],
    ['JavaScript without a name', 'Error\n    at file:///home/ada/shop/src/cart.js:7:3', 'shop/src/cart.js'],
    [
      'modules of others are passed over',
      'Error\n    at x (/a/node_modules/y/z.js:1:1)\n    at own (src/a.js:2:2)',
      'own src/a.js',
    ],
    [
      'the runtime is passed over',
      'Error\n    at node:internal/x:1:1\n    at async own (src/a.js:2:2)',
      'own src/a.js',
    ],
    [
      'Python: the last one',
      'Traceback (most recent call last):\n  File "/app/main.py", line 1, in <module>\n  File "/app/shop/total.py", line 7, in total\nKeyError: 1',
      'total app/shop/total.py',
    ],
    [
      'Go',
      'panic: x\n\ngoroutine 1 [running]:\nmain.total(...)\n\t/app/shop/total.go:7 +0x1d',
      'app/shop/total.go',
    ],
    ['others', 'src/total.rs:7:9: overflow', 'src/total.rs'],
    ['none', 'it just broke', null],
    ['nothing', '', null],
  ])('%s', (_, stack, frame) => {
    expect(findOwnFrame(stack)).toBe(frame);
  });

  test('a hostile trace of any length is read in no time', () => {
    const started = performance.now();
    findOwnFrame(`${'at ('.repeat(50_000)}\n`.repeat(20));
    normalizeMessage('a/'.repeat(1_000) + '('.repeat(1_000));
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe('a fingerprint', () => {
  const failure = {
    title: 'Cart breaks',
    source: 'api',
    errorType: 'TypeError',
    message: 'order 1500 has no total',
    stack: '    at total (/home/ada/shop/src/total.js:7:3)',
  };

  test.each<[name: string, over: Partial<typeof failure>]>([
    ['another number', { message: 'order 7 has no total' }],
    ['another line', { stack: '    at total (/home/ada/shop/src/total.js:70:1)' }],
    ['another checkout', { stack: '    at total (/builds/42/shop/src/total.js:7:3)' }],
    ['another title', { title: 'Cart is broken' }],
    ['the kind in other letters', { errorType: 'typeerror ' }],
  ])('is the same for %s', (_, over) => {
    expect(fingerprintOf({ ...failure, ...over })).toBe(fingerprintOf(failure));
  });

  test.each<[name: string, over: Partial<typeof failure>]>([
    ['another kind', { errorType: 'RangeError' }],
    ['another message', { message: 'order 1500 has no items' }],
    ['another function', { stack: '    at sum (/home/ada/shop/src/total.js:7:3)' }],
  ])('is another for %s', (_, over) => {
    expect(fingerprintOf({ ...failure, ...over })).not.toBe(fingerprintOf(failure));
  });

  test('goes by title and source where nothing else is told', () => {
    const bare = { ...failure, message: '', stack: '' };
    expect(fingerprintOf({ ...bare, title: 'Login breaks' })).not.toBe(fingerprintOf(bare));
    expect(fingerprintOf({ ...bare, source: 'ci' })).not.toBe(fingerprintOf(bare));
  });
});
