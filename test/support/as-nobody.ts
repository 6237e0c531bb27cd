// Runs a step with the rights of a user who owns nothing, also where tests run as root. Only what is opened meanwhile is
// refused: keep the step short.

export async function asNobody<T>(step: () => Promise<T>): Promise<T> {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid!(65_534);
  try {
    return await step();
  } finally {
    if (isRoot) process.seteuid!(0);
  }
}
