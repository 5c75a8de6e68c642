import { TREADLE } from '../../engine/event.ts';
import type { Address } from '../../codec/address.ts';
import { deadlineCodec, type DeadlineDocument } from '../../codec/documents.ts';
import { hourOf, layout } from '../../codec/layout.ts';
import type { Documents } from '../../store/documents.ts';
import type { Unit } from '../unit.ts';

/** Applies what has fallen due. Finding it costs one small read where nothing has. */
export async function applyDueDeadlines(unit: Unit, now: string): Promise<void> {
  for (const { run, kind, job, attempt, at } of await dueDeadlines(unit.documents(), now)) {
    await unit.apply({
      run,
      happening: { type: 'deadline_passed', deadline: { kind, job, attempt, at } },
      actor: TREADLE,
      ground: 'the time came',
      at: now,
      cause: [kind, job, attempt, at],
    });
  }
}

/** When the next thing falls due after now, or null where nothing does. What is due already was decided on. */
export async function nextDeadline(documents: Documents, now: string): Promise<string | null> {
  for await (const hour of sortedHours(documents)) {
    if (hour < hourOf(now)) continue;
    const next = (await readHour(documents, hour)).find(({ at }) => at > now);
    if (next !== undefined) return next.at;
  }
  return null;
}

/** What is due, earliest first. */
export async function dueDeadlines(documents: Documents, now: string): Promise<readonly DeadlineDocument[]> {
  const due: DeadlineDocument[] = [];
  for await (const hour of sortedHours(documents)) {
    if (hour > hourOf(now)) break;
    due.push(...(await readHour(documents, hour)).filter(({ at }) => at <= now));
  }
  return due;
}

/** Where what is due, and what falls due next, is read: with one hour more than that, as the next thing may be taken away. */
export async function deadlinesAhead(documents: Documents, now: string): Promise<readonly Address[]> {
  const hours: string[] = [];
  for await (const hour of sortedHours(documents)) {
    hours.push(hour);
    if (hours.filter((each) => each > hourOf(now)).length === 2) break;
  }
  const addresses: Address[] = [];
  for (const hour of hours) {
    const folder = layout.deadlineHour(hour);
    for await (const entry of documents.list(folder)) addresses.push([...folder, { entry }]);
  }
  return addresses;
}

async function* sortedHours(documents: Documents): AsyncIterable<string> {
  const hours: string[] = [];
  for await (const hour of documents.list(layout.deadlines)) hours.push(hour);
  yield* hours.sort();
}

async function readHour(documents: Documents, hour: string): Promise<readonly DeadlineDocument[]> {
  const names: string[] = [];
  for await (const name of documents.list(layout.deadlineHour(hour))) names.push(name);
  const read = await Promise.all(
    names.map((name) => documents.read([...layout.deadlineHour(hour), { entry: name }], deadlineCodec)),
  );
  const found = read.filter((deadline) => deadline !== undefined);
  return found.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}
