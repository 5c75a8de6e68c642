import type { Rule } from './rules/rule.ts';

/** The semantic rules. Their order makes no difference: diagnostics are sorted by place. */
export const rules: readonly Rule[] = [];
