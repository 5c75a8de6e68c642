/** What one evaluation may build, in bytes of UTF-16: GitHub's own default of 1 MiB. */
const evaluationBudgetBytes = 1024 * 1024;

/** How many levels a value may nest that an expression reads or makes. */
export const maxValueDepth = 100;

/** Counts what an evaluation builds and stops it before it builds too much. */
export interface Budget {
  /**
   * Charges a text of so many UTF-16 units.
   *
   * @throws {BudgetSpent} when the evaluation has now built more than it may.
   */
  charge(units: number): void;
}

/** Thrown inside an evaluation, turned into an ExpressionError at its edge. */
class BudgetSpent extends Error {
  constructor() {
    super(`The evaluation needs more than the ${evaluationBudgetBytes} bytes it may use`);
  }
}

/** A budget of {@link evaluationBudgetBytes}, for one evaluation. */
export function createBudget(): Budget {
  let left = evaluationBudgetBytes;
  return {
    charge(units) {
      left -= units * 2;
      if (left < 0) throw new BudgetSpent();
    },
  };
}
