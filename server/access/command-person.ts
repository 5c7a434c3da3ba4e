// Who works at the command line, as the journal names them: account and machine.
import { hostname, userInfo } from 'node:os';

export function commandPerson(): string {
  return `${accountName()}@${hostname()}`;
}

function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? '?'}`; // a container may run under a number that has no name
  }
}
