// The one person whom a test of faults needs beside the administrator: an operator on duty.
import { GatewatchClient } from './gatewatch-client.ts';

const username = 'duty';
const password = 'a-long-enough-password';

/** By the administrator of a first start, who is given back. */
export async function addDutyPerson(address: string, firstPassword: string | null): Promise<GatewatchClient> {
  const administrator = await GatewatchClient.signIn(address, 'admin', firstPassword ?? '');
  await administrator.addPerson({ username, displayName: '值班员', role: 'operator', password });
  return administrator;
}

export function signInDutyPerson(address: string): Promise<GatewatchClient> {
  return GatewatchClient.signIn(address, username, password);
}
