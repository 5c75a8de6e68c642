/** Cases that are right and fail, by file and id, each with the reason. docs/conformance.md says the same in words. */
export const expectedFailures: Readonly<Record<string, Readonly<Record<string, string>>>> = {};
