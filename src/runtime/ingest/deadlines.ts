import { TREADLE } from '../../engine/event.ts';
import { deadlineCodec, type DeadlineDocument } from '../../codec/documents.ts';
import { hourOf, layout } from '../../codec/layout.ts';
import type { Documents } from '../../store/documents.ts';
import type { Unit } from '../unit.ts';

/** Applies what has fallen due. Finding it costs one small read where nothing has. */
export async function applyDueDeadlines(unit: Unit, now: string): Promise<void> {
  for (const deadline of await readDeadlines(unit.documents(), hourOf(now))) {
    const { run, kind, job, attempt, at } = deadline;
    if (at > now) continue;
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

/** When the next thing falls due, or null where nothing does. */
export async function nextDeadline(documents: Documents): Promise<DeadlineDocument | null> {
  for await (const hour of sortedHours(documents)) {
    const [first] = await readHour(documents, hour);
    if (first !== undefined) return first;
  }
  return null;
}

/** Deadlines of all hours up to one, earliest first. */
async function readDeadlines(documents: Documents, lastHour: string): Promise<readonly DeadlineDocument[]> {
  const due: DeadlineDocument[] = [];
  for await (const hour of sortedHours(documents)) {
    if (hour > lastHour) break;
    due.push(...(await readHour(documents, hour)));
  }
  return due;
}

async function* sortedHours(documents: Documents): AsyncIterable<string> {
  const hours: string[] = [];
  for await (const hour of documents.list(layout.deadlines)) hours.push(hour);
  yield* hours.sort();
}

async function readHour(documents: Documents, hour: string): Promise<readonly DeadlineDocument[]> {
  const found: DeadlineDocument[] = [];
  for await (const name of documents.list(layout.deadlineHour(hour))) {
    const deadline = await documents.read([...layout.deadlineHour(hour), { entry: name }], deadlineCodec);
    if (deadline !== undefined) found.push(deadline);
  }
  return found.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}
