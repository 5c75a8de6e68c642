import type fc from 'fast-check';

import * as documents from '../../src/codec/documents.ts';
import type { DocumentCodec } from '../../src/codec/document-codec.ts';
import type { DocumentKind } from '../../src/codec/schemas.ts';
import { jobDocument } from './arbitraries/job.ts';
import * as arbitraries from './arbitraries/others.ts';
import { runDocument } from './arbitraries/run.ts';

/** A codec and what it takes, with the type between them forgotten, so that kinds can stand in one table. */
export interface Kind {
  readonly codec: DocumentCodec<unknown>;
  readonly arbitrary: fc.Arbitrary<unknown>;
}

function kind<T>(codec: DocumentCodec<T>, arbitrary: fc.Arbitrary<T>): Kind {
  return { codec, arbitrary };
}

/** Every kind of document; the type makes sure that none is left out. */
export const kinds: Readonly<Record<DocumentKind, Kind>> = {
  'answer-index': kind(documents.answerIndexCodec, arbitraries.answerIndex),
  'checks-index': kind(documents.checksIndexCodec, arbitraries.checksIndex),
  config: kind(documents.configCodec, arbitraries.config),
  cursor: kind(documents.cursorCodec, arbitraries.cursor),
  deadline: kind(documents.deadlineCodec, arbitraries.deadlineDocument),
  definition: kind(documents.definitionCodec, arbitraries.definition),
  'dispatch-index': kind(documents.dispatchIndexCodec, arbitraries.dispatchIndex),
  'finished-index': kind(documents.finishedIndexCodec, arbitraries.finishedIndex),
  group: kind(documents.groupCodec, arbitraries.groupDocument),
  fingerprint: kind(documents.fingerprintCodec, arbitraries.fingerprint),
  healing: kind(documents.healingCodec, arbitraries.healing),
  inbox: kind(documents.inboxCodec, arbitraries.inboxDocument),
  'issue-index': kind(documents.issueIndexCodec, arbitraries.issueIndex),
  job: kind(documents.jobCodec, jobDocument),
  meter: kind(documents.meterCodec, arbitraries.meterDocument),
  metrics: kind(documents.metricsCodec, arbitraries.metrics),
  notice: kind(documents.noticeCodec, arbitraries.notice),
  'outbox-index': kind(documents.outboxIndexCodec, arbitraries.outboxIndex),
  'pull-index': kind(documents.pullIndexCodec, arbitraries.pullIndex),
  queue: kind(documents.queueCodec, arbitraries.queueDocument),
  root: kind(documents.rootCodec, arbitraries.root),
  run: kind(documents.runCodec, runDocument),
  'since-index': kind(documents.sinceIndexCodec, arbitraries.sinceIndex),
};
