/**
 * A reporter for `node --test`: one JSON line a test, with what a person would read of a failure.
 * @param {AsyncIterable<{ type: string, data: any }>} events
 */
export default async function* reportAsJson(events) {
  for await (const { type, data } of events) {
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    if (data.skip !== undefined || data.todo !== undefined || data.details?.type === 'suite') continue;
    const error = data.details?.error?.cause ?? data.details?.error;
    yield `${JSON.stringify({
      passed: type === 'test:pass',
      name: data.name,
      file: data.file ?? null,
      line: data.line ?? null,
      message: type === 'test:fail' ? messageOf(error) : null,
      stack: type === 'test:fail' ? String(error?.stack ?? '') : null,
    })}\n`;
  }
}

/** A comparison of two plain values in words, and all else in the words of the error. @param {any} error */
function messageOf(error) {
  const isPlain = (/** @type {unknown} */ value) =>
    ['string', 'number', 'boolean'].includes(typeof value) || value === null;
  if (error?.code === 'ERR_ASSERTION' && isPlain(error.actual) && isPlain(error.expected)) {
    return `got ${JSON.stringify(error.actual)}, expected ${JSON.stringify(error.expected)}`;
  }
  return String(error?.message ?? error);
}
