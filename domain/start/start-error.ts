// A start that cannot go on because of what it was given: told to the person, without a stack. What goes wrong inside is an Error of another kind.

export class StartError extends Error {}

/** What goes wrong with the files that a person named is told without a stack. */
export function toldPlainly<T>(work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    throw new StartError(error instanceof Error ? error.message : String(error));
  });
}
