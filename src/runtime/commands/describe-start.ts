/** Why a program could not be started, in words that tell what to do. */
export function describeStart(error: NodeJS.ErrnoException, program: string): string {
  const isPath = program.includes('/');
  switch (error.code) {
    case 'ENOENT':
      return isPath
        ? `'${program}' is not there, or the program that its first line names is not; only what is committed is in the clone`
        : `no program '${program}' is on the PATH`;
    case 'EACCES':
      return `'${program}' may not be executed; to allow it: git update-index --chmod=+x, and commit`;
    default:
      return error.message;
  }
}
