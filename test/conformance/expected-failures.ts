/** Cases that are right and fail, by file and id, each with the reason. docs/conformance.md says the same in words. */
export const expectedFailures: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'expressions-coercion.json': {
    '-infinity': 'the lexer of the package knows the number with a capital letter only',
  },
};
