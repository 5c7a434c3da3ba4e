// The last branch of a switch over a closed set: the compiler refuses it while a member is unhandled.

export function exhaustive(member: never, what: string): never {
  throw new Error(`unhandled ${what}: ${JSON.stringify(member)}`);
}
