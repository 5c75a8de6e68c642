/**
 * A writer process for the race tests: appends commits with retry on conflict and prints the id of each once it is acknowledged.
 * Arguments: the compiled module of a store, the function that opens it, its options as JSON, a name, how many commits (0: until
 * killed).
 */
import { writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const [, , modulePath, open, options, name, count] = process.argv;
const store = await (await import(modulePath))[open](JSON.parse(options));
const signature = { name, email: `${name}@example.org`, at: '2026-01-31T12:00:00Z' };
// Large enough that a kill has something to interrupt.
const ballast = name.repeat(20_000);

for (let n = 1; Number(count) === 0 || n <= Number(count); n += 1) {
  for (let conflicts = 0; ; conflicts += 1) {
    const base = await store.read();
    const total = Number((await base.readFile('total')) ?? '0') + 1;
    const batch = store.begin(base);
    const oid = await batch.append({
      changes: [
        { kind: 'write', path: 'total', content: `${total}` },
        { kind: 'write', path: `writers/${name}`, content: `${n}` },
        { kind: 'write', path: `ballast/${name}`, content: `${n}${ballast}` },
      ],
      message: `${name} ${n}\n`,
      author: signature,
      committer: signature,
    });
    if ((await batch.publish()) === 'published') {
      writeSync(1, `${oid}\n`);
      break;
    }
    await delay(Math.random() * 5 * Math.min(conflicts + 1, 10));
  }
}
