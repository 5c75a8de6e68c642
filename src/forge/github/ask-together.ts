import { composeQuery, type ComposedQuery, type Question } from './compose-query.ts';

/** Sends a query and gives its `data`. */
export type SendQuery = (query: ComposedQuery) => Promise<unknown>;

interface Waiting {
  readonly question: Question;
  readonly settle: (answer: Promise<unknown>) => void;
}

/**
 * Makes what asks questions: all of one turn of the event loop become one request. Where the forge refuses it for what is asked,
 * each is asked alone, so that none suffers from its neighbour.
 *
 * @param isOfAQuestion whether an error is about what was asked, and not about the connection or the rate
 */
export function createAskTogether(
  send: SendQuery,
  isOfAQuestion: (error: unknown) => boolean,
): (question: Question) => Promise<unknown> {
  let waiting: Waiting[] = [];

  const askAlone = async (question: Question): Promise<unknown> => {
    const query = composeQuery([question]);
    return query.split(await send(query))[0];
  };

  const sendWaiting = (): void => {
    const together = waiting;
    waiting = [];
    const query = composeQuery(together.map(({ question }) => question));
    const answers = send(query).then(
      (answer) => ({ kind: 'answered', parts: query.split(answer) }) as const,
      (error: unknown) => {
        if (together.length === 1 || !isOfAQuestion(error)) throw error;
        return { kind: 'refused' } as const;
      },
    );
    for (const [index, { question, settle }] of together.entries()) {
      settle(answers.then((found) => (found.kind === 'answered' ? found.parts[index] : askAlone(question))));
    }
  };

  return (question) =>
    new Promise((resolve) => {
      if (waiting.length === 0) setImmediate(sendWaiting);
      waiting.push({ question, settle: resolve });
    });
}
